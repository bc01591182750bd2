// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/hdlc_repair.h"

#include <algorithm>
#include <cstdlib>

namespace telemetry::framing {
namespace {

constexpr std::size_t kAddressBytes = 14;
constexpr int kLikelyCharacters = 6; ///< of 12, before repair
constexpr std::size_t kLeastBits = (kAddressBytes + 1 + 2) * 8;
constexpr std::size_t kGlanceBits = kAddressBytes * 8 * 6 / 5 + 8; ///< with stuffing

/// The bits that symbol 0 goes into.
constexpr std::array<std::size_t, 6> kReach = {0, 1, 12, 13, 17, 18};
constexpr std::size_t kReachPlain = 2;

/// Destination, source and up to eight repeaters, the last one marked as the last.
bool has_ax25_addresses(std::span<const std::uint8_t> frame) noexcept {
    if (callsign_characters(frame) != 12 || (frame[6] & 1))
        return false;
    for (std::size_t last = kAddressBytes - 1; last < std::min<std::size_t>(frame.size(), 70);
         last += 7)
        if (frame[last] & 1)
            return true;
    return false;
}

} // namespace

HdlcRepair::HdlcRepair(HdlcScrambling scrambling, std::size_t longest_bits, simd::Level limit)
    : scrambling_(scrambling), fcs_(fec::kCrc16X25, limit), destuff_(limit),
      bits_(longest_bits / 64 + 2), bytes_(HdlcSpans::kMaxFrameBytes + 2) {}

void HdlcRepair::invert(std::size_t symbol) noexcept {
    const std::size_t count = scrambling_ == HdlcScrambling::g3ruh ? kReach.size() : kReachPlain;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t bit = symbol + kReach[i];
        bits_[bit / 64] ^= std::uint64_t{1} << bit % 64;
    }
}

std::span<const std::uint8_t> HdlcRepair::check(std::size_t length) noexcept {
    const auto outcome = destuff_(bits_.data(), 0, length, bytes_);
    const std::size_t size = outcome.bits / 8;
    if (outcome.broken_off || outcome.bits % 8 != 0 || size > bytes_.size() ||
        size < kLeastBits / 8)
        return {};
    const auto payload = std::span<const std::uint8_t>(bytes_).first(size - 2);
    const unsigned received = bytes_[size - 2] | bytes_[size - 1] << 8;
    return fcs_(payload) == received && has_ax25_addresses(payload)
               ? payload
               : std::span<const std::uint8_t>{};
}

HdlcRepair::Outcome HdlcRepair::attempt(std::span<const std::int8_t> symbols,
                                        const std::uint64_t* words, std::size_t first) noexcept {
    const std::size_t length = symbols.size();
    if (length < kLeastBits || length + 64 > 64 * bits_.size())
        return {};
    // A glance at the addresses, whatever is wrong in them.
    std::array<std::uint8_t, kAddressBytes> addresses;
    if (destuff_(words, first, std::min(length, kGlanceBits), addresses).bits < 8 * kAddressBytes ||
        callsign_characters(addresses) < kLikelyCharacters)
        return {};

    // The least certain symbols, of those whose bits all lie between the flags: the flags are
    // right.
    struct Doubt {
        int magnitude;
        std::size_t symbol;
    };
    std::array<Doubt, kSymbols> doubts;
    std::size_t count = 0;
    long sum = 0;
    const std::size_t reach = scrambling_ == HdlcScrambling::g3ruh ? kReach.back() : 1;
    for (std::size_t i = 0; i + reach < length; ++i) {
        const int magnitude = std::abs(static_cast<int>(symbols[i]));
        sum += magnitude;
        if (count == doubts.size() && magnitude >= doubts[count - 1].magnitude)
            continue;
        std::size_t at = count < doubts.size() ? count++ : count - 1;
        for (; at > 0 && doubts[at - 1].magnitude > magnitude; --at)
            doubts[at] = doubts[at - 1];
        doubts[at] = {magnitude, i};
    }
    const long limit = sum / (2 * static_cast<long>(length));
    while (count > 0 && doubts[count - 1].magnitude > limit)
        --count;

    for (std::size_t i = 0; 64 * i < length; ++i) {
        const std::uint64_t* from = words + first / 64 + i;
        bits_[i] = from[0] >> first % 64 | from[1] << 1 << (63 - first % 64);
    }
    for (std::size_t a = 0; a < count; ++a) {
        invert(doubts[a].symbol);
        if (const auto frame = check(length); !frame.empty())
            return {frame, 1};
        invert(doubts[a].symbol);
    }
    for (std::size_t b = 1; b < count; ++b) {
        invert(doubts[b].symbol);
        for (std::size_t a = 0; a < b; ++a) {
            invert(doubts[a].symbol);
            if (const auto frame = check(length); !frame.empty())
                return {frame, 2};
            invert(doubts[a].symbol);
        }
        invert(doubts[b].symbol);
    }
    return {};
}

} // namespace telemetry::framing
