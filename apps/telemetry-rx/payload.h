// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "telemetry/base/items.h"

namespace telemetry::rx {

/// The bytes of messages and datagrams as samples: little endian, 16-bit values scaled to ±1.
class Payload {
public:
    explicit Payload(std::string_view format); ///< cf32, ci16, f32 or s16

    SampleKind kind() const { return complex_ ? SampleKind::iq : SampleKind::real; }
    std::size_t sample_bytes() const { return (wide_ ? 4 : 2) * (complex_ ? 2 : 1); }

    /// Appends whole samples; yields how many bytes at the end are no whole sample.
    std::size_t append(std::span<const std::byte> bytes);

    std::size_t held() const { return (values_.size() - taken_) / components(); } ///< samples
    std::size_t take(float* out, std::size_t most);                               ///< samples

private:
    std::size_t components() const { return complex_ ? 2 : 1; }

    bool complex_;
    bool wide_; ///< 32-bit float rather than 16-bit integer
    std::vector<float> values_;
    std::size_t taken_ = 0; ///< values
};

} // namespace telemetry::rx
