// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/viterbi_engine.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

#include "telemetry/fec/viterbi_k7.h"

namespace telemetry::fec {
namespace {

constexpr std::size_t kSlice = ViterbiEngine::kSlice;
constexpr std::uint64_t kSliceMask = (std::uint64_t{1} << kSlice) - 1;

/// K=7 rate 1/2 by the kernels of viterbi_k7.h.
class FastEngine final : public ViterbiEngine {
public:
    FastEngine(const ConvolutionalCode& code, std::size_t capacity, simd::Level limit)
        : ViterbiEngine(code), kernels_(viterbi_k7::choose(limit)), costs_(kAtOnce),
          signs_(capacity), present_(capacity), decisions_(capacity * kSlice), best_(capacity) {
        // Position p at bit t of a period: bit t is the newest, the own predecessor's oldest bit
        // has the same value.
        for (unsigned t = 0; t < viterbi_k7::kPeriod; ++t)
            for (unsigned p = 0; p < viterbi_k7::kStates; ++p) {
                unsigned window = 0;
                for (unsigned delay = 0; delay <= 6; ++delay)
                    window |= (p >> ((t + 6 - delay) % 6) & 1) << (6 - delay);
                labels_.of[t][p] = static_cast<std::uint8_t>(code.symbols(window));
            }
        for (std::size_t o = 0; o < 2; ++o) {
            const auto& output = code.outputs()[o];
            encoder_.inverted[o] = output.inverted ? kSliceMask : 0;
            for (std::size_t tap = 0; tap <= 6; ++tap)
                encoder_.taps[o][tap] = output.taps >> tap & 1 ? kSliceMask : 0;
        }
        start(Start::anywhere);
    }

    static bool suits(const ConvolutionalCode& code) {
        return code.constraint_length() == 7 && code.outputs().size() == 2 &&
               std::ranges::all_of(code.outputs(),
                                   [](const auto& o) { return (o.taps & 0101) == 0101; });
    }

    void start(Start start) noexcept override {
        metrics_.fill(start == Start::at_zero ? viterbi_k7::kNotHere : 0);
        metrics_[0] = 0;
        level_ = {};
        begin_ = held_ = 0;
    }

    using ViterbiEngine::advance;
    void advance(std::span<const std::int8_t> symbols, const Groups& groups) noexcept override {
        assert(symbols.size() % (2 * kSlice) == 0 && groups.words.size() % 2 == 0);
        std::size_t slices = symbols.size() / (2 * kSlice);
        if (begin_ + held_ + slices > best_.size())
            move_to_front();
        assert(held_ + slices <= best_.size());
        const std::size_t first = begin_ + groups.first;
        viterbi_k7::Trace trace{
            .decisions = decisions_.data() + first * kSlice,
            .best = best_.data() + first + 1 + groups.look_ahead,
            .look_ahead = groups.look_ahead,
            .groups = groups.words.size() / 2,
            .words = groups.words.data(),
            .begins = groups.begins.data(),
        };
        assert(groups.words.empty() ||
               groups.first + groups.words.size() + groups.look_ahead <= held_);
        do {
            const std::size_t count = std::min(slices, kAtOnce);
            const std::size_t end = begin_ + held_;
            kernels_.prepare(symbols.data(), count, level_, costs_.data(), signs_.data() + end,
                             present_.data() + end);
            kernels_.advance(metrics_.data(), labels_, costs_.data(), count,
                             decisions_.data() + end * kSlice, best_.data() + end, trace);
            trace.groups = 0;
            held_ += count;
            slices -= count;
            symbols = symbols.subspan(2 * kSlice * count);
        } while (slices > 0);
    }

    std::size_t held() const noexcept override { return held_; }

    void forget(std::size_t slices) noexcept override {
        begin_ += slices;
        held_ -= slices;
        if (held_ == 0)
            begin_ = 0;
    }

    unsigned best_state(std::size_t slice) const noexcept override { return best_[begin_ + slice]; }

    unsigned trace(std::size_t end, unsigned state, std::size_t first,
                   std::span<std::uint64_t> words) const noexcept override {
        std::fill(words.begin(), words.end(), 0);
        // The state's bits move to the places of their phases.
        const auto turn = static_cast<unsigned>(end % viterbi_k7::kPeriod);
        std::uint64_t p = (state << turn | state >> (viterbi_k7::kPeriod - turn)) & 63;
        std::size_t t = turn;
        const std::uint64_t* const decisions = decisions_.data() + begin_ * kSlice;
        for (std::size_t i = end; i-- > first * kSlice;) {
            t = t == 0 ? viterbi_k7::kPeriod - 1 : t - 1;
            words[i / kSlice - first] |= (p >> t & 1) << (i % kSlice);
            p ^= (decisions[i] >> p & 1) << t;
        }
        return static_cast<unsigned>(p);
    }

