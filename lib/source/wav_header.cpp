// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/source/wav_header.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace telemetry::source {
namespace {

constexpr std::size_t kHeadBytes = 8; ///< of a chunk: its name and size
constexpr std::uint64_t kUnknownSize = 0xffffffff;
constexpr std::uint64_t kStreamedSize = 0x7ffff000; ///< and more: what programs write into a pipe

std::uint64_t little_endian(const std::uint8_t* bytes, int count) {
    std::uint64_t value = 0;
    for (int i = count - 1; i >= 0; --i)
        value = value << 8 | bytes[i];
    return value;
}

/// Whether a chunk begins at `at`: a name in letters and a size that the file has room for.
bool chunk_at(ByteStream& stream, std::uint64_t at, std::uint64_t file_bytes) {
    std::array<std::uint8_t, kHeadBytes> head{};
    if (!stream.seek(static_cast<std::int64_t>(at)) || stream.read(head).value_or(0) != head.size())
        return false;
    return std::all_of(head.begin(), head.begin() + 4,
                       [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; }) &&
           little_endian(head.data() + 4, 4) <= file_bytes - at - kHeadBytes;
}

} // namespace

std::optional<WavHeader> read_wav_header(ByteStream& stream) {
    std::array<std::uint8_t, 12> head{};
    if (!stream.size() || stream.read(head).value_or(0) != head.size() ||
        (std::memcmp(head.data(), "RIFF", 4) != 0 && std::memcmp(head.data(), "RF64", 4) != 0) ||
        std::memcmp(head.data() + 8, "WAVE", 4) != 0)
        return std::nullopt;
    const auto file_bytes = static_cast<std::uint64_t>(*stream.size());
    std::uint64_t at = head.size(), long_size = 0, long_size_at = 0;
    for (int chunk = 0; chunk < 64; ++chunk) {
        std::array<std::uint8_t, 24> bytes{};
        if (!stream.seek(static_cast<std::int64_t>(at)))
            return std::nullopt;
        const std::size_t have = stream.read(bytes).value_or(0);
        if (have < kHeadBytes)
            return std::nullopt;
        const std::uint64_t size = little_endian(bytes.data() + 4, 4);
        if (std::memcmp(bytes.data(), "data", 4) == 0) {
            WavHeader header{.promised = size, .size_at = at + 4, .data_at = at + kHeadBytes};
            if (size == kUnknownSize && long_size_at != 0) {
                header.promised = long_size;
                header.size_at = long_size_at;
                header.size_bytes = 8;
            }
            header.there = file_bytes - std::min(file_bytes, header.data_at);
            if (header.promised < header.there) {
                const std::uint64_t end = header.data_at + header.promised;
                // Some programs forget to pad.
                header.followed = chunk_at(stream, end, file_bytes) ||
                                  (end % 2 != 0 && chunk_at(stream, end + 1, file_bytes));
            }
            return header;
        }
        if (std::memcmp(bytes.data(), "ds64", 4) == 0 && have >= 24) {
            long_size = little_endian(bytes.data() + 16, 8);
            long_size_at = at + 16;
        }
        at += kHeadBytes + size + size % 2;
    }
    return std::nullopt;
}

bool WavHeader::says_too_little() const {
    return !followed && promised < there && there - promised >= kHeadBytes;
}

std::string WavHeader::remark() const {
    const std::string held = std::to_string(there);
    if (says_too_little())
        return "header says " + std::to_string(promised) +
               " bytes of samples, as a recorder leaves it that was ended hard; the file holds " +
               held + ", of which " + (readable() == there ? "all" : std::to_string(readable())) +
               " are read";
    if (promised > there && (promised < kStreamedSize || size_bytes == 8))
        return "header promises " + std::to_string(promised) +
               " bytes of samples, the file holds " + held;
    return {};
}

std::uint64_t WavHeader::readable() const {
    return size_bytes == 4 ? std::min(there, kUnknownSize - 1) : there;
}

void WavHeader::mend(std::span<std::uint8_t> bytes, std::uint64_t offset) const {
    const std::uint64_t size = readable();
    for (std::size_t i = 0; i < size_bytes; ++i)
        if (const std::uint64_t at = size_at + i; at >= offset && at - offset < bytes.size())
            bytes[at - offset] = static_cast<std::uint8_t>(size >> (8 * i));
}

} // namespace telemetry::source
