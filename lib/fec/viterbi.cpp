// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/viterbi.h"

#include <algorithm>
#include <cassert>

namespace telemetry::fec {
namespace {

constexpr std::size_t kSlice = ViterbiEngine::kSlice;
constexpr std::size_t kSliceBytes = kSlice / 8;
constexpr std::size_t kLookAhead = 1; ///< slices, in blocks
constexpr std::size_t kBatch = 24;    ///< slices taken at once: what is held stays in the L1 cache

constexpr std::size_t slices_of(std::size_t bits) noexcept {
    return (bits + kSlice - 1) / kSlice;
}

} // namespace

ViterbiStream::ViterbiStream(const ConvolutionalCode& code, std::size_t look_ahead,
                             simd::Level limit)
    : look_ahead_(look_ahead / kSlice), slice_symbols_(kSlice * code.outputs().size()) {
    assert(look_ahead_ >= 1 && look_ahead % kSlice == 0);
    const std::size_t capacity = 2 + look_ahead_ + 4 * kBatch;
    engine_ = make_viterbi_engine(code, capacity, limit);
    partial_.resize(slice_symbols_);
    words_.resize(capacity);
    suspects_.resize(capacity);
    begins_.resize(capacity);
    wrong_.resize(capacity * code.outputs().size());
    packed_.resize(capacity * kSliceBytes + 2);
    packed_suspects_.resize(capacity * kSliceBytes + 2);
    reset();
}

void ViterbiStream::reset() noexcept {
    engine_->start(ViterbiEngine::Start::anywhere);
    partial_size_ = 0;
    bits_ = 0;
    encoder_ = 0;
}

void ViterbiStream::process(std::span<const std::int8_t> symbols,
                            Sink<DecodedBits>& sink) noexcept {
    assert(bits_ % static_cast<std::int64_t>(kGroup) == 0); // not behind finish()
    if (partial_size_ > 0) {
        const std::size_t count = std::min(symbols.size(), slice_symbols_ - partial_size_);
        std::copy_n(symbols.begin(), count,
                    partial_.begin() + static_cast<std::ptrdiff_t>(partial_size_));
        partial_size_ += count;
        symbols = symbols.subspan(count);
        if (partial_size_ < slice_symbols_)
            return;
        take(partial_, sink);
    }
    const std::size_t whole = symbols.size() / slice_symbols_ * slice_symbols_;
    take(symbols.first(whole), sink);
    std::copy(symbols.begin() + static_cast<std::ptrdiff_t>(whole), symbols.end(),
              partial_.begin());
    partial_size_ = symbols.size() - whole;
}

void ViterbiStream::take(std::span<const std::int8_t> slices, Sink<DecodedBits>& sink) noexcept {
    // What one batch decides is traced while the next one comes in.
    while (true) {
        const std::size_t held = engine_->held();
        const std::size_t groups = held < look_ahead_ ? 0 : (held - look_ahead_) / 2;
        if (slices.empty() && groups == 0)
            return;
        const std::size_t count = std::min(slices.size(), kBatch * slice_symbols_);
        engine_->advance(slices.first(count), {.first = 0,
                                               .look_ahead = look_ahead_,
                                               .words = std::span(words_).first(2 * groups),
                                               .begins = std::span(begins_).first(groups)});
        slices = slices.subspan(count);
        if (groups > 0)
            yield(2 * groups, 2 * groups * kSlice, sink);
    }
}

void ViterbiStream::finish(Sink<DecodedBits>& sink) noexcept {
    const std::size_t bits =
        engine_->held() * kSlice + partial_size_ / engine_->outputs(); // half a pair is dropped
    if (bits == 0)
        return;
    // Erasures to the end of the slice leave the best path what it is.
    if (const std::size_t used = bits % kSlice * engine_->outputs(); used > 0) {
        std::fill(partial_.begin() + static_cast<std::ptrdiff_t>(used), partial_.end(), 0);
        engine_->advance(partial_);
    }
    partial_size_ = 0;
    const std::size_t slices = engine_->held();
    engine_->trace(slices * kSlice, engine_->best_state(slices - 1), 0,
                   std::span(words_).first(slices));
    if (bits % kSlice > 0)
        words_[slices - 1] &= (std::uint64_t{1} << bits % kSlice) - 1;
    yield(slices, bits, sink);
}

/// The first slices, decided, go out.
void ViterbiStream::yield(std::size_t slices, std::size_t bits, Sink<DecodedBits>& sink) noexcept {
    ViterbiEngine::Counts counts;
    engine_->compare(0, std::span(words_).first(slices), encoder_, wrong_, suspects_, counts);
    encoder_ = engine_->state_behind(words_[slices - 1]);
    engine_->pack(std::span(words_).first(slices), packed_.data());
    engine_->pack(std::span(suspects_).first(slices), packed_suspects_.data());
    engine_->forget(slices);
    const std::size_t bytes = (bits + 7) / 8;
    DecodedBits out;
    out.first_bit = bits_;
    out.count = bits;
    out.bits = std::span(packed_).first(bytes);
    out.suspect = std::span(packed_suspects_).first(bytes);
    out.wrong_symbols = counts.wrong;
    out.symbols = counts.symbols;
    bits_ += static_cast<std::int64_t>(bits);
    sink.accept(out);
}

bool ViterbiStream::process(std::span<const std::int8_t> symbols, std::size_t& taken,
                            Decoded& out) noexcept {
    const std::size_t missing =
        (2 + look_ahead_ - engine_->held()) * slice_symbols_ - partial_size_;
    taken = std::min(symbols.size(), missing);
    out.count = 0;
    auto sink = make_sink<DecodedBits>([&](const DecodedBits& decoded) { unpack(decoded, out); });
    process(symbols.first(taken), sink);
    return out.count > 0;
}

void ViterbiStream::finish(Decoded& out) noexcept {
    out.count = 0;
    auto sink = make_sink<DecodedBits>([&](const DecodedBits& decoded) { unpack(decoded, out); });
    finish(sink);
}

void ViterbiStream::unpack(const DecodedBits& decoded, Decoded& out) const noexcept {
    const std::size_t outputs = engine_->outputs();
    out.count = std::min(decoded.count, out.bits.size());
    for (std::size_t i = 0; i < out.count; ++i) {
        out.bits[i] = decoded.bits[i / 8] >> (7 - i % 8) & 1;
        out.corrected[i] = 0;
        for (std::size_t o = 0; o < outputs; ++o)
            out.corrected[i] += wrong_[i / kSlice * outputs + o] >> (i % kSlice) & 1;
    }
}

ViterbiBlock::ViterbiBlock(const ConvolutionalCode& code, std::size_t longest_bits,
                           simd::Level limit)
    : code_(code), outputs_(code.outputs().size()), longest_(longest_bits),
      capacity_(slices_of(3 * longest_bits + 2 * kAround) + 4),
      engine_(make_viterbi_engine(code, capacity_, limit)), words_(capacity_), suspects_(capacity_),
      begins_(capacity_), wrong_(capacity_ * outputs_) {
    extended_.resize(capacity_ * kSlice * outputs_);
}

void ViterbiBlock::start(ViterbiEngine::Start start) noexcept {
    engine_->start(start);
    groups_ = 0;
}

/// Takes the symbols, whole slices, and traces groups of two slices as they come.
void ViterbiBlock::advance(std::span<const std::int8_t> symbols) noexcept {
    const std::size_t slice_symbols = kSlice * outputs_;
    while (!symbols.empty()) {
        const std::size_t count = std::min(symbols.size(), kBatch * slice_symbols);
        const std::size_t held = engine_->held();
        const std::size_t groups = held > kLookAhead ? (held - kLookAhead) / 2 : 0;
        engine_->advance(symbols.first(count),
                         {.first = 2 * groups_,
                          .look_ahead = kLookAhead,
                          .words = std::span(words_).subspan(2 * groups_, 2 * (groups - groups_)),
                          .begins = std::span(begins_).subspan(groups_, groups - groups_)});
        groups_ = groups;
        symbols = symbols.subspan(count);
    }
}

/// Back from `state` behind bit `end`: what is not in groups yet, and those that do not end in the
/// state in which the next one begins.
void ViterbiBlock::trace(std::size_t end, unsigned state) noexcept {
    const auto words = std::span(words_).first(slices_of(end));
    const std::size_t whole = end / kSlice;
    const std::size_t groups = whole > kLookAhead ? (whole - kLookAhead) / 2 : 0;
    if (groups > groups_)
        engine_->advance({}, {.first = 2 * groups_,
                              .look_ahead = kLookAhead,
                              .words = words.subspan(2 * groups_, 2 * (groups - groups_)),
                              .begins = std::span(begins_).subspan(groups_, groups - groups_)});
    state = engine_->trace(end, state, 2 * groups, words.subspan(2 * groups));
    for (std::size_t g = groups; g-- > 0;) {
        state = engine_->state_behind(words[2 * g + 1]) == state
                    ? begins_[g]
                    : engine_->trace((2 * g + 2) * kSlice, state, 2 * g, words.subspan(2 * g, 2));
    }
}

int ViterbiBlock::decode_words(std::span<const std::int8_t> symbols) noexcept {
    const std::size_t bits = symbols.size() / outputs_;
    assert(bits <= longest_);
    const std::size_t slice_symbols = kSlice * outputs_;
    const std::size_t whole = bits / kSlice * slice_symbols;
    start(ViterbiEngine::Start::at_zero);
    advance(symbols.first(whole));
    if (bits % kSlice > 0) {
        const auto last = std::span(extended_).first(slice_symbols);
        std::fill(last.begin(), last.end(), 0);
        std::copy_n(symbols.begin() + static_cast<std::ptrdiff_t>(whole), bits % kSlice * outputs_,
                    last.begin());
        engine_->advance(last);
    }
    if (bits == 0)
        return 0;
    trace(bits, 0);
    ViterbiEngine::Counts counts;
    engine_->compare(0, std::span(words_).first(slices_of(bits)), 0, wrong_, suspects_, counts);
    return static_cast<int>(counts.wrong);
}

int ViterbiBlock::decode(std::span<const std::int8_t> symbols,
                         std::span<std::uint8_t> bits) noexcept {
    const int wrong = decode_words(symbols);
    const std::size_t count = symbols.size() / outputs_;
    assert(bits.size() >= count);
    for (std::size_t i = 0; i < count; ++i)
        bits[i] = words_[i / kSlice] >> (i % kSlice) & 1;
    return wrong;
}

int ViterbiBlock::decode_packed(std::span<const std::int8_t> symbols,
                                std::span<std::uint8_t> bytes) noexcept {
    const int wrong = decode_words(symbols);
    const std::size_t count = symbols.size() / outputs_;
    const std::size_t size = (count + 7) / 8;
    assert(bytes.size() >= size);
    // The last slice may be more than the bytes hold.
    const std::size_t safe = size < 2 ? 0 : (size - 2) / kSliceBytes;
    std::array<std::uint8_t, 8> packed;
    engine_->pack(std::span(words_).first(safe), bytes.data());
    for (std::size_t i = safe; i < slices_of(count); ++i) {
        engine_->pack(std::span(words_).subspan(i, 1), packed.data());
        const std::size_t from = i * kSliceBytes;
        std::copy_n(packed.begin(), std::min(kSliceBytes, size - from),
                    bytes.begin() + static_cast<std::ptrdiff_t>(from));
    }
    return wrong;
}

int ViterbiBlock::decode_tail_biting(std::span<const std::int8_t> symbols,
                                     std::span<std::uint8_t> bits) noexcept {
    const std::size_t count = symbols.size() / outputs_;
    const auto memory = static_cast<std::size_t>(code_.constraint_length() - 1);
    assert(count <= longest_ && bits.size() >= count && count >= memory);
    const auto bit_at = [&](std::size_t i) { return words_[i / kSlice] >> (i % kSlice) & 1; };
    for (std::size_t round = 0; round < 3; ++round) {
        // The block begins with a slice.
        const std::size_t before = kAround + round * count / kSlice * kSlice;
        const std::size_t slices = slices_of(before + count + kAround);
        const auto line = std::span(extended_).first(slices * kSlice * outputs_);
        std::size_t at = (count - before % count) % count * outputs_;
        for (auto& symbol : line) {
            symbol = symbols[at];
            at = at + 1 == count * outputs_ ? 0 : at + 1;
        }
        start(ViterbiEngine::Start::anywhere);
        advance(line);
        trace(slices * kSlice, engine_->best_state(slices - 1));
        bool closes = true;
        for (std::size_t i = 0; i < memory; ++i)
            closes &= bit_at(before - memory + i) == bit_at(before + count - memory + i);
        for (std::size_t i = 0; i < count; ++i)
            bits[i] = static_cast<std::uint8_t>(bit_at(before + i));
        if (closes)
            break;
    }
    // The encoder as it would send the bits found.
    int wrong = 0;
    unsigned window = 0;
    for (std::size_t i = count - memory; i < count; ++i)
        window = window >> 1 | static_cast<unsigned>(bits[i]) << memory;
    for (std::size_t i = 0; i < count; ++i) {
        window = window >> 1 | static_cast<unsigned>(bits[i]) << memory;
        const unsigned sent = code_.symbols(window);
        for (std::size_t o = 0; o < outputs_; ++o) {
            const int x = symbols[i * outputs_ + o];
            wrong += x != 0 && (x > 0) != static_cast<bool>(sent >> (outputs_ - 1 - o) & 1);
        }
    }
    return wrong;
}

} // namespace telemetry::fec
