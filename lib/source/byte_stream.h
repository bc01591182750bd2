// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "telemetry/base/result.h"

namespace telemetry::source {

/// Bytes of a file or of standard input, by plain read(2): no copy that the caller does not make.
class ByteStream {
public:
    /// "-" is standard input. A directory, or a file that cannot be opened, is an error.
    static Result<ByteStream> open(const std::string& path);

    ByteStream(ByteStream&& other) noexcept;
    ByteStream& operator=(ByteStream&&) = delete;
    ByteStream(const ByteStream&) = delete;
    ByteStream& operator=(const ByteStream&) = delete;
    ~ByteStream();

    /// As many bytes as there are, at most out.size(); fewer only at the end.
    Result<std::size_t> read(std::span<std::uint8_t> out);

    /// As many as are there now, at least one unless it is the end: for live pipes.
    Result<std::size_t> read_some(std::span<std::uint8_t> out);

    /// Moves to a byte of a file; false on a pipe.
    bool seek(std::int64_t offset);

    std::optional<std::int64_t> size() const { return size_; } ///< of a regular file
    const std::string& name() const { return name_; }          ///< for messages
    int descriptor() const { return descriptor_; }

private:
    ByteStream(int descriptor, std::string name, std::optional<std::int64_t> size)
        : descriptor_(descriptor), name_(std::move(name)), size_(size) {}

    int descriptor_;
    std::string name_;
    std::optional<std::int64_t> size_;
};

} // namespace telemetry::source
