// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_tm_bits.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "telemetry/framing/markers.h"
#include "telemetry/framing/soft_reed_solomon.h"

namespace telemetry::framing {
namespace {

constexpr int kMarkerErrorsInARow = 3;

class SignLane final : public CcsdsLane {
public:
    SignLane(const CcsdsBitsOptions& options)
        : CcsdsLane(options.sync_threshold, options.block_bits),
          differential_(options.precoding == Precoding::differential),
          symbols_(finder.capacity() + 8) {}

    void take(std::span<const std::int8_t> symbols, BlockExaminer& examiner) noexcept {
        while (!symbols.empty()) {
            if (finder.room() == 0) {
                const std::size_t drop = finder.make_room();
                std::memmove(symbols_.data(), symbols_.data() + drop, finder.used());
            }
            // No more at once than the caches hold between packing and use.
            constexpr std::size_t kPart = 1 << 14;
            const auto part = symbols.first(std::min({symbols.size(), finder.room(), kPart}));
            symbols = symbols.subspan(part.size());
            const std::size_t used = finder.used();
            std::memcpy(symbols_.data() + used, part.data(), part.size());
            const std::size_t first = used / 8;
            const std::size_t count = (used + part.size() + 7) / 8 - first;
            const auto bytes = std::span(finder.bits() + first, count);
            pack_(std::span<const std::int8_t>(symbols_).subspan(8 * first, 8 * count), bytes);
            if (differential_) {
                fec::DifferentialDecoder decoder(fec::Transition::on_one);
                decoder.reset(first > 0 && symbols_[8 * first - 1] > 0);
                decoder.decode_packed(bytes);
            }
            finder.advance(part.size(),
                           [&](const Block& block) { return examiner.examine(*this, block); });
        }
    }

    std::int64_t symbol_of(std::int64_t bit) const noexcept override { return bit; }

    void trust(std::int64_t start, std::span<std::uint8_t> out) const noexcept override {
        const auto first = static_cast<std::size_t>(finder.index_of(start));
        trust_of_bytes(std::span<const std::int8_t>(symbols_).subspan(first, 8 * out.size()), out);
        if (!differential_)
            return;
        // The sum of two symbols is as certain as the less certain one.
        for (std::size_t i = 0; i < out.size(); ++i)
            if (first + 8 * i > 0)
                out[i] = static_cast<std::uint8_t>(
                    std::min<int>(out[i], std::abs(static_cast<int>(symbols_[first + 8 * i - 1]))));
    }

    int corrected(std::int64_t, std::int64_t) const noexcept override { return 0; }

private:
    bool differential_;
    fec::SignPacker pack_;
    std::vector<std::int8_t> symbols_; ///< as many as the finder holds bits
};

class SignBits final : public CcsdsBits {
public:
    explicit SignBits(const CcsdsBitsOptions& options) : lane_(options) { reset(); }

    void process(std::span<const std::int8_t> symbols, BlockExaminer& examiner) noexcept override {
        lane_.take(symbols, examiner);
    }
    void finish(BlockExaminer&) noexcept override {}
    void reset() noexcept override { lane_.begin_anew(); }

private:
    SignLane lane_;
};

} // namespace

std::unique_ptr<CcsdsBits> make_sign_bits(const CcsdsBitsOptions& options) {
    return std::make_unique<SignBits>(options);
}

CcsdsLane::CcsdsLane(int sync_threshold, std::size_t block_bits)
    : finder(pattern_of(kMarker32), sync_threshold, block_bits),
      period_(static_cast<std::int64_t>(block_bits + kMarker32.bits())) {}

void CcsdsLane::begin_anew() noexcept {
    finder.reset();
    markers_.fill({.start = -1});
    marker_count_ = 0;
}

bool CcsdsLane::follows(const Block& block) noexcept {
    if (block.sync_errors > kMarkerErrorsInARow)
        return false;
    bool found = false;
    for (const Block& marker : markers_)
        found |= marker.start >= 0 && marker.start == block.start - period_ &&
                 marker.inverted == block.inverted;
    markers_[marker_count_++ % markers_.size()] = block;
    return found;
}

DecodedLane::DecodedLane(const CcsdsBitsOptions& options, unsigned symbols_per_period,
                         unsigned bits_per_period)
    : CcsdsLane(options.sync_threshold, options.block_bits), precoding_(options.precoding),
      symbols_per_period_(symbols_per_period), bits_per_period_(bits_per_period),
      line_code_(fec::Transition::on_one), suspects_(finder.capacity() / 8 + 8) {}

void DecodedLane::begin(std::int64_t symbol) noexcept {
    begin_anew();
    line_code_.reset();
    first_symbol_ = symbol;
}

void DecodedLane::take(const fec::DecodedBits& decoded, BlockExaminer& examiner) noexcept {
    auto bits = decoded.bits;
    auto suspect = decoded.suspect;
    for (std::size_t left = decoded.count; left > 0;) {
        if (finder.room() == 0) {
            const std::size_t drop = finder.make_room();
            std::memmove(suspects_.data(), suspects_.data() + drop / 8, (finder.used() + 7) / 8);
        }
        const std::size_t count = std::min(left, finder.room());
        const std::size_t bytes = (count + 7) / 8;
        const std::size_t at = finder.used() / 8;
        std::memcpy(finder.bits() + at, bits.data(), bytes);
        std::memcpy(suspects_.data() + at, suspect.data(), bytes);
        if (precoding_ == Precoding::differential)
            line_code_.decode_packed(std::span(finder.bits() + at, bytes));
        finder.advance(count, [&](const Block& block) { return examiner.examine(*this, block); });
        bits = bits.subspan(bytes);
        suspect = suspect.subspan(bytes);
        left -= count;
    }
}

void DecodedLane::propose(Block block) noexcept {
    const std::int64_t symbols = block.start - first_symbol_;
    if (symbols < 0 || symbols % symbols_per_period_ != 0)
        return;
    block.start = symbols / symbols_per_period_ * bits_per_period_;
    finder.propose(block);
}

std::int64_t DecodedLane::symbol_of(std::int64_t bit) const noexcept {
    return first_symbol_ + bit * symbols_per_period_ / bits_per_period_;
}

// Where the path is wrong, symbols seem to be, close together.
void DecodedLane::trust(std::int64_t start, std::span<std::uint8_t> out) const noexcept {
    const std::int64_t first = finder.index_of(start);
    // What comes behind may not be there yet, and a word must not depend on it.
    const std::int64_t last = first + 8 * static_cast<std::int64_t>(out.size());
    const auto suspects = [&](std::int64_t from, std::int64_t to) {
        from = std::max<std::int64_t>(from, 0);
        to = std::min(to, last);
        return std::popcount(fec::word_at(suspects_.data(), static_cast<std::size_t>(from)) >>
                             (64 - (to - from)));
    };
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::int64_t at = first + 8 * static_cast<std::int64_t>(i);
        out[i] = static_cast<std::uint8_t>(255 - suspects(at - 8, at + 16) - suspects(at, at + 8));
    }
}

int DecodedLane::corrected(std::int64_t begin, std::int64_t end) const noexcept {
    const auto first = static_cast<std::size_t>(std::max<std::int64_t>(finder.index_of(begin), 0));
    const auto last = static_cast<std::size_t>(finder.index_of(end));
    return static_cast<int>(fec::count_ones(suspects_.data(), first, last));
}

} // namespace telemetry::framing
