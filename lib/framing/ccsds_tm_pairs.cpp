// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_tm_pairs.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "telemetry/fec/convolutional.h"
#include "telemetry/framing/markers.h"

namespace telemetry::framing {
namespace {

// In standard deviations of a sum of checks. The difference of two ways deviates 1.4 times as much.
constexpr double kBeyondDoubt = 8;
constexpr double kDoubt = 4.2;
constexpr double kHolds = 3; ///< in the last kHoldBlocks
constexpr std::size_t kHoldBlocks = 8;

/// How far the decoder that is back goes back: twice as far as the doubt may have come from.
constexpr std::int64_t kBack = 16 * PairJudge::kBlock;
constexpr std::size_t kHeld = 1 << 17;

/// What the encoder sends for the marker whatever came before: but for the first six bits.
constexpr int kEncodedSymbols = 52;
/// Chance finds as many encoded markers with 9 of 52 symbols wrong as plain ones with 4 of 32.
constexpr int kEncodedErrors = 9;

SyncPattern encoded_marker(const fec::ConvolutionalCode& code, Precoding precoding) {
    std::vector<std::uint8_t> bits;
    fec::append_bits_msb(kMarker32.bytes, bits);
    if (precoding == Precoding::differential) {
        fec::DifferentialEncoder nrzm(fec::Transition::on_one);
        for (auto& bit : bits)
            bit = nrzm.encode(bit);
    }
    std::vector<std::uint8_t> symbols;
    fec::ConvolutionalEncoder(code).encode(bits, symbols);
    std::uint64_t word = 0;
    for (const std::uint8_t symbol : std::span(symbols).last(kEncodedSymbols))
        word = word << 1 | symbol;
    return SyncPattern::of_word(word, kEncodedSymbols);
}

/// Both decoders yield a group with one of these symbols, the first branch before the second.
std::int64_t next_yield(std::int64_t symbol) {
    constexpr std::int64_t kPeriod = 2 * fec::ViterbiStream::kGroup;
    constexpr std::int64_t kPlace = 2 * fec::ViterbiStream::kLookAhead % kPeriod;
    const std::int64_t place = (symbol + kPeriod - kPlace) % kPeriod;
    return symbol + (place == 0 ? 1 : kPeriod - place);
}

} // namespace

PairJudge::PairJudge(const fec::ConvolutionalCode& code)
    : check_(fec::find_parity_check(code, fec::Puncturing{})) {}

void PairJudge::reset() noexcept {
    signs_.fill(0);
    sums_ = {};
    blocks_ = 0;
}

void PairJudge::add(std::span<const std::int8_t> symbols) noexcept {
    std::copy(signs_.end() - 8, signs_.end(), signs_.begin());
    pack_(symbols, std::span(signs_).subspan(8));
    constexpr std::uint64_t kEven = 0xaaaaaaaaaaaaaaaa; // the first symbol has the highest place
    std::array<int, 2> failed{};                        // checks that end with an even symbol, odd
    for (std::size_t at = 8; at < signs_.size(); at += 8) {
        const std::uint64_t before = fec::load_word(&signs_[at - 8]);
        const std::uint64_t word = fec::load_word(&signs_[at]);
        std::uint64_t sum = check_.expected ? ~std::uint64_t{0} : 0;
        for (const unsigned delay : check_.delays)
            sum ^= delay == 0 ? word : word >> delay | before << (64 - delay);
        failed[0] += std::popcount(sum & kEven);
        failed[1] += std::popcount(sum & ~kEven);
    }
    const auto& last = sums_[blocks_ % sums_.size()];
    auto& now = sums_[++blocks_ % sums_.size()];
    for (std::size_t way = 0; way < 2; ++way)
        now[way] =
            last[way] + static_cast<std::int64_t>(kBlock / 2) - 2 * failed[(way + check_.last) % 2];
}

std::int64_t PairJudge::excess(std::size_t way, std::size_t blocks) const noexcept {
    return sums_[blocks_ % sums_.size()][way] - sums_[(blocks_ - blocks) % sums_.size()][way];
}

bool PairJudge::better_by(std::size_t way, double deviations) const noexcept {
    for (std::size_t blocks = 1; blocks <= std::min(blocks_, kLongest); blocks *= 2)
        if (static_cast<double>(excess(way, blocks) - excess(1 - way, blocks)) >=
            deviations * std::sqrt(static_cast<double>(blocks * kBlock / 2)))
            return true;
    return false;
}

bool PairJudge::certain(std::size_t way) const noexcept {
    return better_by(way, kBeyondDoubt) && !doubted(way);
}

bool PairJudge::doubted(std::size_t way) const noexcept {
    const std::size_t blocks = std::min(blocks_, kHoldBlocks);
    return static_cast<double>(excess(way, blocks)) <
               kHolds * std::sqrt(static_cast<double>(blocks * kBlock / 2)) ||
           better_by(1 - way, kDoubt);
}

CcsdsPairs::Branch::Branch(const CcsdsBitsOptions& options, const fec::ConvolutionalCode& code)
    : stream(code), lane(options, 2, 1) {}

CcsdsPairs::CcsdsPairs(const CcsdsBitsOptions& options, const fec::ConvolutionalCode& code)
    : precoding_(options.precoding), judge_(code),
      encoded_(encoded_marker(code, options.precoding), {kEncodedErrors, 0}),
      branches_{Branch(options, code), Branch(options, code)}, symbols_(kHeld) {
    reset();
}

void CcsdsPairs::reset() noexcept {
    judge_.reset();
    used_ = 0;
    base_ = decoded_ = judged_ = 0;
    for (std::size_t way = 0; way < 2; ++way) {
        Branch& branch = branches_[way];
        branch.stream.reset();
        branch.next = static_cast<std::int64_t>(way);
        branch.lane.begin(branch.next);
        branch.active = true;
    }
}

void CcsdsPairs::process(std::span<const std::int8_t> symbols, BlockExaminer& examiner) noexcept {
    while (!symbols.empty()) {
        make_room();
        const auto part = symbols.first(std::min(symbols.size(), kHeld - used_));
        symbols = symbols.subspan(part.size());
        std::memcpy(symbols_.data() + used_, part.data(), part.size());
        used_ += part.size();
        const std::int64_t now = base_ + static_cast<std::int64_t>(used_);
        while (now - judged_ >= static_cast<std::int64_t>(PairJudge::kBlock))
            judge(examiner);
        decode(now, examiner);
    }
}

void CcsdsPairs::finish(BlockExaminer& examiner) noexcept {
    for (Branch& branch : branches_)
        if (branch.active) {
            auto sink = make_sink<fec::DecodedBits>(
                [&](const fec::DecodedBits& decoded) { branch.lane.take(decoded, examiner); });
            branch.stream.finish(sink);
        }
}

void CcsdsPairs::make_room() noexcept {
    if (used_ < kHeld)
        return;
    const std::size_t keep = kBack + 2 * PairJudge::kBlock;
    const std::size_t drop = used_ - keep;
    std::memmove(symbols_.data(), symbols_.data() + drop, keep);
    base_ += static_cast<std::int64_t>(drop);
    used_ = keep;
}

/// Looks at the next block, and makes of it who goes on from its end.
void CcsdsPairs::judge(BlockExaminer& examiner) noexcept {
    const std::int64_t end = judged_ + static_cast<std::int64_t>(PairJudge::kBlock);
    judge_.add(held(judged_, end));
    judged_ = end;
    for (std::size_t way = 0; way < 2; ++way) {
        const bool alone = branches_[way].active && !branches_[1 - way].active;
        if (alone && judge_.doubted(way)) {
            decode(end, examiner);
            activate(1 - way, examiner);
            return;
        }
        const bool both = branches_[0].active && branches_[1].active;
        if (both && judge_.certain(way)) {
            decode(end, examiner);
            branches_[1 - way].active = false;
            return;
        }
    }
}

void CcsdsPairs::activate(std::size_t way, BlockExaminer& examiner) noexcept {
    Branch& branch = branches_[way];
    branch.active = true;
    // Groups keep to the same places.
    constexpr std::int64_t kPeriod = 2 * fec::ViterbiStream::kGroup;
    const std::int64_t start =
        (decoded_ - kBack + kPeriod - 1) / kPeriod * kPeriod + static_cast<std::int64_t>(way);
    if (branch.next < start) {
        branch.stream.reset();
        branch.lane.begin(start);
        branch.next = start;
    }
    propose_encoded_markers(branch.next, decoded_);
    feed(branch, decoded_, examiner);
}

void CcsdsPairs::decode(std::int64_t to, BlockExaminer& examiner) noexcept {
    while (decoded_ < to) {
        std::int64_t end = to;
        if (branches_[0].active && branches_[1].active) {
            // In steps that end where one of the decoders yields bits, so that the order of things
            // does not depend on how the symbols come in.
            end = std::min(to, next_yield(decoded_));
            propose_encoded_markers(decoded_, end);
        }
        for (Branch& branch : branches_)
            if (branch.active)
                feed(branch, end, examiner);
        decoded_ = end;
    }
}

void CcsdsPairs::feed(Branch& branch, std::int64_t to, BlockExaminer& examiner) noexcept {
    if (branch.next >= to)
        return;
    auto sink = make_sink<fec::DecodedBits>(
        [&](const fec::DecodedBits& decoded) { branch.lane.take(decoded, examiner); });
    branch.stream.process(held(branch.next, to), sink);
    branch.next = to;
}

/// Those that end with a symbol of [from, to), to the branches that make such pairs and are there.
void CcsdsPairs::propose_encoded_markers(std::int64_t from, std::int64_t to) noexcept {
    const std::int64_t first = std::max(from - (kEncodedSymbols - 1), base_);
    if (to - first < kEncodedSymbols)
        return;
    const auto symbols = held(first, to);
    encoded_.search(symbols, 0, symbols.size() - (kEncodedSymbols - 1), [&](const SyncHit& hit) {
        const std::int64_t start =
            first + static_cast<std::int64_t>(hit.position) + kEncodedSymbols;
        // Precoding takes the sense of the bits away.
        const bool inverted = hit.inverted && precoding_ == Precoding::none;
        Branch& branch = branches_[static_cast<std::size_t>(start % 2)];
        if (branch.next <= from)
            branch.lane.propose({start, hit.errors, inverted});
    });
}

CcsdsPunctured::CcsdsPunctured(const CcsdsBitsOptions& options, const fec::PuncturedCode& code)
    : node_({.code = code.code, .puncturing = code.puncturing}),
      lane_(options, node_.symbols_per_period(), node_.bits_per_period()) {
    reset();
}

void CcsdsPunctured::reset() noexcept {
    node_.reset();
    lane_.begin(0);
}

void CcsdsPunctured::process(std::span<const std::int8_t> symbols,
                             BlockExaminer& examiner) noexcept {
    auto sink = make_sink<fec::SynchronizedBits>(
        [&](const fec::SynchronizedBits& bits) { take(bits, examiner); });
    node_.process(symbols, sink);
}

void CcsdsPunctured::finish(BlockExaminer& examiner) noexcept {
    auto sink = make_sink<fec::SynchronizedBits>(
        [&](const fec::SynchronizedBits& bits) { take(bits, examiner); });
    node_.finish(sink);
}

void CcsdsPunctured::take(const fec::SynchronizedBits& bits, BlockExaminer& examiner) noexcept {
    if (bits.continuity == fec::SynchronizedBits::Continuity::begins)
        lane_.begin(bits.first_symbol);
    lane_.take(bits.decoded, examiner);
}

std::unique_ptr<CcsdsBits> make_decoded_bits(const CcsdsBitsOptions& options,
                                             const fec::PuncturedCode& code) {
    if (code.puncturing.kept() < code.puncturing.period())
        return std::make_unique<CcsdsPunctured>(options, code);
    return std::make_unique<CcsdsPairs>(options, code.code);
}

} // namespace telemetry::framing
