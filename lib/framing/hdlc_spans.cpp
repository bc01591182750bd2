// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/hdlc_spans.h"

#include <cstring>

namespace telemetry::framing {
namespace {

constexpr std::size_t kAddressBytes = 14;
constexpr std::size_t kLongFrameBytes = 48; ///< noise has as much between flags 1 time in 20
constexpr int kCallsignCharacters = 10;

} // namespace

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

HdlcSpans::HdlcSpans(HdlcScrambling scrambling, simd::Level limit)
    : line_(scrambling, limit), destuff_(limit), fcs_(fec::kCrc16X25, limit), levels_(kHeld / 8),
      bits_(kHeld / 64 + 1), frame_(kMaxFrameBytes + 2) {
    openings_.fill(-1);
}

void HdlcSpans::reset() noexcept {
    line_.reset();
    base_ = 0;
    used_ = scanned_ = done_ = 0;
    opening_ = before_ = -1;
    openings_.fill(-1);
}

std::size_t HdlcSpans::make_room() noexcept {
    const std::size_t drop = (used_ - std::min(used_, kLongest)) / 64 * 64;
    std::memmove(levels_.data(), levels_.data() + drop / 8, (kHeld - drop) / 8);
    std::memmove(bits_.data(), bits_.data() + drop / 64, (kHeld - drop) / 8);
    base_ += static_cast<std::int64_t>(drop);
    used_ -= drop;
    scanned_ -= drop;
    done_ -= drop / 64;
    return drop;
}

std::span<const std::uint8_t> HdlcSpans::intact(std::int64_t end, DeframerCounts& counts) noexcept {
    if (end - opening_ > static_cast<std::int64_t>(kLongest) || opening_ < base_) {
        ++counts[Discard::length];
        return {};
    }
    const auto outcome = destuff_(bits_.data(), index_of(opening_),
                                  static_cast<std::size_t>(end - opening_), frame_);
    if (outcome.broken_off) {
        ++counts[Discard::interrupted];
        return {};
    }
    const std::size_t size = outcome.bits / 8;
    if (outcome.bits % 8 != 0 || size < kLeastFrameBytes + 2 || size > frame_.size()) {
        ++counts[Discard::length];
        return {};
    }
    const auto payload = std::span<const std::uint8_t>(frame_).first(size - 2);
    const unsigned received = frame_[size - 2] | frame_[size - 1] << 8;
    if (fcs_(payload) != received) {
        ++counts[Discard::crc];
        return {};
    }
    if (!plausible(payload)) {
        ++counts[Discard::header];
        return {};
    }
    return payload;
}

bool HdlcSpans::plausible(std::span<const std::uint8_t> frame) const noexcept {
    if (frame.size() >= kLongFrameBytes || callsign_characters(frame) >= kCallsignCharacters)
        return true;
    // Flags in a row may share the zero between them.
    const std::int64_t apart = opening_ - before_;
    return before_ >= 0 && (apart == 8 || apart == 7);
}

} // namespace telemetry::framing