    void compare(std::size_t first, std::span<const std::uint64_t> words, unsigned before,
                 std::span<std::uint64_t> wrong, std::span<std::uint64_t> suspect,
                 Counts& counts) const noexcept override {
        first += begin_;
        kernels_.compare(encoder_, words.data(), signs_.data() + first, words.size(), before,
                         wrong.data(), suspect.data(), counts.wrong);
        for (std::size_t i = 0; i < words.size(); ++i)
            counts.symbols += present_[first + i];
    }

    void pack(std::span<const std::uint64_t> words, std::uint8_t* bytes) const noexcept override {
        kernels_.pack(words.data(), words.size(), bytes);
    }

private:
    void move_to_front() noexcept {
        const auto from = static_cast<std::ptrdiff_t>(begin_);
        const auto to = static_cast<std::ptrdiff_t>(begin_ + held_);
        constexpr auto kStep = static_cast<std::ptrdiff_t>(kSlice);
        std::copy(decisions_.begin() + from * kStep, decisions_.begin() + to * kStep,
                  decisions_.begin());
        std::copy(best_.begin() + from, best_.begin() + to, best_.begin());
        std::copy(signs_.begin() + from, signs_.begin() + to, signs_.begin());
        std::copy(present_.begin() + from, present_.begin() + to, present_.begin());
        begin_ = 0;
    }

    static constexpr std::size_t kAtOnce = 24; ///< slices whose costs stay in the L1 cache

    viterbi_k7::Kernels kernels_;
    viterbi_k7::Labels labels_;
    viterbi_k7::Encoder encoder_;
    alignas(64) std::array<std::uint8_t, viterbi_k7::kStates> metrics_;
    viterbi_k7::Level level_;
    std::vector<viterbi_k7::Costs> costs_;
    std::vector<viterbi_k7::Signs> signs_;
    std::vector<std::uint32_t> present_; ///< symbols not erased, by slice
    std::vector<std::uint64_t> decisions_;
    std::vector<std::uint8_t> best_;
    std::size_t begin_ = 0; ///< where the slices held begin
    std::size_t held_ = 0;
};

/// Any code: 32-bit metrics in natural order, symbols as they are.
///
/// State: the last K − 1 bits, the newest highest. State s has the predecessors 2s and 2s + 1 (less
/// its newest bit), and the windows of both branches are these numbers with it.
class GeneralEngine final : public ViterbiEngine {
public:
    GeneralEngine(const ConvolutionalCode& code, std::size_t capacity)
        : ViterbiEngine(code), states_(std::size_t{1} << (code.constraint_length() - 1)),
          words_per_bit_((states_ + 63) / 64), labels_(2 * states_), metrics_(states_),
          next_(states_), signs_(capacity), decisions_(capacity * kSlice * words_per_bit_),
          best_(capacity) {
        for (unsigned window = 0; window < labels_.size(); ++window)
            labels_[window] = static_cast<std::uint8_t>(code.symbols(window));
        start(Start::anywhere);
    }

    void start(Start start) noexcept override {
        std::fill(metrics_.begin(), metrics_.end(), start == Start::at_zero ? 1 << 20 : 0);
        metrics_[0] = 0;
        held_ = 0;
    }

    using ViterbiEngine::advance;
    void advance(std::span<const std::int8_t> symbols, const Groups& groups) noexcept override {
        for (std::size_t g = 0; 2 * g < groups.words.size(); ++g) {
            const std::size_t first = groups.first + 2 * g;
            unsigned state = best_[first + 1 + groups.look_ahead];
            for (std::size_t i = (first + 2 + groups.look_ahead) * kSlice;
                 i-- > (first + 2) * kSlice;)
                state = back(i, state);
            groups.begins[g] = static_cast<std::uint8_t>(
                trace((first + 2) * kSlice, state, first, groups.words.subspan(2 * g, 2)));
        }
        const std::size_t n = outputs();
        assert(symbols.size() % (n * kSlice) == 0);
        for (; !symbols.empty(); symbols = symbols.subspan(n * kSlice), ++held_) {
            assert(held_ < best_.size());
            Signs signs{};
            for (std::size_t i = 0; i < kSlice; ++i) {
                const auto sent = symbols.subspan(n * i, n);
                for (std::size_t o = 0; o < n; ++o) {
                    signs.positive[o] |= static_cast<std::uint64_t>(sent[o] > 0) << i;
                    signs.present[o] |= static_cast<std::uint64_t>(sent[o] != 0) << i;
                }
                step(sent, decisions_.data() + (held_ * kSlice + i) * words_per_bit_);
            }
            signs_[held_] = signs;
            const auto least = std::ranges::min_element(metrics_);
            best_[held_] = static_cast<std::uint8_t>(least - metrics_.begin());
            const std::int32_t base = *least;
            for (auto& metric : metrics_)
                metric -= base;
        }
    }

