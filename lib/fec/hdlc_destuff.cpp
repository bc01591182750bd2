// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/hdlc_destuff.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "telemetry/simd/x86.h"

namespace telemetry::fec {
namespace {

/// Writes bits, the first one lowest, as bytes; those that do not fit are only counted.
class BitWriter {
public:
    BitWriter(std::uint8_t* bytes, std::size_t size) : bytes_(bytes), size_(size) {}

    [[gnu::always_inline]] void put(std::uint64_t bits, int count) {
        last_ |= bits << filled_;
        filled_ += count;
        if (filled_ < 64)
            return;
        flush(8);
        filled_ -= 64;
        const int taken = count - filled_;
        last_ = taken < 64 ? bits >> taken : 0;
    }
    std::size_t finish() {
        const std::size_t total = 8 * written_ + static_cast<std::size_t>(filled_);
        flush(static_cast<std::size_t>(filled_ + 7) / 8);
        return total;
    }

private:
    [[gnu::always_inline]] void flush(std::size_t count) {
        std::uint64_t word = last_;
        if constexpr (std::endian::native == std::endian::big)
            word = __builtin_bswap64(word);
        if (count == 0) // and no room either, perhaps
            return;
        if (written_ + count <= size_)
            std::memcpy(bytes_ + written_, &word, count);
        else if (written_ < size_)
            std::memcpy(bytes_ + written_, &word, size_ - written_);
        written_ += count;
    }

    std::uint8_t* bytes_;
    std::size_t size_;
    std::size_t written_ = 0;
    std::uint64_t last_ = 0;
    int filled_ = 0;
};

/// Goes through a span of bits, up to 64 at a time.
class Span {
public:
    Span(const std::uint64_t* words, std::size_t first, std::size_t count)
        : at_(words + first / 64), shift_(first % 64), left_(count) {}

    bool empty() const { return left_ == 0; }

    // five = d and d delayed by 1, 2, 3, 4 and 5 are all ones
    // a one after five: broken off; a zero after five: not to keep
    [[gnu::always_inline]] void next(std::uint64_t& bits, std::uint64_t& keep) {
        const std::uint64_t d = at_[0] >> shift_ | at_[1] << 1 << (63 - shift_);
        const std::size_t valid = std::min<std::size_t>(64, left_);
        const std::uint64_t mask = ~std::uint64_t{0} >> (64 - valid);
        const std::uint64_t two = d & (d << 1 | before_ >> 63);
        const std::uint64_t four = two & (two << 2 | two_before_ >> 62);
        const std::uint64_t five = (four << 1 | four_before_ >> 63) & (d << 5 | before_ >> 59);
        before_ = d;
        two_before_ = two;
        four_before_ = four;
        six_ |= five & d & mask;
        bits = d & mask;
        keep = (d | ~five) & mask;
        ++at_;
        left_ -= valid;
    }

    bool broken_off() const { return six_ != 0; }

private:
    const std::uint64_t* at_;
    unsigned shift_;
    std::size_t left_;
    std::uint64_t before_ = 0;
    std::uint64_t two_before_ = 0;
    std::uint64_t four_before_ = 0;
    std::uint64_t six_ = 0;
};

/// The bits of `word` where `keep` has ones, moved together.
std::uint64_t extract(std::uint64_t word, std::uint64_t keep) {
    if (keep == 0)
        return 0;
    std::uint64_t gaps = ~keep & ~std::uint64_t{0} >> std::countl_zero(keep);
    for (int gone = 0; gaps != 0; ++gone) {
        const int at = std::countr_zero(gaps) - gone;
        const std::uint64_t below = (std::uint64_t{1} << at) - 1;
        word = (word & below) | (word >> 1 & ~below);
        gaps &= gaps - 1;
    }
    return word;
}

HdlcDestuffer::Outcome destuff_generic(const std::uint64_t* words, std::size_t first,
                                       std::size_t count, std::uint8_t* bytes,
                                       std::size_t size) noexcept {
    Span span(words, first, count);
    BitWriter writer(bytes, size);
    while (!span.empty()) {
        std::uint64_t bits;
        std::uint64_t keep;
        span.next(bits, keep);
        writer.put(extract(bits, keep), std::popcount(keep));
    }
    return {writer.finish(), span.broken_off()};
}

#if defined(__x86_64__)
[[gnu::target("bmi2,popcnt")]] HdlcDestuffer::Outcome
destuff_bmi2(const std::uint64_t* words, std::size_t first, std::size_t count, std::uint8_t* bytes,
             std::size_t size) noexcept {
    Span span(words, first, count);
    BitWriter writer(bytes, size);
    while (!span.empty()) {
        std::uint64_t bits;
        std::uint64_t keep;
        span.next(bits, keep);
        writer.put(_pext_u64(bits, keep), static_cast<int>(_mm_popcnt_u64(keep)));
    }
    return {writer.finish(), span.broken_off()};
}
#endif

constexpr std::array kVariants = {
    simd::Variant<HdlcDestuffer::Kernel>{simd::Level::generic, &destuff_generic},
#if defined(__x86_64__)
    simd::Variant<HdlcDestuffer::Kernel>{simd::Level::avx2, &destuff_bmi2},
#endif
};

} // namespace

HdlcDestuffer::HdlcDestuffer(simd::Level limit) : kernel_(simd::choose<Kernel>(kVariants, limit)) {}

} // namespace telemetry::fec
