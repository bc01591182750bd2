// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/scrambler.h"

#include <array>

namespace telemetry::fec {
namespace {

constexpr std::array<std::uint8_t, 255> make_ccsds_sequence() {
    std::array<std::uint8_t, 255> sequence{};
    unsigned state = 0xff; // bit 0 is sent first
    for (auto& byte : sequence)
        for (int bit = 7; bit >= 0; --bit) {
            byte = static_cast<std::uint8_t>(byte | (state & 1) << bit);
            const unsigned next = (state ^ state >> 3 ^ state >> 5 ^ state >> 7) & 1;
            state = state >> 1 | next << 7;
        }
    return sequence;
}

constexpr std::array<std::uint8_t, 511> make_pn9_sequence() {
    std::array<std::uint8_t, 511> sequence{};
    unsigned state = 0x1ff;
    for (auto& byte : sequence) {
        byte = static_cast<std::uint8_t>(state);
        for (int bit = 0; bit < 8; ++bit)
            state = state >> 1 | ((state ^ state >> 5) & 1) << 8;
    }
    return sequence;
}

constexpr auto kCcsds = make_ccsds_sequence();
constexpr auto kPn9 = make_pn9_sequence();

} // namespace

void ccsds_randomize(std::span<std::uint8_t> bytes) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] ^= kCcsds[i % kCcsds.size()];
}

void pn9_whiten(std::span<std::uint8_t> bytes) noexcept {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] ^= kPn9[i % kPn9.size()];
}

} // namespace telemetry::fec
