// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::station {

/// Cuts samples into blocks on a grid of sample indices that depends on the rate alone, so that
/// every stage behind is called alike however the samples came. Blocks that lie whole and finite in
/// what was fed are views of it; others are put together in a store, with what is not finite
/// replaced by zeros and counted.
///
/// Use: start; then feed, next until there is none, release (once their blocks are done with),
/// keep_rest. A block lives until release().
class SampleBlocks {
public:
    /// No block has more samples, so that it stays in the cache however wide the input.
    static constexpr std::size_t kMostSamples = 16384;

    struct Block {
        std::int64_t number = 0;
        Samples samples = {};
        std::int64_t invalid = 0; ///< samples that were not finite
    };

    explicit SampleBlocks(const SampleFormat& format);

    void start(std::int64_t index) noexcept;
    void feed(const Samples& samples) noexcept;
    std::optional<Block> next() noexcept;
    void release() noexcept;
    void keep_rest() noexcept;

    /// The incomplete block at the end of the signal; nothing when the signal ended with a block.
    std::optional<Block> rest() noexcept;

    std::int64_t number_of(std::int64_t index) const noexcept { return index / length_; }
    std::int64_t length() const noexcept { return length_; }

private:
    Block block_of(std::int64_t first_index, std::span<const float> numbers) noexcept;
    std::vector<float>& take_store() noexcept;
    std::size_t width() const noexcept { return kind_ == SampleKind::iq ? 2 : 1; }

    SampleKind kind_;
    std::int64_t length_;                   ///< samples a block
    std::span<const float> fed_;            ///< what is left of it; I and Q take turns
    std::int64_t fed_index_ = 0;            ///< of its first sample
    std::vector<float> pending_;            ///< the begun block, from earlier feeds
    std::int64_t pending_index_ = 0;        ///< of its first sample
    std::deque<std::vector<float>> stores_; ///< blocks put together, until release()
    std::size_t stores_used_ = 0;
};

} // namespace telemetry::station
