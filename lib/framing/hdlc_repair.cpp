// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/hdlc_repair.h"

#include <algorithm>
#include <cstdlib>

namespace telemetry::framing {
namespace {

constexpr std::size_t kAddressBytes = 14;
constexpr int kLikelyCharacters = 6; ///< of 12, before repair
constexpr std::size_t kLeastBits = (kAddressBytes + 1 + 2) * 8;

/// The bits that symbol 0 goes into.
constexpr std::array<std::size_t, 6> kReach = {0, 1, 12, 13, 17, 18};
constexpr std::size_t kReachPlain = 2;

/// Bytes up to the first sign of trouble, for a glance at the addresses.
std::size_t glance(std::span<const std::uint8_t> bits, std::span<std::uint8_t> bytes) noexcept {
    std::size_t count = 0;
    int ones = 0;
    std::fill(bytes.begin(), bytes.end(), std::uint8_t{0xff});
    for (const std::uint8_t bit : bits) {
        if (ones >= 5 && !bit) {
            ones = 0;
            continue;
        }
        ones = bit ? ones + 1 : 0;
        bytes[count / 8] = static_cast<std::uint8_t>(bytes[count / 8] >> 1 | bit << 7);
        if (++count / 8 == bytes.size())
            break;
    }
    return count / 8;
}

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

std::span<const std::uint8_t> hdlc_destuff(std::span<const std::uint8_t> bits,
                                           std::span<std::uint8_t> bytes) noexcept {
    std::size_t count = 0;
    unsigned byte = 0;
    int ones = 0;
    for (const std::uint8_t bit : bits) {
        if (ones == 5) {
            ones = 0;
            if (bit)
                return {};
            continue;
        }
        ones = bit ? ones + 1 : 0;
        byte = byte >> 1 | static_cast<unsigned>(bit) << 7;
        if (++count % 8 == 0) {
            if (count / 8 > bytes.size())
                return {};
            bytes[count / 8 - 1] = static_cast<std::uint8_t>(byte);
            byte = 0;
        }
    }
    if (count % 8 != 0)
        return {};
    return bytes.first(count / 8);
}

int callsign_characters(std::span<const std::uint8_t> frame) noexcept {
    if (frame.size() < kAddressBytes)
        return 0;
    int count = 0;
    for (std::size_t i = 0; i < kAddressBytes; ++i) {
        if (i % 7 == 6)
            continue; // SSID and flags
        const unsigned character = frame[i] >> 1;
        const bool usual = (character >= 'A' && character <= 'Z') ||
                           (character >= '0' && character <= '9') || character == ' ' ||
                           character == '-';
        count += usual && !(frame[i] & 1);
    }
    return count;
}

HdlcRepair::HdlcRepair(HdlcScrambling scrambling, std::size_t longest_bits)
    : scrambling_(scrambling), fcs_(fec::kCrc16X25), bits_(longest_bits) {}

void HdlcRepair::invert(std::size_t symbol) noexcept {
    const std::size_t count = scrambling_ == HdlcScrambling::g3ruh ? kReach.size() : kReachPlain;
    for (std::size_t i = 0; i < count; ++i)
        bits_[symbol + kReach[i]] ^= 1;
}

std::span<const std::uint8_t> HdlcRepair::check(std::size_t length,
                                                std::span<std::uint8_t> bytes) noexcept {
    const auto frame = hdlc_destuff(std::span(bits_).first(length), bytes);
    if (frame.size() < kLeastBits / 8)
        return {};
    const auto payload = frame.first(frame.size() - 2);
    const unsigned received = frame[frame.size() - 2] | frame[frame.size() - 1] << 8;
    return fcs_(payload) == received && has_ax25_addresses(payload)
               ? payload
               : std::span<const std::uint8_t>{};
}

HdlcRepair::Outcome HdlcRepair::attempt(std::span<const std::int8_t> symbols,
                                        std::span<const std::uint8_t> bits,
                                        std::span<std::uint8_t> bytes) noexcept {
    const std::size_t length = bits.size();
    if (length < kLeastBits || length > bits_.size())
        return {};
    std::array<std::uint8_t, kAddressBytes> addresses;
    if (glance(bits, addresses) < kAddressBytes ||
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

    std::copy(bits.begin(), bits.end(), bits_.begin());
    for (std::size_t a = 0; a < count; ++a) {
        invert(doubts[a].symbol);
        if (const auto frame = check(length, bytes); !frame.empty())
            return {frame, 1};
        invert(doubts[a].symbol);
    }
    for (std::size_t b = 1; b < count; ++b) {
        invert(doubts[b].symbol);
        for (std::size_t a = 0; a < b; ++a) {
            invert(doubts[a].symbol);
            if (const auto frame = check(length, bytes); !frame.empty())
                return {frame, 2};
            invert(doubts[a].symbol);
        }
        invert(doubts[b].symbol);
    }
    return {};
}

} // namespace telemetry::framing
