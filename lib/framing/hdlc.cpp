// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/hdlc.h"

#include <algorithm>
#include <cstring>

namespace telemetry::framing {
namespace {

constexpr std::size_t kLeastFrameBytes = 10; ///< without FCS, and led by a second flag
constexpr std::int64_t kLeastSpan = (kLeastFrameBytes + 2) * 8;
constexpr std::size_t kLongFrameBytes = 48; ///< noise has as much between flags 1 time in 20
constexpr int kCallsignCharacters = 10;

/// With stuffing and both flags.
constexpr std::size_t kSpan = (HdlcDeframer::kMaxFrameBytes + 2) * 8 * 6 / 5 + 64;
constexpr std::size_t kBuffer = 4 * kSpan;

template <HdlcScrambling kScrambling>
Result<std::unique_ptr<Deframer>> make(const Settings&) {
    return std::make_unique<HdlcDeframer>(kScrambling);
}

constexpr DeframerEntry kEntries[] = {
    {"AX.25",
     "AX25|HDLC",
     "HDLC frames with NRZI, as 1200 Bd packet radio sends them.",
     {},
     &make<HdlcScrambling::none>},
    {"AX.25 G3RUH",
     "AX25 G3RUH|AX.25 9600",
     "HDLC frames with NRZI and G3RUH scrambling.",
     {},
     &make<HdlcScrambling::g3ruh>},
};

} // namespace

std::span<const DeframerEntry> hdlc_deframers() {
    return kEntries;
}

HdlcDeframer::HdlcDeframer(HdlcScrambling scrambling)
    : scrambling_(scrambling), fcs_(fec::kCrc16X25), clock_(kSpan), symbols_(kBuffer),
      bits_(kBuffer), frame_(kMaxFrameBytes + 2), repair_(scrambling, kSpan) {
    openings_.fill(-1);
}

void HdlcDeframer::reset() noexcept {
    clock_.reset();
    base_ = 0;
    used_ = 0;
    level_ = 0;
    line_ = 0;
    last_ = 0;
    opening_ = before_ = interrupted_ = -1;
    openings_.fill(-1);
}

void HdlcDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    for (auto rest = input.values; !rest.empty();) {
        if (used_ == kBuffer) {
            const std::size_t drop = used_ - kSpan;
            std::memmove(symbols_.data(), symbols_.data() + drop, kSpan);
            std::memmove(bits_.data(), bits_.data() + drop, kSpan);
            base_ += static_cast<std::int64_t>(drop);
            used_ = kSpan;
        }
        const auto part = rest.first(std::min(rest.size(), kBuffer - used_));
        rest = rest.subspan(part.size());
        std::memcpy(symbols_.data() + used_, part.data(), part.size());
        if (scrambling_ == HdlcScrambling::g3ruh)
            advance<HdlcScrambling::g3ruh>(part, sink);
        else
            advance<HdlcScrambling::none>(part, sink);
    }
}

template <HdlcScrambling kScrambling>
void HdlcDeframer::advance(std::span<const std::int8_t> symbols, Sink<Frame>& sink) noexcept {
    std::uint8_t* out = bits_.data() + used_;
    std::uint32_t level = level_;
    std::uint32_t line = line_;
    std::uint32_t last = last_;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        const std::uint32_t now = symbols[i] > 0;
        line = line << 1 | (now ^ level ^ 1);
        level = now;
        std::uint32_t bit = line & 1;
        if constexpr (kScrambling == HdlcScrambling::g3ruh)
            bit ^= (line >> 12 ^ line >> 17) & 1;
        last = last << 1 | bit;
        *out++ = static_cast<std::uint8_t>(bit);
        if ((last & 0x7e) == 0x7e) { // 111111 and one more
            used_ = static_cast<std::size_t>(out - bits_.data());
            last_ = last;
            boundary(sink);
        }
    }
    used_ = static_cast<std::size_t>(out - bits_.data());
    level_ = static_cast<std::uint8_t>(level);
    line_ = line;
    last_ = last;
}