    std::size_t held() const noexcept override { return held_; }

    void forget(std::size_t slices) noexcept override {
        const auto from = static_cast<std::ptrdiff_t>(slices);
        const auto to = static_cast<std::ptrdiff_t>(held_);
        const auto step = static_cast<std::ptrdiff_t>(kSlice * words_per_bit_);
        std::copy(decisions_.begin() + from * step, decisions_.begin() + to * step,
                  decisions_.begin());
        std::copy(best_.begin() + from, best_.begin() + to, best_.begin());
        std::copy(signs_.begin() + from, signs_.begin() + to, signs_.begin());
        held_ -= slices;
    }

    unsigned best_state(std::size_t slice) const noexcept override { return best_[slice]; }

    unsigned trace(std::size_t end, unsigned state, std::size_t first,
                   std::span<std::uint64_t> words) const noexcept override {
        std::fill(words.begin(), words.end(), 0);
        for (std::size_t i = end; i-- > first * kSlice;) {
            const auto bit = static_cast<std::uint64_t>(2 * state >= states_);
            words[i / kSlice - first] |= bit << (i % kSlice);
            state = back(i, state);
        }
        return state;
    }

    void compare(std::size_t first, std::span<const std::uint64_t> words, unsigned before,
                 std::span<std::uint64_t> wrong, std::span<std::uint64_t> suspect,
                 Counts& counts) const noexcept override {
        const int memory = code().constraint_length() - 1;
        const auto sent = code().outputs();
        for (std::size_t i = 0; i < words.size(); ++i) {
            const Signs& received = signs_[first + i];
            const std::uint64_t data = words[i] << memory | before;
            suspect[i] = 0;
            for (std::size_t o = 0; o < sent.size(); ++o) {
                std::uint64_t differs = received.positive[o] ^ (sent[o].inverted ? kSliceMask : 0);
                for (unsigned taps = sent[o].taps; taps; taps &= taps - 1)
                    differs ^= data >> std::countr_zero(taps);
                differs &= received.present[o];
                wrong[i * sent.size() + o] = differs;
                suspect[i] |= differs;
                counts.wrong += static_cast<std::size_t>(std::popcount(differs));
                counts.symbols += static_cast<std::size_t>(std::popcount(received.present[o]));
            }
            before = state_behind(words[i]);
        }
    }

    void pack(std::span<const std::uint64_t> words, std::uint8_t* bytes) const noexcept override {
        viterbi_k7::kGeneric.pack(words.data(), words.size(), bytes);
    }

private:
    /// Of a slice, by output: 1 for positive ones, and 1 for those not erased.
    struct Signs {
        std::array<std::uint64_t, ConvolutionalCode::kMostOutputs> positive;
        std::array<std::uint64_t, ConvolutionalCode::kMostOutputs> present;
    };

    void step(std::span<const std::int8_t> sent, std::uint64_t* decisions) noexcept {
        std::array<std::int32_t, 1 << ConvolutionalCode::kMostOutputs> costs{};
        const std::size_t n = sent.size();
        for (std::size_t o = 0; o < n; ++o)
            for (unsigned label = 0; label < 1u << n; ++label) {
                const int x = label >> (n - 1 - o) & 1 ? -sent[o] : sent[o];
                costs[label] += std::max(x, 0);
            }
        std::fill_n(decisions, words_per_bit_, 0);
        for (std::size_t s = 0; s < states_; ++s) {
            const std::size_t from = 2 * s & (states_ - 1);
            const std::int32_t even = metrics_[from] + costs[labels_[2 * s]];
            const std::int32_t odd = metrics_[from + 1] + costs[labels_[2 * s + 1]];
            next_[s] = std::min(even, odd);
            decisions[s / 64] |= static_cast<std::uint64_t>(odd < even) << (s % 64);
        }
        metrics_.swap(next_);
    }

    unsigned back(std::size_t bit, unsigned state) const noexcept {
        const std::uint64_t word = decisions_[bit * words_per_bit_ + state / 64];
        return static_cast<unsigned>(2 * state & (states_ - 1)) |
               static_cast<unsigned>(word >> (state % 64) & 1);
    }

    std::size_t states_;
    std::size_t words_per_bit_;
    std::vector<std::uint8_t> labels_;
    std::vector<std::int32_t> metrics_;
    std::vector<std::int32_t> next_;
    std::vector<Signs> signs_;
    std::vector<std::uint64_t> decisions_;
    std::vector<std::uint8_t> best_;
    std::size_t held_ = 0;
};

} // namespace

std::unique_ptr<ViterbiEngine> make_viterbi_engine(const ConvolutionalCode& code,
                                                   std::size_t capacity, simd::Level limit) {
    if (FastEngine::suits(code))
        return std::make_unique<FastEngine>(code, capacity, limit);
    return std::make_unique<GeneralEngine>(code, capacity);
}

} // namespace telemetry::fec
