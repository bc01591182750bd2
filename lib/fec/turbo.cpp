// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/turbo.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

namespace telemetry::fec {
namespace {

constexpr std::size_t kTail = 4;      ///< steps that empty a register
constexpr std::size_t kTailWidth = 6; ///< outputs of a step

/// Outputs of both encoders: what "out 0a" … "out 3b" are called in the standard's figure 6-2.
/// Their order is that of the rows of TurboEncoder::outputs_.
enum Output : std::uint8_t { k0a, k1a, k2a, k3a, k1b, k3b };

/// What is sent for a pair of information bits, in this order (section 6.3, figure 6-3).
struct Format {
    std::string_view name;
    std::size_t symbols_per_bit;
    std::array<Output, 6> even; ///< for the first bit of a pair
    std::array<Output, 6> odd;  ///< for the second
    std::array<TurboParity, 2> parities;
};

constexpr std::array<Format, 4> kFormats{{
    {"1/2", 2, {k0a, k1a}, {k0a, k1b}, {TurboParity::one, TurboParity::one}},
    {"1/3", 3, {k0a, k1a, k1b}, {k0a, k1a, k1b}, {TurboParity::one, TurboParity::one}},
    {"1/4",
     4,
     {k0a, k2a, k3a, k1b},
     {k0a, k2a, k3a, k1b},
     {TurboParity::two_three, TurboParity::one}},
    {"1/6",
     6,
     {k0a, k1a, k2a, k3a, k1b, k3b},
     {k0a, k1a, k2a, k3a, k1b, k3b},
     {TurboParity::one_two_three, TurboParity::one_three}},
}};

const Format& format_of(TurboRate rate) noexcept {
    return kFormats[static_cast<std::size_t>(rate)];
}

/// Log-likelihood ratio, in nats, of a symbol of mean magnitude where a code of this rate begins to
/// work (Es/N0 of -2.0, -4.1, -5.8 and -7.8 dB): 4 Es/N0 × mean of |1 + noise|.
constexpr std::array<double, 4> kNatsOfMean{2.77, 1.92, 1.50, 1.07};

/// A component encoder's answer to eight bits in one of its states.
struct Answer {
    std::uint8_t next;
    std::array<std::uint8_t, 3> parities; ///< of 11011, 10101 and 11111, the first bit highest
};

unsigned parity(unsigned bits) noexcept {
    return static_cast<unsigned>(std::popcount(bits)) & 1;
}

constexpr std::array<unsigned, 3> kTaps{0b11011, 0b10101, 0b11111};
constexpr unsigned kBackward = 0b0011; ///< 10011 without what goes into the register

using Answers = std::array<std::array<Answer, 256>, kTurboStates>;

Answers make_answers() {
    Answers answers{};
    for (unsigned start = 0; start < kTurboStates; ++start)
        for (unsigned bits = 0; bits < 256; ++bits) {
            Answer& answer = answers[start][bits];
            unsigned state = start;
            for (int bit = 7; bit >= 0; --bit) {
                const unsigned in = (bits >> bit & 1) ^ parity(state & kBackward);
                const unsigned content = in << 4 | state;
                for (std::size_t k = 0; k < kTaps.size(); ++k)
                    answer.parities[k] = static_cast<std::uint8_t>(answer.parities[k] << 1 |
                                                                   parity(content & kTaps[k]));
                state = content >> 1;
            }
            answer.next = static_cast<std::uint8_t>(state);
        }
    return answers;
}

/// The eight bits of a byte, the highest first, as bytes of 0 and 1.
void unpack(std::uint8_t byte, std::uint8_t* bits) noexcept {
    // Copies 9 apart: bit 7 - k comes to the highest place of byte k.
    const std::uint64_t word = (byte * 0x8040201008040201u & 0x8080808080808080u) >> 7;
    if constexpr (std::endian::native == std::endian::little)
        std::memcpy(bits, &word, sizeof word);
    else
        for (int k = 0; k < 8; ++k)
            bits[k] = static_cast<std::uint8_t>(word >> (8 * k) & 1);
}

/// One component encoder's work: the outputs of which a pointer is given, a bit in each byte.
void encode_component(std::span<const std::uint8_t> bytes, std::uint8_t* systematic,
                      std::array<std::uint8_t*, 3> parities) {
    static const Answers answers = make_answers();
    unsigned state = 0;
    std::size_t at = 0;
    for (const std::uint8_t byte : bytes) {
        const Answer& answer = answers[state][byte];
        if (systematic)
            unpack(byte, systematic + at);
        for (std::size_t k = 0; k < parities.size(); ++k)
            if (parities[k])
                unpack(answer.parities[k], parities[k] + at);
        state = answer.next;
        at += 8;
    }
    // The bits that cancel the feedback are the data of the last four steps.
    for (const std::size_t end = at + kTail; at < end; ++at) {
        if (systematic)
            systematic[at] = static_cast<std::uint8_t>(parity(state & kBackward));
        for (std::size_t k = 0; k < parities.size(); ++k)
            if (parities[k])
                parities[k][at] = static_cast<std::uint8_t>(parity(state & kTaps[k]));
        state >>= 1;
    }
}

/// Rows of parities a step, and which outputs they are.
struct Rows {
    std::size_t count;
    std::array<Output, 3> outputs;
    std::array<unsigned, 3> taps;
};

Rows rows_of(TurboParity parity, std::size_t component) noexcept {
    switch (parity) {
    case TurboParity::one:
        return {1, {component == 0 ? k1a : k1b}, {kTaps[0]}};
    case TurboParity::two_three:
        return {2, {k2a, k3a}, {kTaps[1], kTaps[2]}};
    case TurboParity::one_two_three:
        return {3, {k1a, k2a, k3a}, {kTaps[0], kTaps[1], kTaps[2]}};
    case TurboParity::one_three:
        return {2, {k1b, k3b}, {kTaps[0], kTaps[2]}};
    }
    return {};
}

/// The share of wrong symbols, in percent, that no code word has which can be decoded.
int most_wrong_percent(TurboRate rate) {
    switch (rate) {
    case TurboRate::half:
        return 18;
    case TurboRate::third:
        return 24;
    case TurboRate::quarter:
        return 28;
    case TurboRate::sixth:
        break;
    }
    return 32;
}

} // namespace

std::size_t TurboCode::symbols_per_bit() const noexcept {
    return format_of(rate).symbols_per_bit;
}

std::optional<TurboCode> find_turbo_code(std::string_view rate, std::size_t information_bits) {
    if (std::find(kTurboInformationBits.begin(), kTurboInformationBits.end(), information_bits) ==
        kTurboInformationBits.end())
        return {};
    for (std::size_t k = 0; k < kFormats.size(); ++k)
        if (kFormats[k].name == rate)
            return TurboCode{static_cast<TurboRate>(k), information_bits};
    return {};
}

std::vector<std::uint16_t> turbo_permutation(std::size_t information_bits) {
    constexpr std::array<std::size_t, 8> kPrimes{31, 37, 43, 47, 53, 59, 61, 67};
    constexpr std::size_t kHalfK1 = 4;
    const std::size_t k2 = information_bits / (2 * kHalfK1);
    std::vector<std::uint16_t> permutation(information_bits);
    for (std::size_t s = 0; s < information_bits; ++s) {
        const std::size_t m = s % 2;
        const std::size_t i = s / (2 * k2);
        const std::size_t j = s / 2 - i * k2;
        const std::size_t t = (19 * i + 1) % kHalfK1;
        const std::size_t c = (kPrimes[t % 8] * j + 21 * m) % k2;
        permutation[s] = static_cast<std::uint16_t>(2 * (t + c * kHalfK1) + 1 - m);
    }
    return permutation;
}

TurboEncoder::TurboEncoder(const TurboCode& code)
    : code_(code), permutation_(turbo_permutation(code.information_bits)), permuted_(code.bytes()) {
    const Format& format = format_of(code.rate);
    for (const auto* outputs : {&format.even, &format.odd})
        for (std::size_t k = 0; k < format.symbols_per_bit; ++k)
            outputs_[(*outputs)[k]].resize(code.information_bits + kTail);
}

void TurboEncoder::encode(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& symbols) {
    assert(bytes.size() == code_.bytes());
    const auto data = [&](Output output) {
        return outputs_[output].empty() ? nullptr : outputs_[output].data();
    };
    encode_component(bytes, data(k0a), {data(k1a), data(k2a), data(k3a)});
    const std::uint8_t* plain = data(k0a);
    for (std::size_t at = 0; at < permuted_.size(); ++at) {
        unsigned byte = 0;
        for (std::size_t bit = 0; bit < 8; ++bit)
            byte = byte << 1 | plain[permutation_[8 * at + bit]];
        permuted_[at] = static_cast<std::uint8_t>(byte);
    }
    encode_component(permuted_, nullptr, {data(k1b), nullptr, data(k3b)});

    const Format& format = format_of(code_.rate);
    const std::size_t width = format.symbols_per_bit;
    const std::size_t start = symbols.size();
    symbols.resize(start + code_.symbols());
    for (std::size_t k = 0; k < width; ++k) {
        const std::uint8_t* even = data(format.even[k]);
        const std::uint8_t* odd = data(format.odd[k]);
        std::uint8_t* to = &symbols[start + k];
        for (std::size_t at = 0; at < code_.information_bits + kTail; at += 2) {
            to[at * width] = even[at];
            to[(at + 1) * width] = odd[at + 1];
        }
    }
}

TurboDecoder::TurboDecoder(const TurboCode& code, const TurboOptions& options)
    : code_(code), options_(options), encoder_(code),
      steps_((code.information_bits + kTurboWindows - 1) / kTurboWindows), counts_(steps_),
      decided_(steps_), store_(steps_ * kTurboStates), decide_(choose_turbo_decide(options.level)),
      pack_(options.level) {
    const Format& format = format_of(code.rate);
    const auto permutation = turbo_permutation(code.information_bits);
    std::size_t rows = steps_;
    for (std::size_t c = 0; c < components_.size(); ++c) {
        Component& component = components_[c];
        component.channel.resize(steps_);
        component.systematic.resize(steps_);
        component.known.resize(steps_);
        component.first_parity = rows;
        rows += steps_ * rows_of(format.parities[c], c).count;
        component.pass = choose_turbo_pass(format.parities[c], options.level);
        // Slots behind the end of the block tell each other, and nobody else.
        component.places.resize(steps_ * kTurboWindows);
        for (std::size_t at = 0; at < component.places.size(); ++at)
            component.places[slot(at)] = static_cast<std::uint16_t>(slot(at));
        for (std::size_t at = 0; at < permutation.size(); ++at) {
            const std::size_t here = slot(c == 0 ? permutation[at] : at);
            const std::size_t there = slot(c == 0 ? at : permutation[at]);
            component.places[here] = static_cast<std::uint16_t>(there);
        }
    }
    const std::size_t tail = rows * kTurboWindows;
    received_.resize(rows + 1);

    for (std::size_t step = 0; step < code.information_bits + kTail; ++step)
        for (std::size_t k = 0; k < format.symbols_per_bit; ++k) {
            const Output output = (step % 2 == 0 ? format.even : format.odd)[k];
            std::size_t place = slot(step);
            for (std::size_t c = 0; c < components_.size(); ++c) {
                const Rows parities = rows_of(format.parities[c], c);
                for (std::size_t row = 0; row < parities.count; ++row)
                    if (parities.outputs[row] == output)
                        place =
                            (components_[c].first_parity + step % steps_ * parities.count + row) *
                                kTurboWindows +
                            step / steps_;
            }
            if (step >= code.information_bits)
                place = tail + (step - code.information_bits) * kTailWidth + output;
            places_.push_back(static_cast<std::uint16_t>(place));
        }
    for (std::size_t step = 0; step < code.information_bits; ++step)
        counts_[step % steps_].of[step / steps_] = -1;
    bits_.resize(steps_ * kTurboWindows);
    symbols_.reserve(code.symbols());
}

/// Where step `step` of the block stands when TurboLanes are seen as one array.
std::size_t TurboDecoder::slot(std::size_t step) const noexcept {
    return step % steps_ * kTurboWindows + step / steps_;
}

/// Log-likelihood ratios of the channel, sorted to where the component decoders want them.
void TurboDecoder::receive(std::span<const std::int8_t> symbols) noexcept {
    std::int32_t total = 0;
    std::int32_t present = 0;
    for (const std::int8_t symbol : symbols) {
        total += symbol < 0 ? -symbol : symbol;
        present += symbol != 0;
    }
    // 16 fractional bits; at most 2^23, so that a product with a symbol fits.
    const auto unit = static_cast<std::int64_t>(kNatsOfMean[static_cast<std::size_t>(code_.rate)] *
                                                kTurboNat * 65536);
    const auto factor = static_cast<std::int32_t>(
        total > 0 ? std::min<std::int64_t>(unit * present / total, 1 << 23) : 0);
    std::array<std::int16_t, 256> ratios;
    for (std::int32_t symbol = -128; symbol < 128; ++symbol)
        ratios[static_cast<std::uint8_t>(symbol)] = static_cast<std::int16_t>(
            std::clamp((symbol * factor + (1 << 15)) >> 16, -kTurboMostChannel, kTurboMostChannel));
    std::int16_t* to = received_.data()->of.data();
    const std::uint16_t* place = places_.data();
    for (const std::int8_t symbol : symbols)
        to[*place++] = ratios[static_cast<std::uint8_t>(symbol)];

    auto& [first, second] = components_;
    std::copy_n(received_.begin(), steps_, first.channel.begin());
    std::copy_n(received_.begin(), steps_, first.systematic.begin());
    std::int16_t* permuted = second.channel.data()->of.data();
    for (std::size_t at = 0; at < first.places.size(); ++at)
        permuted[first.places[at]] = to[at];

    const std::int16_t* tail = received_.back().of.data();
    const Format& format = format_of(code_.rate);
    for (std::size_t c = 0; c < components_.size(); ++c) {
        Component& component = components_[c];
        const Rows rows = rows_of(format.parities[c], c);
        // Nothing goes into the register in the last four steps, so that one path leads from each
        // state to state 0.
        for (std::size_t start = 0; start < kTurboStates; ++start) {
            std::int32_t metric = kTurboZero;
            auto state = static_cast<unsigned>(start);
            for (std::size_t step = 0; step < kTail; ++step, state >>= 1) {
                const auto add = [&](Output output, unsigned bit) {
                    const std::int32_t value = tail[step * kTailWidth + output];
                    metric += bit ? value : -value;
                };
                if (c == 0)
                    add(k0a, parity(state & kBackward));
                for (std::size_t k = 0; k < rows.count; ++k)
                    add(rows.outputs[k], parity(state & rows.taps[k]));
            }
            component.end[start] = static_cast<std::uint16_t>(metric);
        }
        for (auto* rows_of_edge : {&component.edges[0].forward, &component.edges[0].backward})
            for (auto& row : *rows_of_edge)
                row.fill(kTurboZero);
    }
}

void TurboDecoder::run(std::size_t which, int iteration) noexcept {
    Component& component = components_[which];
    const auto odd = static_cast<std::size_t>(iteration % 2);
    component.pass({.channel = component.channel.data()->of.data(),
                    .systematic = component.systematic.data()->of.data(),
                    .parity = received_[component.first_parity].of.data(),
                    .known = component.known.data()->of.data(),
                    .other = components_[1 - which].systematic.data()->of.data(),
                    .places = component.places.data(),
                    .steps = steps_,
                    .last_steps = code_.information_bits - (kTurboWindows - 1) * steps_,
                    .end = &component.end,
                    .before = &component.edges[odd],
                    .after = &component.edges[1 - odd],
                    .store = store_.data()->of.data()});
}

TurboOutcome TurboDecoder::decode(std::span<const std::int8_t> symbols,
                                  std::span<std::uint8_t> bytes) noexcept {
    assert(symbols.size() == code_.symbols() && bytes.size() == code_.bytes());
    receive(symbols);
    auto& [first, second] = components_;
    TurboOutcome outcome;
    std::fill(decided_.begin(), decided_.end(), TurboLanes{});
    while (outcome.iterations < options_.iterations && !done(outcome)) {
        run(0, outcome.iterations);
        run(1, outcome.iterations);
        const bool same = decide_({.channel = first.channel.data()->of.data(),
                                   .first = first.known.data()->of.data(),
                                   .second = first.systematic.data()->of.data(),
                                   .counts = counts_.data()->of.data(),
                                   .decided = decided_.data()->of.data(),
                                   .steps = steps_});
        outcome.settled = same && outcome.iterations > 0;
        ++outcome.iterations;
    }
    give(bytes);
    symbols_.clear();
    encoder_.encode(bytes, symbols_);
    for (std::size_t at = 0; at < symbols.size(); ++at) {
        const int sent = 2 * symbols_[at] - 1;
        outcome.corrected += sent * symbols[at] < 0;
    }
    const auto most_wrong =
        static_cast<int>(code_.symbols()) * most_wrong_percent(code_.rate) / 100;
    outcome.plausible = outcome.settled && outcome.corrected <= most_wrong;
    return outcome;
}

bool TurboDecoder::done(const TurboOutcome& outcome) const noexcept {
    return outcome.settled && options_.stop == TurboStop::when_settled;
}

/// Packs the decisions.
void TurboDecoder::give(std::span<std::uint8_t> bytes) noexcept {
    std::int8_t* bit = bits_.data();
    for (std::size_t lane = 0; lane < kTurboWindows; ++lane)
        for (const TurboLanes& step : decided_)
            *bit++ = static_cast<std::int8_t>(step.of[lane] & 1);
    pack_(std::span(bits_).first(code_.information_bits), bytes);
}

} // namespace telemetry::fec
