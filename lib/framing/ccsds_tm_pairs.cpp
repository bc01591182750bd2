// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/ccsds_tm_pairs.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "telemetry/fec/convolutional.h"
#include "telemetry/framing/markers.h"
#include "telemetry/simd/x86.h"

namespace telemetry::framing {
namespace {

// In standard deviations of a sum of checks. The difference of two ways deviates 1.4 times as much.
// Who is certain without reason is soon in doubt again, and nothing is lost; so a little will do.
constexpr double kBeyondDoubt = 5.5;
constexpr double kDoubt = 3;
constexpr double kHolds = 2.5; ///< in the last kHoldBlocks
constexpr std::size_t kHoldBlocks = 16;

/// How far the decoder that is back goes back: twice as far as the doubt may have come from.
constexpr std::int64_t kBack = 2 * kHoldBlocks * PairJudge::kBlock;
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

// for each symbol: the sum of those `delays` before it is as expected, or the check failed

constexpr std::size_t kWords = PairJudge::kBlock / 64;
using Sums = std::array<std::uint64_t, kWords>;

constexpr std::uint64_t kEven = 0xaaaaaaaaaaaaaaaa; // the first symbol has the highest place

[[gnu::always_inline]] inline void count_sums(const Sums& sums, std::array<int, 2>& failed) {
    failed = {};
    for (const std::uint64_t sum : sums) {
        failed[0] += std::popcount(sum & kEven);
        failed[1] += std::popcount(sum & ~kEven);
    }
}

void count_generic(const PairJudge::Signs& signs, const fec::ParityCheck& check,
                   std::array<int, 2>& failed) noexcept {
    Sums sums;
    sums.fill(check.expected ? ~std::uint64_t{0} : 0);
    for (const unsigned delay : check.delays)
        for (std::size_t i = 0; i < kWords; ++i)
            sums[i] ^= signs[i + 1] >> delay | signs[i] << 1 << (63 - delay);
    count_sums(sums, failed);
}

#if defined(__x86_64__)
[[gnu::target("avx2,popcnt")]] void count_avx2(const PairJudge::Signs& signs,
                                               const fec::ParityCheck& check,
                                               std::array<int, 2>& failed) noexcept {
    Sums sums;
    for (std::size_t i = 0; i < kWords; i += 4) {
        const auto* at = reinterpret_cast<const __m256i*>(&signs[i]);
        const __m256i before = _mm256_loadu_si256(at);
        const __m256i word = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(&signs[i + 1]));
        __m256i sum = _mm256_set1_epi64x(check.expected ? -1 : 0);
        for (const unsigned delay : check.delays) {
            const __m128i right = _mm_cvtsi32_si128(static_cast<int>(delay));
            const __m128i left = _mm_cvtsi32_si128(static_cast<int>(64 - delay));
            sum = _mm256_xor_si256(sum, _mm256_xor_si256(_mm256_srl_epi64(word, right),
                                                         _mm256_sll_epi64(before, left)));
        }
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(&sums[i]), sum);
    }
    count_sums(sums, failed);
}

[[gnu::target("avx512f,avx512bw,popcnt")]] void count_avx512(const PairJudge::Signs& signs,
                                                             const fec::ParityCheck& check,
                                                             std::array<int, 2>& failed) noexcept {
    static_assert(kWords == 8);
    const __m512i before = _mm512_loadu_si512(&signs[0]);
    const __m512i word = _mm512_loadu_si512(&signs[1]);
    __m512i sum = _mm512_set1_epi64(check.expected ? -1 : 0);
    for (const unsigned delay : check.delays) {
        const __m128i right = _mm_cvtsi32_si128(static_cast<int>(delay));
        const __m128i left = _mm_cvtsi32_si128(static_cast<int>(64 - delay));
        sum = _mm512_ternarylogic_epi64(sum, _mm512_srl_epi64(word, right),
                                        _mm512_sll_epi64(before, left), 0x96);
    }
    Sums sums;
    _mm512_storeu_si512(sums.data(), sum);
    count_sums(sums, failed);
}

[[gnu::target("avx512f,avx512bw,avx512vpopcntdq")]] void
count_avx512icl(const PairJudge::Signs& signs, const fec::ParityCheck& check,
                std::array<int, 2>& failed) noexcept {
    const __m512i before = _mm512_loadu_si512(&signs[0]);
    const __m512i word = _mm512_loadu_si512(&signs[1]);
    __m512i sum = _mm512_set1_epi64(check.expected ? -1 : 0);
    for (const unsigned delay : check.delays) {
        const __m128i right = _mm_cvtsi32_si128(static_cast<int>(delay));
        const __m128i left = _mm_cvtsi32_si128(static_cast<int>(64 - delay));
        sum = _mm512_ternarylogic_epi64(sum, _mm512_srl_epi64(word, right),
                                        _mm512_sll_epi64(before, left), 0x96);
    }
    // Both counts fit side by side: even ones low, all of them high.
    const __m512i even = _mm512_popcnt_epi64(
        _mm512_and_si512(sum, _mm512_set1_epi64(static_cast<long long>(kEven))));
    const __m512i both = _mm512_add_epi64(even, _mm512_slli_epi64(_mm512_popcnt_epi64(sum), 32));
    const auto counts = static_cast<std::uint64_t>(_mm512_reduce_add_epi64(both));
    failed[0] = static_cast<int>(counts & 0xffffffff);
    failed[1] = static_cast<int>(counts >> 32) - failed[0];
}
#endif

constexpr std::array kCounts = {
    simd::Variant<PairJudge::Count>{simd::Level::generic, &count_generic},
#if defined(__x86_64__)
    simd::Variant<PairJudge::Count>{simd::Level::avx2, &count_avx2},
    simd::Variant<PairJudge::Count>{simd::Level::avx512, &count_avx512},
    simd::Variant<PairJudge::Count>{simd::Level::avx512icl, &count_avx512icl},
#endif
};

} // namespace

