// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/ldpc_encoder.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

namespace telemetry::fec {
namespace {

using Bits = std::vector<std::uint64_t>;

bool bit_of(std::span<const std::uint64_t> bits, std::size_t index) {
    return bits[index / 64] >> (index % 64) & 1;
}

void flip(std::span<std::uint64_t> bits, std::size_t index) {
    bits[index / 64] ^= std::uint64_t{1} << (index % 64);
}

/// Polynomials modulo x^size + 1, size a power of two.
class Ring {
public:
    explicit Ring(int size) : size_(static_cast<std::size_t>(size)), words_((size_ + 63) / 64) {}

    Bits zero() const { return Bits(words_); }
    std::size_t size() const { return size_; }

    static bool is_zero(const Bits& a) {
        return std::all_of(a.begin(), a.end(), [](std::uint64_t word) { return word == 0; });
    }
    static int weight(const Bits& a) {
        int sum = 0;
        for (const std::uint64_t word : a)
            sum += std::popcount(word);
        return sum;
    }

    /// sum += a × b. Goes through the ones of the lighter factor.
    void add_product(Bits& sum, const Bits& a, const Bits& b) const {
        const bool a_lighter = weight(a) <= weight(b);
        const Bits& light = a_lighter ? a : b;
        const Bits& heavy = a_lighter ? b : a;
        if (is_zero(light))
            return;
        Bits twice(2 * words_); // so that a rotation is a window
        for (std::size_t i = 0; i < 2 * size_; ++i)
            if (bit_of(heavy, i % size_))
                flip(twice, i);
        for (std::size_t shift = 0; shift < size_; ++shift)
            if (bit_of(light, shift))
                add_window(sum, twice, (size_ - shift) % size_);
    }

    /// a^(size - 1): a^size = a(1) = 1 for odd weight, as squares add no cross terms here.
    Bits inverse(const Bits& a) const {
        Bits power = a;
        Bits result = zero();
        flip(result, 0);
        for (std::size_t bit = 1; bit < size_; bit *= 2) {
            Bits product = zero();
            add_product(product, result, power);
            result = std::move(product);
            Bits square = zero();
            for (std::size_t i = 0; i < size_; ++i)
                if (bit_of(power, i))
                    flip(square, 2 * i % size_);
            power = std::move(square);
        }
        return result;
    }

private:
    void add_window(Bits& sum, const Bits& twice, std::size_t from) const {
        const std::size_t word = from / 64;
        const unsigned bit = from % 64;
        for (std::size_t i = 0; i < words_; ++i) {
            std::uint64_t window = twice[word + i] >> bit;
            if (bit != 0 && word + i + 1 < twice.size())
                window |= twice[word + i + 1] << (64 - bit);
            sum[i] ^= window;
        }
        if (size_ < 64)
            sum[0] &= (std::uint64_t{1} << size_) - 1;
    }

