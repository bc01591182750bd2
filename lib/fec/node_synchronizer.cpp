// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/node_synchronizer.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace telemetry::fec {
namespace {

constexpr std::size_t kLeastBlock = 512; ///< symbols
// Standard deviations of a sum of checks by which another way must be better: some noise is worth
// following where nothing is known to lose.
constexpr double kBetterThanLocked = 5;
constexpr double kBetterThanNothing = 3.5;
constexpr double kLocked = 5;

/// The ones under the masks. In plain arithmetic, which compilers turn into vectors.
std::int64_t ones(std::span<const std::uint64_t> words, const std::uint64_t* masks) noexcept {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint64_t x = words[i] & masks[i];
        x -= x >> 1 & 0x5555555555555555;
        x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
        x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
        x = (x & 0x00ff00ff00ff00ff) + (x >> 8 & 0x00ff00ff00ff00ff);
        sum += x; // four sums of at most 16 a word
    }
    return static_cast<std::int64_t>(sum * 0x0001000100010001 >> 48);
}

} // namespace

NodeSynchronizer::NodeSynchronizer(const Options& options)
    : puncturing_(options.puncturing), pack_(options.limit),
      depuncturer_(options.puncturing, options.limit),
      mother_(options.puncturing.period() > options.puncturing.kept() ? 4096 : 0) {
    const std::size_t look_ahead = punctured_look_ahead(puncturing_.period(), puncturing_.kept());
    std::vector<ConvolutionalCode> codes{options.code};
    if (options.ambiguity == Ambiguity::quarter_turn) {
        assert(options.code.outputs().size() == 2 && mother_.empty());
        codes.push_back(options.code.with_exchanged());
    }
    for (const auto& code : codes) {
        Variant& variant = variants_.emplace_back();
        variant.check = find_parity_check(code, puncturing_);
        senses_ = variant.check.of_second ? 2 : 1;
        variant.streams[0] = std::make_unique<ViterbiStream>(code, look_ahead, options.limit);
        if (variant.check.of_second)
            variant.streams[1] =
                std::make_unique<ViterbiStream>(code.with_inverted(1), look_ahead, options.limit);
    }
    period_ = variants_.front().check.period;
    bits_ = variants_.front().check.bits;
    // Every block has the same words.
    const std::size_t words = period_ * std::max<std::size_t>(1, kLeastBlock / 64 / period_);
    block_symbols_ = 64 * words;
    masks_.resize(period_ * words);
    for (std::size_t i = 0; i < block_symbols_; ++i)
        masks_[i % period_ * words + i / 64] |= std::uint64_t{1} << (63 - i % 64);
    packed_.resize(8 * words);
    signs_.resize(1 + words);
    failed_.resize(words);
    kept_.resize(2 * kKeptBlocks * block_symbols_);
    sums_.resize(kSums * variants_.size() * period_);
    for (std::size_t blocks = 1; blocks <= kLongest; blocks *= 2)
        scales_.push_back(std::sqrt(period_ / static_cast<double>(blocks * block_symbols_)));
    reset();
}

void NodeSynchronizer::reset() noexcept {
    for (auto& variant : variants_)
        for (auto& stream : variant.streams)
            if (stream)
                stream->reset();
    std::ranges::fill(signs_, 0);
    std::ranges::fill(sums_, 0);
    kept_size_ = 0;
    taken_ = decoded_ = 0;
    blocks_ = fresh_ = 0;
    locked_ = false;
    follow({}, 0);
}

void NodeSynchronizer::process(std::span<const std::int8_t> symbols,
                               Sink<SynchronizedBits>& sink) noexcept {
    while (!symbols.empty()) {
        const std::size_t in_block = static_cast<std::size_t>(taken_) % block_symbols_;
        const std::size_t count = std::min(symbols.size(), block_symbols_ - in_block);
        if (kept_size_ + count > kept_.size()) {
            decode_kept(sink);
            const std::size_t stay = kKeptBlocks * block_symbols_ - block_symbols_ + in_block;
            std::copy(kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_ - stay),
                      kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_), kept_.begin());
            kept_size_ = stay;
        }
        std::copy_n(symbols.begin(), count,
                    kept_.begin() + static_cast<std::ptrdiff_t>(kept_size_));
        kept_size_ += count;
        taken_ += static_cast<std::int64_t>(count);
        symbols = symbols.subspan(count);
        if (in_block + count < block_symbols_)
            break;
        judge_block();
        const Verdict verdict = compare_ways();
        const bool change = verdict.way != way_;
        if (change || verdict.locked != locked_)
            decode_kept(sink); // up to here as it was
        locked_ = verdict.locked;
        if (change) {
            // A burst or slip is somewhat older than what shows it.
            follow(verdict.way,
                   taken_ - static_cast<std::int64_t>((2 * verdict.blocks + 2) * block_symbols_));
            fresh_ = verdict.blocks;
            locked_ = compare_ways().locked;
        }
    }
    decode_kept(sink);
}

void NodeSynchronizer::finish(Sink<SynchronizedBits>& sink) noexcept {
    decode_kept(sink);
    auto out = make_sink<DecodedBits>([&](const DecodedBits& decoded) {
        sink.accept({decoded, start_ + decoded.first_bit * period_ / bits_, continuity_, locked_});
        continuity_ = SynchronizedBits::Continuity::follows;
    });
    stream().finish(out);
}

