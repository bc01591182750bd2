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

} // namespace

NodeSynchronizer::NodeSynchronizer(const Options& options)
    : puncturing_(options.puncturing), pack_(options.limit), depuncturer_(options.puncturing),
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
    masks_.resize(std::size_t{period_} * period_);
    for (std::size_t i = 0; i < std::size_t{64} * period_; ++i)
        masks_[i % period_ * period_ + i / 64] |= std::uint64_t{1} << (63 - i % 64);
    signs_.resize(8 + 8 * words);
    kept_.resize(2 * kKeptBlocks * block_symbols_);
    sums_.resize((kLongest + 1) * variants_.size() * period_);
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
        Way better;
        std::size_t blocks = 0;
        const bool change = better_way(better, blocks);
        if (change || holds() != locked_)
            decode_kept(sink); // up to here as it was
        if (change) {
            // A burst or slip is somewhat older than what shows it.
            follow(better, taken_ - static_cast<std::int64_t>((2 * blocks + 2) * block_symbols_));
            fresh_ = blocks;
        }
        locked_ = holds();
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
    std::copy(signs_.end() - 8, signs_.end(), signs_.begin());
    pack_(std::span(kept_).subspan(kept_size_ - block_symbols_, block_symbols_),
          std::span(signs_).subspan(8));
    const std::size_t ways = variants_.size() * period_;
    const auto* const before = &sums_[blocks_ % (kLongest + 1) * ways];
    ++blocks_;
    ++fresh_;
    auto* const now = &sums_[blocks_ % (kLongest + 1) * ways];
    const auto checks = static_cast<std::int64_t>(block_symbols_ / period_);
    for (std::size_t v = 0; v < variants_.size(); ++v) {
        const ParityCheck& check = variants_[v].check;
        const auto sum = [&](std::size_t place) -> std::int64_t& {
            return now[v * period_ + (place + period_ - check.last) % period_];
        };
        for (std::size_t place = 0; place < period_; ++place)
            sum(place) = checks;
        for (std::size_t w = 0; w < words; ++w) {
            const std::uint64_t last = load_word(&signs_[8 * w]);
            const std::uint64_t word = load_word(&signs_[8 * w + 8]);
            std::uint64_t failed = check.expected ? ~std::uint64_t{0} : 0;
            for (const unsigned delay : check.delays)
                failed ^= delay == 0 ? word : word >> delay | last << (64 - delay);
            for (std::size_t place = 0; place < period_; ++place)
                sum(place) -= 2 * std::popcount(failed & masks_[place * period_ + w % period_]);
        }
    }
    for (std::size_t i = 0; i < ways; ++i)
        now[i] += before[i];
}

/// Checks that held minus those that did not, in the last `blocks`.
std::int64_t NodeSynchronizer::excess(const Way& way, std::size_t blocks) const noexcept {
    const std::size_t ways = variants_.size() * period_;
    const std::size_t i = way.variant * period_ + way.phase;
    const std::int64_t sum = sums_[blocks_ % (kLongest + 1) * ways + i] -
                             sums_[(blocks_ - blocks) % (kLongest + 1) * ways + i];
    return way.sense ? -sum : sum;
}

bool NodeSynchronizer::better_way(Way& best, std::size_t& best_blocks) const noexcept {
    double most = locked_ ? kBetterThanLocked : kBetterThanNothing;
    bool found = false;
    for (std::size_t blocks = 1; blocks <= std::min(fresh_, kLongest); blocks *= 2) {
        const double deviation = std::sqrt(static_cast<double>(blocks * block_symbols_ / period_));
        const std::int64_t own = excess(way_, blocks);
        for (std::size_t v = 0; v < variants_.size(); ++v)
            for (unsigned phase = 0; phase < period_; ++phase)
                for (unsigned sense = 0; sense < 2; ++sense) {
                    const Way way{v, phase, sense};
                    if (way == way_ || !variants_[v].streams[sense])
                        continue;
                    double ahead = static_cast<double>(excess(way, blocks) - own) / deviation;
                    if (v == way_.variant && phase == way_.phase)
                        ahead /= std::sqrt(2.0); // one is the negative of the other
                    if (ahead > most) {
                        most = ahead;
                        best = way;
                        best_blocks = blocks;
                        found = true;
                    }
                }
    }
    return found;
}

bool NodeSynchronizer::holds() const noexcept {
    for (std::size_t blocks = 1; blocks <= std::min(fresh_, kLongest); blocks *= 2)
        if (static_cast<double>(excess(way_, blocks)) >=
            kLocked * std::sqrt(static_cast<double>(blocks * block_symbols_ / period_)))
            return true;
    return false;
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
