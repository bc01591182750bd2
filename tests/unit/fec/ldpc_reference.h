// SPDX-License-Identifier: GPL-3.0-or-later
// The decoder of lib/fec/ldpc_decoder.h said row by row, and what the tests of LDPC codes share.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <span>
#include <vector>

#include "telemetry/fec/ldpc_decoder.h"

namespace telemetry::fec {

/// Variables of every check, in the order of the matrix.
inline std::vector<std::vector<int>> ldpc_rows(const LdpcCode& code) {
    std::vector<std::vector<int>> rows(static_cast<std::size_t>(code.checks()));
    for (const LdpcCirculant& c : ldpc_matrix(code))
        for (int r = 0; r < code.circulant; ++r)
            rows[static_cast<std::size_t>(c.row * code.circulant + r)].push_back(
                c.column * code.circulant + (r + c.shift) % code.circulant);
    return rows;
}

/// Parity checks of a packed word that fail. Bits that are not sent (AR4JA) are taken from checks
/// that have just one of them.
inline int failing_checks(const LdpcCode& code, std::span<const std::uint8_t> word) {
    std::vector<int> value(static_cast<std::size_t>(code.variables()), 0);
    const int sent = code.n - code.padding;
    for (int i = 0; i < sent; ++i)
        value[static_cast<std::size_t>(code.fill_bits + i)] =
            word[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1;
    const auto first_unsent = static_cast<std::size_t>(code.fill_bits + sent);
    std::fill(value.begin() + static_cast<std::ptrdiff_t>(first_unsent), value.end(), -1);
    const auto rows = ldpc_rows(code);
    for (bool found = true; found;) {
        found = false;
        for (const auto& row : rows) {
            int unknown = -1;
            int count = 0;
            int sum = 0;
            for (const int v : row) {
                if (value[static_cast<std::size_t>(v)] < 0) {
                    unknown = v;
                    ++count;
                } else {
                    sum ^= value[static_cast<std::size_t>(v)];
                }
            }
            if (count == 1) {
                value[static_cast<std::size_t>(unknown)] = sum;
                found = true;
            }
        }
    }
    int failing = 0;
    for (const auto& row : rows) {
        int sum = 0;
        for (const int v : row)
            sum ^= value[static_cast<std::size_t>(v)] > 0;
        failing += sum;
    }
    return failing;
}

/// BPSK through white noise; Es/N0 in dB, amplitude in steps of int8.
inline std::vector<std::int8_t> noisy_symbols(std::span<const std::uint8_t> word, double es_n0_db,
                                              double amplitude, std::mt19937_64& random) {
    std::normal_distribution<double> noise(0, std::sqrt(0.5 / std::pow(10, es_n0_db / 10)));
    std::vector<std::int8_t> symbols;
    for (const std::uint8_t byte : word)
        for (int bit = 7; bit >= 0; --bit) {
            const double sent = byte >> bit & 1 ? 1 : -1;
            symbols.push_back(static_cast<std::int8_t>(
                std::clamp(std::lround(amplitude * (sent + noise(random))), -127L, 127L)));
        }
    return symbols;
}

/// Layered min-sum with plain numbers, check after check.
inline LdpcOutcome reference_decode(const LdpcCode& code, std::span<const std::int8_t> symbols,
                                    int iterations, std::vector<std::uint8_t>& data) {
    const auto rows = ldpc_rows(code);
    const int sent = code.n - code.padding;
    long sum = 0;
    for (int i = 0; i < sent; ++i)
        sum += std::abs(symbols[static_cast<std::size_t>(i)]);
    const long gain =
        std::min((128L * LdpcDecoder::kMeanMagnitude * sent + sum / 2) / std::max(sum, 1L), 8192L);
    std::vector<int> total(static_cast<std::size_t>(code.variables()), 0);
    std::fill_n(total.begin(), code.fill_bits, 127);
    for (int i = 0; i < sent; ++i)
        total[static_cast<std::size_t>(code.fill_bits + i)] = static_cast<int>(
            std::clamp((symbols[static_cast<std::size_t>(i)] * -gain + 64) >> 7,
                       -long{LdpcDecoder::kSymbolLimit}, long{LdpcDecoder::kSymbolLimit}));
    std::vector<std::vector<int>> message;
    for (const auto& row : rows)
        message.emplace_back(row.size(), 0);

    // The uplink codes: even rows of 32 first, then odd ones, and changes are added.
    const bool pairs = code.family == LdpcFamily::telecommand;
    const std::size_t group = pairs ? std::min<std::size_t>(32, rows.size() / 4) : 1;
    std::vector<std::size_t> order;
    for (std::size_t start = 0; start < rows.size(); start += group)
        for (std::size_t odd = 0; odd < (pairs ? 2 : 1); ++odd)
            for (std::size_t r = odd; r < group; r += pairs ? 2 : 1)
                order.push_back(start + r);

    LdpcOutcome outcome;
    std::vector<int> best = total;
    const auto failing = [&] {
        int count = 0;
        for (const auto& row : rows) {
            bool odd = false;
            for (const int v : row)
                odd ^= total[static_cast<std::size_t>(v)] < 0;
            count += odd;
        }
        return count;
    };
    outcome.unsatisfied = failing();
    for (int i = 1; i <= iterations && outcome.unsatisfied; ++i) {
        for (const std::size_t r : order) {
            std::vector<int> t;
            for (std::size_t e = 0; e < rows[r].size(); ++e)
                t.push_back(std::clamp(total[static_cast<std::size_t>(rows[r][e])] - message[r][e],
                                       -128, 127));
            for (std::size_t e = 0; e < t.size(); ++e) {
                int least = 128;
                bool minus = false;
                for (std::size_t f = 0; f < t.size(); ++f)
                    if (f != e) {
                        least = std::min(least, std::abs(t[f]));
                        minus ^= t[f] < 0;
                    }
                const int m = (t.size() == 3 ? 7 : 6) * std::min(least, 63) / 8;
                const int fresh = minus ? -m : m;
                int& sum_of = total[static_cast<std::size_t>(rows[r][e])];
                sum_of =
                    std::clamp(pairs ? sum_of + fresh - message[r][e] : t[e] + fresh, -128, 127);
                message[r][e] = fresh;
            }
        }
        const int count = failing();
        if (count < outcome.unsatisfied) {
            outcome.unsatisfied = count;
            outcome.iterations = i;
            best = total;
        }
    }
    outcome.valid = outcome.unsatisfied == 0 && sum != 0;
    data.assign(static_cast<std::size_t>(code.k / 8), 0);
    for (int i = 0; i < code.k; ++i)
        if (best[static_cast<std::size_t>(code.fill_bits + i)] < 0)
            data[static_cast<std::size_t>(i / 8)] |= static_cast<std::uint8_t>(0x80 >> i % 8);
    for (int i = 0; outcome.valid && i < sent; ++i) {
        const int symbol = symbols[static_cast<std::size_t>(i)];
        const bool one = best[static_cast<std::size_t>(code.fill_bits + i)] < 0;
        outcome.corrected += symbol != 0 && (symbol > 0) != one;
    }
    return outcome;
}

} // namespace telemetry::fec
