// SPDX-License-Identifier: GPL-3.0-or-later
#include "byte_window.h"

#include <algorithm>

namespace telemetry::decode {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;

} // namespace

/// Until `count` bytes are there, or the stream ends.
Result<void> ByteWindow::fill(std::size_t count) {
    while (!ended_ && bytes_.size() - at_ < count) {
        bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ = 0;
        const std::size_t there = bytes_.size();
        bytes_.resize(there + std::max(count - there, kReadBytes));
        const auto read = stream_.read_some(std::span(bytes_).subspan(there));
        bytes_.resize(there + (read ? *read : 0));
        if (!read)
            return fail(read.error());
        ended_ = *read == 0;
    }
    return {};
}

Result<std::span<const std::uint8_t>> ByteWindow::peek(std::size_t count) {
    if (const auto filled = fill(count); !filled)
        return fail(filled.error());
    return std::span<const std::uint8_t>(bytes_).subspan(at_, std::min(count, bytes_.size() - at_));
}

Result<std::span<const std::uint8_t>> ByteWindow::peek_until(std::uint8_t end, std::size_t most) {
    std::size_t searched = 0;
    while (true) {
        const auto bytes = peek(searched + 1);
        if (!bytes)
            return fail(bytes.error());
        const auto all = std::span<const std::uint8_t>(bytes_).subspan(at_);
        const auto found =
            std::find(all.begin() + static_cast<std::ptrdiff_t>(searched), all.end(), end);
        const auto length = static_cast<std::size_t>(found - all.begin());
        if (found != all.end() || ended_ || length > most)
            return all.first(std::min(length, most));
        searched = length;
    }
}

} // namespace telemetry::decode
