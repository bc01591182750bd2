// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "telemetry/base/result.h"
#include "telemetry/source/byte_stream.h"

namespace telemetry::decode {

/// Soft symbols and decided bits of a file as what deframers take: int8, positive = bit 1.
class SymbolInput {
public:
    enum class Format : std::uint8_t {
        s8,      ///< as they are; −128 becomes −127
        f32,     ///< little endian; 1.0 is the level of a clean signal; not finite: erased
        packed,  ///< eight bits a byte, the first one highest
        unpacked ///< a bit a byte, 0 or 1
    };

    static Result<SymbolInput> open(const std::string& path, Format format);

    /// The next symbols; an empty view: the end.
    Result<std::span<const std::int8_t>> read();

    std::int64_t invalid() const { return invalid_; } ///< floats that were not finite
    std::size_t left_over() const { return held_; }   ///< bytes at the end that make no symbol

private:
    SymbolInput(source::ByteStream stream, Format format);
    Result<void> unpack(std::size_t bytes);

    source::ByteStream stream_;
    Format format_;
    std::vector<std::uint8_t> bytes_;
    std::vector<std::int8_t> symbols_;
    std::size_t held_ = 0;  ///< bytes of an incomplete float
    std::int64_t read_ = 0; ///< bytes taken
    std::int64_t invalid_ = 0;
};

} // namespace telemetry::decode
