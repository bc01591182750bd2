// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/hdlc.h"

#include <algorithm>
#include <cstring>

namespace telemetry::framing {
namespace {

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

HdlcDeframer::HdlcDeframer(HdlcScrambling scrambling, simd::Level limit)
    : clock_(HdlcSpans::kLongest), spans_(scrambling, limit), pack_(limit),
      symbols_(spans_.room() + 8), repair_(scrambling, HdlcSpans::kLongest, limit) {}

void HdlcDeframer::reset() noexcept {
    clock_.reset();
    spans_.reset();
}

void HdlcDeframer::process(const SoftSymbols& input, Sink<Frame>& sink) noexcept {
    clock_.push(input);
    for (auto rest = input.values; !rest.empty();) {
        if (spans_.room() == 0) {
            const std::size_t drop = spans_.make_room();
            std::memmove(symbols_.data(), symbols_.data() + drop, spans_.used());
        }
        // No more at once than the caches hold between packing and use.
        constexpr std::size_t kBlock = 4096;
        const auto part = rest.first(std::min({rest.size(), spans_.room(), kBlock}));
        rest = rest.subspan(part.size());
        const std::size_t used = spans_.used();
        std::memcpy(symbols_.data() + used, part.data(), part.size());
        const std::size_t first = used / 8;
        const std::size_t bytes = (used + part.size() + 7) / 8 - first;
        pack_(std::span<const std::int8_t>(symbols_).subspan(8 * first, 8 * bytes),
              std::span(spans_.levels() + first, bytes));
        spans_.advance(
            part.size(), counts_, [&](const HdlcSpans::Found& found) { yield(found, 0, sink); },
            [&](std::int64_t opening, std::int64_t end) {
                const auto index = spans_.index_of(opening);
                const auto count = static_cast<std::size_t>(end - opening);
                const auto outcome =
                    repair_.attempt(std::span<const std::int8_t>(symbols_).subspan(index, count),
                                    spans_.words(), index);
                if (outcome.frame.empty())
                    return false;
                yield({outcome.frame, opening, end}, outcome.inverted, sink);
                return true;
            });
    }
}

void HdlcDeframer::yield(const HdlcSpans::Found& found, int corrected, Sink<Frame>& sink) noexcept {
    Frame frame;
    frame.bytes = found.bytes;
    frame.confirmed = true;
    frame.corrected = corrected;
    clock_.stamp(frame, found.opening - 8, found.end + 8);
    ++counts_.frames;
    sink.accept(frame);
}

void HdlcBitDeframer::process(std::span<const std::uint8_t> levels, Sink<Frame>& sink) noexcept {
    for (auto rest = levels; !rest.empty();) {
        if (spans_.room() < 8)
            spans_.make_room();
        constexpr std::size_t kBlock = 4096;
        const auto part = rest.first(std::min({rest.size(), spans_.room() / 8, kBlock}));
        rest = rest.subspan(part.size());
        std::memcpy(spans_.levels() + spans_.used() / 8, part.data(), part.size());
        spans_.advance(
            8 * part.size(), counts_,
            [&](const HdlcSpans::Found& found) {
                Frame frame;
                frame.bytes = found.bytes;
                frame.confirmed = true;
                frame.sample_index = found.opening - 8;
                frame.sample_count = found.end + 16 - found.opening;
                ++counts_.frames;
                sink.accept(frame);
            },
            [](std::int64_t, std::int64_t) { return false; });
    }
}

} // namespace telemetry::framing
