// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/reed_solomon.h"

#include <algorithm>
#include <cassert>

namespace telemetry::fec {
namespace {

// The matrix of CCSDS 131.0-B-5 annex F from conventional to dual basis: image of each bit, the
// most significant one first.
constexpr std::array<std::uint8_t, 8> kToDual = {0x8d, 0xef, 0xec, 0x86, 0xfa, 0x99, 0xaf, 0x7b};

} // namespace

ReedSolomon::ReedSolomon(const ReedSolomonCode& code) : code_(code) {
    assert(code.parity > 0 && code.parity <= kMaxParity);
    unsigned element = 1;
    for (int i = 0; i < 255; ++i) {
        log_[element] = static_cast<std::uint16_t>(i);
        for (std::size_t at = static_cast<std::size_t>(i); at < power_.size(); at += 255)
            power_[at] = static_cast<std::uint8_t>(element);
        element <<= 1;
        if (element & 0x100)
            element ^= code.field;
    }
    while (unstep_ * code.root_step % 255 != 1)
        ++unstep_;

    for (unsigned value = 0; value < 256; ++value) {
        unsigned image = value;
        if (code.basis == RsBasis::dual) {
            image = 0;
            for (int bit = 0; bit < 8; ++bit)
                if (value >> bit & 1)
                    image ^= kToDual[static_cast<std::size_t>(7 - bit)];
        }
        from_field_[value] = static_cast<std::uint8_t>(image);
        to_field_[image] = static_cast<std::uint8_t>(value);
    }

    // generator = product of (x − root), lowest power first
    Polynomial product{};
    product[0] = 1;
    by_root_.resize(static_cast<std::size_t>(code.parity));
    for (int i = 0; i < code.parity; ++i) {
        const std::uint8_t root =
            power_[static_cast<std::size_t>(code.root_step * (code.first_root + i) % 255)];
        for (int j = i + 1; j > 0; --j)
            product[j] = product[j - 1] ^ multiply(product[j], root);
        product[0] = multiply(product[0], root);
        for (unsigned value = 0; value < 256; ++value)
            by_root_[i][value] = multiply(static_cast<std::uint8_t>(value), root);
    }
    generator_ = product;
}

void ReedSolomon::encode(std::span<const std::uint8_t> data,
                         std::span<std::uint8_t> parity) const noexcept {
    assert(parity.size() == static_cast<std::size_t>(code_.parity));
    assert(data.size() + parity.size() <= kMaxLength);
    // The remainder of division by the generator; rest[0] is the coefficient of the highest power.
    std::array<std::uint8_t, kMaxParity + 1> rest{};
    const int count = code_.parity;
    for (const std::uint8_t byte : data) {
        const std::uint8_t feedback = to_field_[byte] ^ rest[0];
        for (int i = 0; i < count; ++i)
            rest[i] = rest[i + 1] ^ multiply(feedback, generator_[count - 1 - i]);
    }
    for (int i = 0; i < count; ++i)
        parity[i] = from_field_[rest[i]];
}

bool ReedSolomon::syndromes(const std::uint8_t* word, int length, Polynomial& out) const noexcept {
    // Horner's rule for every root at once.
    out.fill(0);
    const int count = code_.parity;
    for (int at = 0; at < length; ++at)
        for (int i = 0; i < count; ++i)
            out[i] = by_root_[i][out[i]] ^ word[at];
    return std::any_of(out.begin(), out.begin() + count, [](auto value) { return value != 0; });
}

// Notation: beta = alpha^root_step; byte `at` of a word of n bytes has the locator
// X = beta^(n−1−at); Lambda(x) = product of (1 − X x), Omega = S·Lambda mod x^parity;
// the value of an error is X^(1−first_root) · Omega(1/X) / Lambda'(1/X).
FecOutcome ReedSolomon::decode(std::span<std::uint8_t> word,
                               std::span<const std::uint8_t> erasures) const noexcept {
    const int length = static_cast<int>(word.size());
    const int count = code_.parity;
    const int erased = static_cast<int>(erasures.size());
    if (length <= count || length > kMaxLength || erased > count)
        return {};

    std::array<std::uint8_t, kMaxLength> field;
    for (int at = 0; at < length; ++at)
        field[at] = to_field_[word[at]];
    Polynomial syndrome;
    if (!syndromes(field.data(), length, syndrome))
        return {true, 0};

    // Lambda starts as the locator of the erasures.
    Polynomial lambda{};
    lambda[0] = 1;
    for (int k = 0; k < erased; ++k) {
        const std::uint8_t locator =
            power_[static_cast<std::size_t>(code_.root_step * (length - 1 - erasures[k]) % 255)];
        for (int j = k + 1; j > 0; --j)
            lambda[j] ^= multiply(lambda[j - 1], locator);
    }

    // Berlekamp-Massey goes on from there.
    Polynomial previous = lambda;
    int order = erased;
    for (int r = erased; r < count; ++r) {
        std::uint8_t discrepancy = 0;
        for (int j = 0; j <= std::min(r, order); ++j)
            discrepancy ^= multiply(lambda[j], syndrome[r - j]);
        // previous ← x · previous
        std::copy_backward(previous.begin(), previous.begin() + count,
                           previous.begin() + count + 1);
        previous[0] = 0;
        if (discrepancy == 0)
            continue;
        const Polynomial before = lambda;
        for (int j = 0; j <= count; ++j)
            lambda[j] ^= multiply(discrepancy, previous[j]);
        if (2 * order <= r + erased) {
            order = r + 1 + erased - order;
            const unsigned inverse = 255u - log_[discrepancy];
            for (int j = 0; j <= count; ++j)
                previous[j] = before[j] ? power_[log_[before[j]] + inverse] : 0;
        }
    }

    int degree = 0;
    for (int j = 0; j <= count; ++j)
        if (lambda[j])
            degree = j;
    if (degree == 0 || degree != order || 2 * degree - erased > count)
        return {};

    // Chien search over the bytes that exist; a root elsewhere is in the virtual fill.
    std::array<std::uint8_t, kMaxParity> places;
    int found = 0;
    for (int at = 0; at < length && found < degree; ++at) {
        const int power = (255 - (length - 1 - at) * code_.root_step % 255) % 255; // of 1/X
        std::uint8_t sum = 0;
        for (int j = 0; j <= degree; ++j)
            if (lambda[j])
                sum ^= power_[static_cast<std::size_t>((log_[lambda[j]] + power * j) % 255)];
        if (sum == 0)
            places[found++] = static_cast<std::uint8_t>(at);
    }
    if (found != degree)
        return {};

    Polynomial omega{};
    for (int i = 0; i < count; ++i)
        for (int j = 0; j <= std::min(i, degree); ++j)
            omega[i] ^= multiply(syndrome[i - j], lambda[j]);

    int corrected = 0;
    for (int k = 0; k < found; ++k) {
        const int locator = (length - 1 - places[k]) * code_.root_step % 255; // log of X
        const int inverse = (255 - locator) % 255;
        std::uint8_t numerator = 0;
        for (int i = 0; i < degree; ++i)
            if (omega[i])
                numerator ^= power_[static_cast<std::size_t>((log_[omega[i]] + inverse * i) % 255)];
        std::uint8_t denominator = 0; // Lambda' keeps the odd powers
        for (int i = 1; i <= degree; i += 2)
            if (lambda[i])
                denominator ^=
                    power_[static_cast<std::size_t>((log_[lambda[i]] + inverse * (i - 1)) % 255)];
        if (denominator == 0)
            return {};
        if (numerator == 0)
            continue; // an erasure that was right
        const int shift = ((1 - code_.first_root) * locator % 255 + 255) % 255;
        field[places[k]] ^= power_[static_cast<std::size_t>(
            (log_[numerator] + 255 - log_[denominator] + shift) % 255)];
        ++corrected;
    }
    for (int at = 0; at < length; ++at)
        word[at] = from_field_[field[at]];
    return {true, corrected};
}

void InterleavedReedSolomon::encode(std::span<const std::uint8_t> data,
                                    std::span<std::uint8_t> parity) const noexcept {
    const std::size_t depth = static_cast<std::size_t>(depth_);
    assert(data.size() % depth == 0);
    std::array<std::uint8_t, ReedSolomon::kMaxLength> word;
    std::array<std::uint8_t, ReedSolomon::kMaxParity> check;
    const std::size_t length = data.size() / depth;
    const auto count = static_cast<std::size_t>(code_.parity());
    for (std::size_t k = 0; k < depth; ++k) {
        for (std::size_t i = 0; i < length; ++i)
            word[i] = data[i * depth + k];
        code_.encode({word.data(), length}, {check.data(), count});
        for (std::size_t i = 0; i < count; ++i)
            parity[i * depth + k] = check[i];
    }
}

FecOutcome InterleavedReedSolomon::decode(std::span<std::uint8_t> block) const noexcept {
    const std::size_t depth = static_cast<std::size_t>(depth_);
    const std::size_t length = block.size() / depth;
    if (block.size() % depth != 0 || length > ReedSolomon::kMaxLength)
        return {};
    std::array<std::uint8_t, ReedSolomon::kMaxLength> word;
    FecOutcome all{true, 0};
    for (std::size_t k = 0; k < depth; ++k) {
        for (std::size_t i = 0; i < length; ++i)
            word[i] = block[i * depth + k];
        const FecOutcome one = code_.decode({word.data(), length});
        if (!one.valid)
            return {};
        all.corrected += one.corrected;
        if (one.corrected > 0)
            for (std::size_t i = 0; i < length; ++i)
                block[i * depth + k] = word[i];
    }
    return all;
}

} // namespace telemetry::fec