PairJudge::PairJudge(const fec::ConvolutionalCode& code)
    : check_(fec::find_parity_check(code, fec::Puncturing{})), count_(simd::choose<Count>(kCounts)),
      certain_(limits(kBeyondDoubt)), doubt_(limits(kDoubt)),
      holds_(static_cast<std::int64_t>(kHolds * std::sqrt(kHoldBlocks * kBlock / 2.))) {}

PairJudge::Limits PairJudge::limits(double deviations) {
    Limits limits;
    for (std::size_t i = 0; i < kWindows; ++i)
        limits[i] = static_cast<std::int64_t>(deviations *
                                              std::sqrt(static_cast<double>((kBlock / 2) << i)));
    return limits;
}

void PairJudge::reset() noexcept {
    signs_.fill(0);
    sums_ = {};
    blocks_ = 0;
}

void PairJudge::add(std::span<const std::int8_t> symbols) noexcept {
    std::array<std::uint8_t, kBlock / 8> packed;
    pack_(symbols, packed);
    signs_[0] = signs_.back();
    for (std::size_t i = 1; i < signs_.size(); ++i)
        signs_[i] = fec::load_word(&packed[8 * (i - 1)]);
    std::array<int, 2> failed;
    count_(signs_, check_, failed);
    const auto& last = sums_[blocks_ % sums_.size()];
    auto& now = sums_[++blocks_ % sums_.size()];
    for (std::size_t way = 0; way < 2; ++way)
        now[way] =
            last[way] + static_cast<std::int64_t>(kBlock / 2) - 2 * failed[(way + check_.last) % 2];
}

bool PairJudge::better_by(std::size_t way, const Limits& limits) const noexcept {
    for (std::size_t i = 0; i < kWindows && (std::size_t{1} << i) <= blocks_; ++i)
        if (excess(way, std::size_t{1} << i) - excess(1 - way, std::size_t{1} << i) >= limits[i])
            return true;
    return false;
}

bool PairJudge::certain(std::size_t way) const noexcept {
    return better_by(way, certain_) && !doubted(way);
}

bool PairJudge::doubted(std::size_t way) const noexcept {
    return excess(way, std::min(blocks_, kHoldBlocks)) < holds_ || better_by(1 - way, doubt_);
}

CcsdsPairs::Branch::Branch(const CcsdsBitsOptions& options, const fec::ConvolutionalCode& code)
    : stream(code), lane(options, 2, 1) {}

CcsdsPairs::CcsdsPairs(const CcsdsBitsOptions& options, const fec::ConvolutionalCode& code)
    : precoding_(options.precoding), long_blocks_(options.block_bits >= 4 * PairJudge::kBlock),
      judge_(code), encoded_(encoded_marker(code, options.precoding), {kEncodedErrors, 0}),
      branches_{Branch(options, code), Branch(options, code)}, symbols_(kHeld) {
    reset();
}

void CcsdsPairs::reset() noexcept {
    judge_.reset();
    used_ = 0;
    base_ = decoded_ = judged_ = listened_ = 0;
    was_quiet_ = false;
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
    if (branches_[0].active && branches_[1].active) {
        for (std::size_t way = 0; way < 2; ++way)
            if (judge_.certain(way)) {
                decode(end, examiner);
                branches_[1 - way].active = false;
                listened_ = end;
                was_quiet_ = false;
                return;
            }
        return;
    }
    const std::size_t way = branches_[0].active ? 0 : 1;
    if (judge_.doubted(way)) {
        decode(end, examiner);
        listen(way, end, examiner);
        activate(1 - way, examiner);
        return;
    }
    const bool quiet = judge_.quiet(way);
    if (quiet || was_quiet_)
        listen(way, end, examiner);
    was_quiet_ = quiet;
}

void CcsdsPairs::listen(std::size_t way, std::int64_t to, BlockExaminer& examiner) noexcept {
    // A long block does not end before its marker is proposed, so the order does not matter.
    if (!long_blocks_)
        decode(to, examiner);
    const auto two_blocks = static_cast<std::int64_t>(2 * PairJudge::kBlock);
    propose_encoded_markers(std::max(listened_, to - two_blocks), to,
                            std::span(branches_).subspan(way, 1));
    listened_ = to;
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
    propose_encoded_markers(branch.next, decoded_, std::span(&branch, 1));
    feed(branch, decoded_, examiner);
}

void CcsdsPairs::decode(std::int64_t to, BlockExaminer& examiner) noexcept {
    while (decoded_ < to) {
        std::int64_t end = to;
        if (branches_[0].active && branches_[1].active) {
            // In steps that end where one of the decoders yields bits, so that the order of things
            // does not depend on how the symbols come in.
            end = std::min(to, next_yield(decoded_));
            propose_encoded_markers(decoded_, end, branches_);
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

/// Those that end with a symbol of [from, to); DecodedLane knows which make its pairs.
void CcsdsPairs::propose_encoded_markers(std::int64_t from, std::int64_t to,
                                         std::span<Branch> branches) noexcept {
    const std::int64_t first = std::max(from - (kEncodedSymbols - 1), base_);
    if (to - first < kEncodedSymbols)
        return;
    const auto symbols = held(first, to);
    encoded_.search(symbols, 0, symbols.size() - (kEncodedSymbols - 1), [&](const SyncHit& hit) {
        const std::int64_t start =
            first + static_cast<std::int64_t>(hit.position) + kEncodedSymbols;
        // Precoding takes the sense of the bits away.
        const bool inverted = hit.inverted && precoding_ == Precoding::none;
        for (Branch& branch : branches)
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
