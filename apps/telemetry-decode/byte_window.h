// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "telemetry/base/result.h"
#include "telemetry/source/byte_stream.h"

namespace telemetry::decode {

/// A stream of bytes through a window that grows as far as someone looks ahead.
class ByteWindow {
public:
    explicit ByteWindow(source::ByteStream stream) : stream_(std::move(stream)) {}

    /// The next `count` bytes, fewer only at the end. A view until the next call.
    Result<std::span<const std::uint8_t>> peek(std::size_t count);

    /// Up to and without `end`, at most `most` bytes; nothing more in the stream: what is left.
    Result<std::span<const std::uint8_t>> peek_until(std::uint8_t end, std::size_t most);

    /// `count`: at most as many as were seen.
    void skip(std::size_t count) {
        at_ += count;
        position_ += static_cast<std::int64_t>(count);
    }

    bool at_end() const { return ended_ && at_ == bytes_.size(); }
    std::int64_t position() const { return position_; } ///< bytes skipped
    const std::string& name() const { return stream_.name(); }

private:
    Result<void> fill(std::size_t count);

    source::ByteStream stream_;
    std::vector<std::uint8_t> bytes_;
    std::size_t at_ = 0;
    std::int64_t position_ = 0;
    bool ended_ = false;
};

} // namespace telemetry::decode