void NodeSynchronizer::align(std::int64_t symbol, Sink<SynchronizedBits>& sink) noexcept {
    const auto phase = static_cast<unsigned>(symbol % period_);
    if (phase == way_.phase && symbol >= start_)
        return;
    decode_kept(sink);
    Way way = way_;
    way.phase = phase;
    follow(way, symbol - static_cast<std::int64_t>(2 * ViterbiStream::kGroup));
    fresh_ = 0;
    decode_kept(sink);
}

/// The checks of the last block, which is complete.
void NodeSynchronizer::judge_block() noexcept {
    const std::size_t words = block_symbols_ / 64;
    pack_(std::span(kept_).subspan(kept_size_ - block_symbols_, block_symbols_), packed_);
    signs_[0] = signs_[words];
    for (std::size_t w = 0; w < words; ++w)
        signs_[w + 1] = load_word(&packed_[8 * w]);
    const std::size_t ways = variants_.size() * period_;
    const auto* const before = sums(blocks_);
    ++blocks_;
    ++fresh_;
    auto* const now = sums(blocks_);
    const auto checks = static_cast<std::int64_t>(block_symbols_ / period_);
    for (std::size_t v = 0; v < variants_.size(); ++v) {
        const ParityCheck& check = variants_[v].check;
        const auto sum = [&](std::size_t place) -> std::int64_t& {
            return now[v * period_ + (place + period_ - check.last) % period_];
        };
        std::ranges::fill(failed_, check.expected ? ~std::uint64_t{0} : 0);
        for (const unsigned delay : check.delays)
            if (delay == 0)
                for (std::size_t w = 0; w < words; ++w)
                    failed_[w] ^= signs_[w + 1];
            else
                for (std::size_t w = 0; w < words; ++w)
                    failed_[w] ^= signs_[w + 1] >> delay | signs_[w] << (64 - delay);
        for (std::size_t place = 0; place < period_; ++place)
            sum(place) =
                check.delays.empty() ? 0 : checks - 2 * ones(failed_, &masks_[place * words]);
    }
    for (std::size_t i = 0; i < ways; ++i)
        now[i] += before[i];
}

/// Checks that held minus those that did not, from the start on, by way.
std::int64_t* NodeSynchronizer::sums(std::size_t blocks) noexcept {
    return &sums_[blocks % kSums * variants_.size() * period_];
}

/// Looks for a way that did significantly better than the one followed in the last blocks, and
/// whether that one is the right one.
NodeSynchronizer::Verdict NodeSynchronizer::compare_ways() noexcept {
    Verdict verdict;
    verdict.way = way_;
    double most = locked_ ? kBetterThanLocked : kBetterThanNothing;
    const std::size_t ways = variants_.size() * period_;
    const std::size_t own = way_.variant * period_ + way_.phase;
    const std::int64_t* const now = sums(blocks_);
    std::size_t window = 0;
    for (std::size_t blocks = 1; blocks <= std::min(fresh_, kLongest); blocks *= 2, ++window) {
        const std::int64_t* const then = sums(blocks_ - blocks);
        const double scale = scales_[window];
        const std::int64_t plain = now[own] - then[own];
        const double holds = static_cast<double>(way_.sense ? -plain : plain) * scale;
        verdict.locked |= holds >= kLocked;
        for (std::size_t i = 0; i < ways; ++i) {
            const double held = static_cast<double>(now[i] - then[i]) * scale;
            for (unsigned sense = 0; sense < senses_; ++sense) {
                if (i == own && sense == way_.sense)
                    continue;
                double ahead = (sense ? -held : held) - holds;
                if (i == own)
                    ahead *= 0.7071; // one is the negative of the other
                if (ahead > most) {
                    most = ahead;
                    verdict.way = {i / period_, static_cast<unsigned>(i % period_), sense};
                    verdict.blocks = blocks;
                }
            }
        }
    }
    return verdict;
}

/// Starts the decoder anew, with the first whole period from symbol `from` on that is kept.
void NodeSynchronizer::follow(const Way& way, std::int64_t from) noexcept {
    way_ = way;
    start_ = std::max(from, taken_ - static_cast<std::int64_t>(kept_size_));
    const auto place = static_cast<unsigned>(start_ % period_);
    start_ += (way.phase + period_ - place) % period_;
    decoded_ = start_;
    stream().reset();
    depuncturer_.reset();
    continuity_ = SynchronizedBits::Continuity::begins;
}

void NodeSynchronizer::decode_kept(Sink<SynchronizedBits>& sink) noexcept {
    if (decoded_ >= taken_)
        return;
    auto symbols = std::span(std::as_const(kept_))
                       .first(kept_size_)
                       .last(static_cast<std::size_t>(taken_ - decoded_));
    decoded_ = taken_;
    auto out = make_sink<DecodedBits>([&](const DecodedBits& decoded) {
        sink.accept({decoded, start_ + decoded.first_bit * period_ / bits_, continuity_, locked_});
        continuity_ = SynchronizedBits::Continuity::follows;
    });
    if (mother_.empty()) {
        stream().process(symbols, out);
        return;
    }
    while (!symbols.empty()) {
        std::size_t written = 0;
        symbols = symbols.subspan(depuncturer_.depuncture(symbols, mother_, written));
        stream().process(std::span(std::as_const(mother_)).first(written), out);
    }
}

} // namespace telemetry::fec
