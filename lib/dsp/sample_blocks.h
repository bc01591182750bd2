// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::dsp {

/// Cuts a stream of samples into blocks of one length, whatever the chunks it comes in, and makes
/// samples safe: not finite becomes 0, beyond ±kLargest is cut off (its square stays finite).
template <class T>
class SampleBlocks {
public:
    static constexpr float kLargest = 1e6f;

    explicit SampleBlocks(std::size_t length) : block_(length) {}

    /// Calls f(std::span<const T>) for each block that is complete.
    template <class F>
    void push(std::span<const T> in, F&& f) noexcept {
        while (!in.empty()) {
            const std::size_t count = std::min(in.size(), block_.size() - filled_);
            for (std::size_t i = 0; i < count; ++i)
                block_[filled_ + i] = safe(in[i]);
            filled_ += count;
            in = in.subspan(count);
            if (filled_ == block_.size()) {
                f(std::span<const T>(block_));
                filled_ = 0;
            }
        }
    }

    std::size_t length() const { return block_.size(); }

    /// The incomplete block at the end.
    std::span<const T> rest() const { return std::span<const T>(block_).first(filled_); }
    void reset() noexcept { filled_ = 0; }

private:
    static float safe(float x) { // comparisons with NaN are false
        const float low =
            x < kLargest ? x : (x <= std::numeric_limits<float>::max() ? kLargest : 0);
        return low > -kLargest ? low : (low >= -std::numeric_limits<float>::max() ? -kLargest : 0);
    }
    static Iq safe(Iq x) { return {safe(x.real()), safe(x.imag())}; }

    std::vector<T> block_;
    std::size_t filled_ = 0;
};

/// Mean power in dB of full scale (amplitude 1), −300 for silence.
inline float level_db(double power) {
    return static_cast<float>(10 * std::log10(std::max(power, 1e-30)));
}

} // namespace telemetry::dsp
