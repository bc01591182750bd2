// SPDX-License-Identifier: GPL-3.0-or-later
#include "symbol_input.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace telemetry::decode {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 16;
constexpr float kLevel = 32.0F; ///< of a clean signal, as SoftSymbols has it

constexpr std::int8_t symbol_of(int bit) {
    return bit != 0 ? std::int8_t{32} : std::int8_t{-32};
}

} // namespace

SymbolInput::SymbolInput(source::ByteStream stream, Format format)
    : stream_(std::move(stream)), format_(format), bytes_(kReadBytes) {
    symbols_.reserve(8 * kReadBytes);
}

Result<SymbolInput> SymbolInput::open(const std::string& path, Format format) {
    auto stream = source::ByteStream::open(path);
    if (!stream)
        return fail(stream.error());
    return SymbolInput(std::move(*stream), format);
}

Result<void> SymbolInput::unpack(std::size_t count) {
    const auto bytes = std::span<const std::uint8_t>(bytes_).first(count);
    switch (format_) {
    case Format::s8:
        symbols_.resize(count);
        std::ranges::transform(bytes, symbols_.begin(), [](std::uint8_t byte) {
            return std::max(static_cast<std::int8_t>(byte), std::int8_t{-127});
        });
        break;
    case Format::f32:
        symbols_.resize(count / 4);
        for (std::size_t i = 0; i < symbols_.size(); ++i) {
            float value = 0;
            std::memcpy(&value, bytes.data() + 4 * i, 4);
            if (!std::isfinite(value)) {
                ++invalid_;
                value = 0;
            }
            symbols_[i] =
                static_cast<std::int8_t>(std::lrint(std::clamp(value * kLevel, -127.F, 127.F)));
        }
        break;
    case Format::packed:
        symbols_.resize(8 * count);
        for (std::size_t i = 0; i < symbols_.size(); ++i)
            symbols_[i] = symbol_of(bytes[i / 8] >> (7 - i % 8) & 1);
        break;
    case Format::unpacked:
        symbols_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            if (bytes[i] > 1)
                return fail(Error{
                    .message = "byte " + std::to_string(read_ + static_cast<std::int64_t>(i)) +
                               " is " + std::to_string(bytes[i]) + "; unpacked bits are 0 or 1",
                    .file = stream_.name()});
            symbols_[i] = symbol_of(bytes[i]);
        }
        break;
    }
    return {};
}

Result<std::span<const std::int8_t>> SymbolInput::read() {
    symbols_.clear();
    const std::size_t unit = format_ == Format::f32 ? 4 : 1;
    while (symbols_.empty()) {
        const auto count = stream_.read_some(std::span(bytes_).subspan(held_));
        if (!count)
            return fail(count.error());
        if (*count == 0)
            break;
        const std::size_t there = held_ + *count;
        const std::size_t whole = there / unit * unit;
        if (const auto unpacked = unpack(whole); !unpacked)
            return fail(unpacked.error());
        read_ += static_cast<std::int64_t>(whole);
        held_ = there - whole;
        std::memmove(bytes_.data(), bytes_.data() + whole, held_);
    }
    return std::span<const std::int8_t>(symbols_);
}

} // namespace telemetry::decode