/// The last seven bits are 111111x.
void HdlcDeframer::boundary(Sink<Frame>& sink) noexcept {
    const std::int64_t next = base_ + static_cast<std::int64_t>(used_);
    if (last_ & 1) {
        if (interrupted_ < 0)
            interrupted_ = next;
        return;
    }
    // 01111110 is a flag. After seven ones and more it may still have been meant for one, with an
    // error in its first bit: good enough to open a frame, not to close one.
    if ((last_ & 0xff) == 0x7e)
        close(sink);
    before_ = opening_;
    opening_ = next;
    interrupted_ = -1;
    // Of flags in a row only the last one opens a frame.
    if (next - openings_[0] > kLeastSpan)
        std::copy_backward(openings_.begin(), openings_.end() - 1, openings_.end());
    openings_[0] = next;
}

void HdlcDeframer::close(Sink<Frame>& sink) noexcept {
    const std::int64_t end = base_ + static_cast<std::int64_t>(used_) - 8;
    if (opening_ >= 0 && end - opening_ >= kLeastSpan) {
        ++counts_.syncs;
        if (intact(end, sink)) {
            openings_.fill(-1);
            return;
        }
    }
    for (const std::int64_t opening : openings_)
        if (opening >= base_ && repaired(opening, end, sink)) {
            openings_.fill(-1);
            return;
        }
}

bool HdlcDeframer::intact(std::int64_t end, Sink<Frame>& sink) noexcept {
    if (interrupted_ >= 0) {
        ++counts_[Discard::interrupted];
        return false;
    }
    if (opening_ < base_) {
        ++counts_[Discard::length];
        return false;
    }
    const auto bits = std::span(bits_).subspan(static_cast<std::size_t>(opening_ - base_),
                                               static_cast<std::size_t>(end - opening_));
    const auto bytes = hdlc_destuff(bits, frame_);
    if (bytes.size() < kLeastFrameBytes + 2) {
        ++counts_[Discard::length];
        return false;
    }
    const auto payload = bytes.first(bytes.size() - 2);
    const unsigned received = bytes[bytes.size() - 2] | bytes[bytes.size() - 1] << 8;
    if (fcs_(payload) != received) {
        ++counts_[Discard::crc];
        return false;
    }
    if (!plausible(payload)) {
        ++counts_[Discard::header];
        return false;
    }
    yield(payload, opening_, end, 0, sink);
    return true;
}

bool HdlcDeframer::repaired(std::int64_t opening, std::int64_t end, Sink<Frame>& sink) noexcept {
    const auto length = end - opening;
    if (length < kLeastSpan || length > static_cast<std::int64_t>(kSpan))
        return false;
    const auto first = static_cast<std::size_t>(opening - base_);
    const auto count = static_cast<std::size_t>(length);
    const auto outcome = repair_.attempt(std::span(symbols_).subspan(first, count),
                                         std::span(bits_).subspan(first, count), frame_);
    if (outcome.frame.empty())
        return false;
    yield(outcome.frame, opening, end, outcome.inverted, sink);
    return true;
}

void HdlcDeframer::yield(std::span<const std::uint8_t> bytes, std::int64_t opening,
                         std::int64_t end, int corrected, Sink<Frame>& sink) noexcept {
    Frame frame;
    frame.bytes = bytes;
    frame.confirmed = true;
    frame.corrected = corrected;
    clock_.stamp(frame, opening - 8, end + 8);
    ++counts_.frames;
    sink.accept(frame);
}

bool HdlcDeframer::plausible(std::span<const std::uint8_t> frame) const noexcept {
    if (frame.size() >= kLongFrameBytes || callsign_characters(frame) >= kCallsignCharacters)
        return true;
    // Flags in a row may share the zero between them.
    const std::int64_t apart = opening_ - before_;
    return before_ >= 0 && (apart == 8 || apart == 7);
}

} // namespace telemetry::framing
