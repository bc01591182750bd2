// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/source/byte_stream.h"
#include "telemetry/source/encoding.h"

namespace telemetry::source {

/// Encoded samples of a byte stream; keeps the odd bytes of a sample that a pipe cut in two.
class EncodedStream {
public:
    EncodedStream(ByteStream stream, const Encoding& encoding)
        : stream_(std::move(stream)), encoding_(encoding) {}

    /// At most `most` samples; none: the end. `first_index` is left to the caller.
    Result<Samples> read(std::size_t most);

    /// Moves to `offset` bytes from the start and forgets odd bytes.
    bool seek(std::int64_t offset);

    std::size_t odd_bytes() const { return odd_; } ///< at the end: of a sample cut in two
    const ByteStream& stream() const { return stream_; }
    const Encoding& encoding() const { return encoding_; }

private:
    ByteStream stream_;
    Encoding encoding_;
    std::vector<std::uint8_t> bytes_;
    std::size_t odd_ = 0; ///< bytes kept at the front of bytes_
    std::size_t used_ = 0;
    std::vector<float> numbers_;
};

} // namespace telemetry::source