    std::size_t size_;
    std::size_t words_;
};

} // namespace

LdpcEncoder::LdpcEncoder(const LdpcCode& code)
    : code_(code), data_blocks_((code.k + code.fill_bits) / code.circulant),
      parity_blocks_((code.n - code.padding - code.k) / code.circulant),
      words_((static_cast<std::size_t>(code.circulant) + 63) / 64),
      generator_(static_cast<std::size_t>(data_blocks_) * static_cast<std::size_t>(parity_blocks_) *
                 words_) {
    if (std::has_single_bit(unsigned(code.circulant)))
        eliminate_polynomials();
    else
        eliminate_bits();
}

std::uint64_t* LdpcEncoder::block(int data_block, int parity_block) noexcept {
    return generator_.data() +
           static_cast<std::size_t>(data_block * parity_blocks_ + parity_block) * words_;
}

std::span<const std::uint64_t> LdpcEncoder::generator(int data_block,
                                                      int parity_block) const noexcept {
    return std::span(generator_)
        .subspan(static_cast<std::size_t>(data_block * parity_blocks_ + parity_block) * words_,
                 words_);
}

/// Gauss-Jordan on [parity columns | data columns]: what is left on the right is the generator.
void LdpcEncoder::eliminate_polynomials() {
    const Ring ring(code_.circulant);
    const auto rows = static_cast<std::size_t>(code_.block_rows);
    const auto data = static_cast<std::size_t>(data_blocks_);
    std::vector<std::vector<Bits>> grid(rows, std::vector<Bits>(rows + data, ring.zero()));
    for (const LdpcCirculant& c : ldpc_matrix(code_)) {
        const auto column = static_cast<std::size_t>(c.column);
        // Row r takes variable r + shift: as polynomials, a product with x^-shift.
        flip(grid[static_cast<std::size_t>(c.row)][column < data ? rows + column : column - data],
             (ring.size() - static_cast<std::size_t>(c.shift)) % ring.size());
    }
    for (std::size_t pivot = 0; pivot < rows; ++pivot) {
        std::size_t from = pivot;
        while (from < rows && Ring::weight(grid[from][pivot]) % 2 == 0)
            ++from;
        assert(from < rows);
        std::swap(grid[pivot], grid[from]);
        const Bits inverse = ring.inverse(grid[pivot][pivot]);
        for (Bits& element : grid[pivot]) {
            Bits product = ring.zero();
            ring.add_product(product, element, inverse);
            element = std::move(product);
        }
        for (std::size_t row = 0; row < rows; ++row) {
            const Bits factor = grid[row][pivot];
            for (std::size_t c = 0; row != pivot && c < rows + data; ++c)
                ring.add_product(grid[row][c], factor, grid[pivot][c]);
        }
    }
    for (int d = 0; d < data_blocks_; ++d)
        for (int p = 0; p < parity_blocks_; ++p)
            std::copy_n(
                grid[static_cast<std::size_t>(p)][rows + static_cast<std::size_t>(d)].begin(),
                words_, block(d, p));
}

/// The same over single bits, for the first column of each data block only: rotation gives the
/// rest. The all-ones words of both parity blocks are the kernel; table 7-2 uses it up by making
/// the last bit of each block zero.
void LdpcEncoder::eliminate_bits() {
    const auto size = static_cast<std::size_t>(code_.circulant);
    const auto checks = static_cast<std::size_t>(code_.checks());
    const auto data = static_cast<std::size_t>(data_blocks_);
    std::vector<Bits> rows(checks, Bits((checks + data + 63) / 64));
    for (const LdpcCirculant& c : ldpc_matrix(code_)) {
        const auto column = static_cast<std::size_t>(c.column);
        for (std::size_t r = 0; r < size; ++r) {
            const std::size_t bit = (r + static_cast<std::size_t>(c.shift)) % size;
            Bits& row = rows[static_cast<std::size_t>(c.row) * size + r];
            if (column >= data)
                flip(row, (column - data) * size + bit);
            else if (bit == 0)
                flip(row, checks + column);
        }
    }
    std::vector<std::size_t> pivots;
    for (std::size_t column = 0; column < checks; ++column) {
        const std::size_t rank = pivots.size();
        std::size_t from = rank;
        while (from < checks && !bit_of(rows[from], column))
            ++from;
        if (from == checks)
            continue;
        std::swap(rows[rank], rows[from]);
        for (std::size_t row = 0; row < checks; ++row)
            if (row != rank && bit_of(rows[row], column))
                for (std::size_t i = 0; i < rows[row].size(); ++i)
                    rows[row][i] ^= rows[rank][i];
        pivots.push_back(column);
    }
    for (std::size_t d = 0; d < data; ++d) {
        Bits parity((checks + 63) / 64);
        for (std::size_t rank = 0; rank < pivots.size(); ++rank)
            if (bit_of(rows[rank], checks + d))
                flip(parity, pivots[rank]);
        for (int p = 0; p < parity_blocks_; ++p) {
            const std::size_t start = static_cast<std::size_t>(p) * size;
            const bool invert = bit_of(parity, start + size - 1);
            const std::span row(block(static_cast<int>(d), p), words_);
            for (std::size_t t = 0; t < size; ++t)
                if (bit_of(parity, start + t) != invert)
                    flip(row, t);
        }
    }
}

void LdpcEncoder::encode(std::span<const std::uint8_t> data, std::span<std::uint8_t> word) const {
    assert(data.size() == static_cast<std::size_t>(code_.k / 8));
    assert(word.size() == static_cast<std::size_t>(code_.n / 8));
    const auto size = static_cast<std::size_t>(code_.circulant);
    Bits blocks(static_cast<std::size_t>(data_blocks_) * words_);
    for (std::size_t i = 0; i < 8 * data.size(); ++i) {
        const std::size_t variable = i + static_cast<std::size_t>(code_.fill_bits);
        if (data[i / 8] >> (7 - i % 8) & 1)
            flip(std::span(blocks).subspan(variable / size * words_, words_), variable % size);
    }
    std::copy(data.begin(), data.end(), word.begin());
    std::fill(word.begin() + static_cast<std::ptrdiff_t>(data.size()), word.end(), std::uint8_t{0});
    std::size_t at = 8 * data.size();
    for (int p = 0; p < parity_blocks_; ++p) {
        // Horner's rule over the bit's place in its word: all sums are of whole words.
        Bits sum(2 * words_);
        for (int bit = 63; bit >= 0; --bit) {
            for (std::size_t i = sum.size(); i-- > 0;)
                sum[i] = sum[i] << 1 | (i ? sum[i - 1] >> 63 : 0);
            for (int d = 0; d < data_blocks_; ++d) {
                const std::uint64_t* const row = generator(d, p).data();
                for (std::size_t w = 0; w < words_; ++w)
                    if (blocks[static_cast<std::size_t>(d) * words_ + w] >> bit & 1)
                        for (std::size_t i = 0; i < words_; ++i)
                            sum[w + i] ^= row[i];
            }
        }
        for (std::size_t t = 0; t < size; ++t, ++at) {
            const bool wrapped = t + size < 64 * sum.size() && bit_of(sum, t + size);
            if (bit_of(sum, t) != wrapped)
                word[at / 8] |= static_cast<std::uint8_t>(0x80 >> at % 8);
        }
    }
}

} // namespace telemetry::fec
