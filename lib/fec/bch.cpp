// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/bch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace telemetry::fec {
namespace {

constexpr std::size_t kMaxParity = 256; ///< bits
constexpr std::size_t kMaxRoots = 64;

} // namespace

Bch::Bch(const BchCode& code) : code_(code), length_((1 << (std::bit_width(code.field) - 1)) - 1) {
    assert(code.field >= 8 && code.field < 1U << 15);
    assert(code.roots > 0 && code.roots <= static_cast<int>(kMaxRoots));
    const auto length = static_cast<std::size_t>(length_);
    exp_.resize(2 * length);
    log_.resize(length + 1);
    unsigned element = 1;
    for (std::size_t i = 0; i < length; ++i) {
        exp_[i] = exp_[i + length] = static_cast<Element>(element);
        log_[element] = static_cast<Element>(i);
        element <<= 1;
        if (element > length)
            element ^= code.field;
    }

    // A root of a binary polynomial brings its square, and that one's square, along.
    std::vector<bool> is_root(length);
    for (int i = 0; i < code.roots; ++i)
        for (auto root = static_cast<std::size_t>((code.first_root + i) % length_); !is_root[root];
             root = 2 * root % length)
            is_root[root] = true;
    std::vector<Element> product = {1}; // lowest power first
    for (std::size_t root = 0; root < length; ++root) {
        if (!is_root[root])
            continue;
        product.push_back(0);
        for (std::size_t j = product.size() - 1; j > 0; --j)
            product[j] = product[j - 1] ^ multiply(product[j], exp_[root]);
        product[0] = multiply(product[0], exp_[root]);
    }
    generator_.assign(product.rbegin(), product.rend());
    assert(generator_.size() - 1 <= kMaxParity);
}

Bch::Element Bch::power(int exponent) const noexcept {
    const int rest = exponent % length_;
    return exp_[static_cast<std::size_t>(rest < 0 ? rest + length_ : rest)];
}

void Bch::encode(std::span<const std::uint8_t> data,
                 std::span<std::uint8_t> parity) const noexcept {
    const std::size_t count = generator_.size() - 1;
    assert(parity.size() == count && data.size() + count <= static_cast<std::size_t>(length_));
    std::fill(parity.begin(), parity.end(), std::uint8_t{0});
    for (const std::uint8_t bit : data) {
        const std::uint8_t feedback = bit ^ parity[0];
        std::copy(parity.begin() + 1, parity.end(), parity.begin());
        parity[count - 1] = 0;
        if (feedback)
            for (std::size_t i = 0; i < count; ++i)
                parity[i] ^= generator_[i + 1];
    }
    if (code_.parity == BchParity::inverted)
        for (auto& bit : parity)
            bit ^= 1;
}

bool Bch::is_code_word(std::span<const std::uint8_t> word) const noexcept {
    const std::size_t count = generator_.size() - 1;
    std::array<std::uint8_t, kMaxParity> expected;
    const auto parity = std::span(expected).first(count);
    encode(word.first(word.size() - count), parity);
    return std::equal(parity.begin(), parity.end(),
                      word.end() - static_cast<std::ptrdiff_t>(count));
}

FecOutcome Bch::decode(std::span<std::uint8_t> word) const noexcept {
    const std::size_t count = generator_.size() - 1;
    if (word.size() <= count || word.size() > static_cast<std::size_t>(length_))
        return {};
    if (is_code_word(word))
        return {true, 0};

    const auto roots = static_cast<std::size_t>(code_.roots);
    const int last = static_cast<int>(word.size()) - 1;
    const auto exponent = [&](std::size_t at) { return last - static_cast<int>(at); };
    std::array<Element, kMaxRoots> syndrome{};
    for (std::size_t at = 0; at < word.size(); ++at) {
        const bool inverted = code_.parity == BchParity::inverted && at >= word.size() - count;
        if (word[at] != static_cast<std::uint8_t>(inverted))
            for (std::size_t j = 0; j < roots; ++j)
                syndrome[j] ^= power(exponent(at) * (code_.first_root + static_cast<int>(j)));
    }

    // Berlekamp-Massey: Lambda(x) = product of (1 − X x) over the places X = alpha^exponent.
    std::array<Element, kMaxRoots + 1> lambda{1};
    std::array<Element, kMaxRoots + 1> previous{1};
    std::size_t order = 0;
    for (std::size_t r = 0; r < roots; ++r) {
        Element discrepancy = 0;
        for (std::size_t j = 0; j <= order; ++j)
            discrepancy ^= multiply(lambda[j], syndrome[r - j]);
        std::copy_backward(previous.begin(), previous.end() - 1, previous.end());
        previous[0] = 0;
        if (discrepancy == 0)
            continue;
        const auto before = lambda;
        for (std::size_t j = 0; j <= roots; ++j)
            lambda[j] ^= multiply(discrepancy, previous[j]);
        if (2 * order <= r) {
            order = r + 1 - order;
            const Element inverse = power(-log_[discrepancy]);
            for (std::size_t j = 0; j <= roots; ++j)
                previous[j] = multiply(before[j], inverse);
        }
    }
    if (2 * order > roots)
        return {};

    std::array<std::size_t, kMaxRoots> places;
    std::size_t found = 0;
    for (std::size_t at = 0; at < word.size() && found < order; ++at) {
        Element sum = 0;
        for (std::size_t j = 0; j <= order; ++j)
            if (lambda[j])
                sum ^= power(log_[lambda[j]] - exponent(at) * static_cast<int>(j));
        if (sum == 0)
            places[found++] = at;
    }
    if (found != order)
        return {};
    for (std::size_t i = 0; i < found; ++i)
        word[places[i]] ^= 1;
    if (is_code_word(word)) // or else the values of the errors are not 1
        return {true, static_cast<int>(found)};
    for (std::size_t i = 0; i < found; ++i)
        word[places[i]] ^= 1;
    return {};
}

} // namespace telemetry::fec
