// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/fec/parity_check.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace telemetry::fec {
namespace {

constexpr unsigned kMostSymbols = 64;
constexpr std::size_t kMostBasis = 10; ///< its combinations are all tried

/// Sets of symbols (bits) that cancel; `rows`: which data bits are in each symbol.
std::vector<std::uint64_t> null_space(const std::vector<std::uint64_t>& rows) {
    struct Reduced {
        std::uint64_t data;
        std::uint64_t symbols;
    };
    std::vector<Reduced> basis;
    std::vector<std::uint64_t> null;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Reduced row{rows[i], std::uint64_t{1} << i};
        for (const auto& known : basis)
            if (row.data & std::bit_floor(known.data)) {
                row.data ^= known.data;
                row.symbols ^= known.symbols;
            }
        if (row.data)
            basis.push_back(row);
        else
            null.push_back(row.symbols);
    }
    return null;
}

std::uint64_t lightest(const std::vector<std::uint64_t>& basis) {
    std::uint64_t best = basis.front();
    const std::size_t count = std::min(basis.size(), kMostBasis);
    for (unsigned pick = 1; pick < 1u << count; ++pick) {
        std::uint64_t sum = 0;
        for (std::size_t i = 0; i < count; ++i)
            if (pick >> i & 1)
                sum ^= basis[i];
        if (std::popcount(sum) < std::popcount(best))
            best = sum;
    }
    return best;
}

} // namespace

ParityCheck find_parity_check(const ConvolutionalCode& code, const Puncturing& puncturing) {
    const auto outputs = static_cast<unsigned>(code.outputs().size());
    const unsigned mother = std::lcm(puncturing.period(), outputs);
    ParityCheck check;
    check.bits = mother / outputs;
    check.period = puncturing.kept() * (mother / puncturing.period());

    std::vector<std::uint64_t> rows;
    std::vector<unsigned> output_of;
    std::uint64_t found = 0;
    for (unsigned symbol = 0; rows.size() < kMostSymbols; ++symbol) {
        const unsigned bit = symbol / outputs;
        if (bit + static_cast<unsigned>(code.constraint_length()) > 64)
            break;
        if (!puncturing.sends(symbol % puncturing.period()))
            continue;
        output_of.push_back(symbol % outputs);
        // The newest data bit of the symbol has the highest tap.
        rows.push_back(static_cast<std::uint64_t>(code.outputs()[symbol % outputs].taps) << bit);
        if (rows.size() % check.period == 0)
            if (const auto null = null_space(rows); !null.empty()) {
                found = lightest(null);
                if (null.size() >= 3)
                    break;
            }
    }
    if (found == 0)
        return check;
    const auto last = static_cast<unsigned>(std::bit_width(found)) - 1;
    for (unsigned i = 0; i <= last; ++i)
        if (found >> (last - i) & 1)
            check.delays.push_back(i);
    check.last = last % check.period;
    for (unsigned i = 0; i <= last; ++i)
        if (found >> i & 1) {
            check.expected ^= code.outputs()[output_of[i]].inverted;
            check.of_second ^= output_of[i] == 1;
        }
    return check;
}

} // namespace telemetry::fec
