// SPDX-License-Identifier: GPL-3.0-or-later
// Bit error rate of every demodulator against Eb/N0, as CSV on standard output.
//
//   ber_sweep [--errors N] [--bits N] [--from DB] [--to DB] [--step DB] [NAME...]
//
// A long random message goes through modulator, channel and demodulator. Each soft symbol says at
// which sample its centre lies; that decides which bit it stands for, so that a slipped symbol is
// an error and nothing is re-aligned. What the demodulator leaves out counts as half wrong, as does
// an erased symbol. PSK without differential coding may come inverted and may change that at a
// cycle slip: the message is judged in blocks of 1024 bits, each in its better polarity.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>

#include "sweep.h"

namespace telemetry::bench {
namespace {

struct Options {
    double errors = 100;
    std::size_t bits = 300000;
    double from_db = 0;
    double to_db = 12;
    double step_db = 1;
    std::vector<std::string> names;
};

/// Soft symbols sorted to the bits they stand for.
class Judge {
public:
    explicit Judge(double samples_per_symbol) : samples_per_symbol_(samples_per_symbol) {}

    void take(const SoftSymbols& symbols) {
        for (std::size_t k = 0; k < symbols.values.size(); ++k) {
            const double position =
                (symbols.first_position + static_cast<double>(k) * symbols.samples_per_symbol) /
                samples_per_symbol_;
            symbols_.push_back({position, symbols.values[k]});
        }
    }

    /// Where the first bit's centre lies, in symbols: found once at high Es/N0.
    double calibrate(const std::vector<std::uint8_t>& bits) const {
        double best = 0;
        double best_place = 0;
        for (double place = -4; place < 30; place += 0.125) {
            double sum = 0;
            for (const auto& symbol : symbols_) {
                const auto index = index_of(symbol.position, place);
                // Only symbols well within their bit: the centre of the range that fits wins.
                const double off =
                    std::abs(symbol.position - place - std::round(symbol.position - place));
                if (index >= 0 && index < static_cast<std::int64_t>(bits.size()) && off < 0.25)
                    sum += (bits[static_cast<std::size_t>(index)] != 0 ? 1 : -1) * symbol.value *
                           (0.5 - off);
            }
            if (std::abs(sum) > best) {
                best = std::abs(sum);
                best_place = place;
            }
        }
        return best_place;
    }

    struct Count {
        double errors = 0;
        std::size_t bits = 0;
        std::size_t missing = 0;
    };

    /// Errors among the bits `skip` … `end`.
    Count count(const std::vector<std::uint8_t>& bits, double place, std::size_t skip,
                std::size_t end) const {
        constexpr std::size_t kBlock = 1024;
        std::vector<std::int8_t> got(bits.size(), 0);
        for (const auto& symbol : symbols_) {
            const auto index = index_of(symbol.position, place);
            if (index >= 0 && index < static_cast<std::int64_t>(bits.size()))
                got[static_cast<std::size_t>(index)] = symbol.value;
        }
        Count total;
        for (std::size_t from = skip; from + kBlock <= end; from += kBlock) {
            double wrong = 0;
            for (std::size_t k = from; k < from + kBlock; ++k) {
                if (got[k] == 0) {
                    wrong += 0.5;
                    ++total.missing;
                } else {
                    wrong += (got[k] > 0) != (bits[k] != 0);
                }
            }
            total.errors += std::min(wrong, static_cast<double>(kBlock) - wrong);
            total.bits += kBlock;
        }
        return total;
    }

private:
    struct Symbol {
        double position;
        std::int8_t value;
    };
    static std::int64_t index_of(double position, double place) {
        return static_cast<std::int64_t>(std::llround(position - place));
    }

    double samples_per_symbol_;
    std::vector<Symbol> symbols_;
};

constexpr std::size_t kSettle = 4096; ///< bits for the loops to lock, not judged
constexpr std::size_t kTail = 512;    ///< bits at the end, not judged

/// One message of `count` judged bits; where its first bit lies when `place` is empty.
Judge::Count run(const Link& link, double eb_n0_db, std::size_t count, std::uint64_t seed,
                 std::optional<double>& place) {
    LinkRun run(link, eb_n0_db, seed);
    Judge judge(run.samples_per_symbol());
    auto sink = make_sink<SoftSymbols>([&](const SoftSymbols& symbols) { judge.take(symbols); });
    std::mt19937_64 random(seed + 1000);
    std::vector<std::uint8_t> bits;
    append_random_bits(kSettle + count + kTail, random, bits);
    for (std::size_t k = 0; k < bits.size(); k += 1024)
        run.send(std::span(bits).subspan(k, std::min<std::size_t>(1024, bits.size() - k)), sink);
    run.finish(sink);
    if (!place)
        place = judge.calibrate(bits);
    return judge.count(bits, *place, kSettle, kSettle + count);
}

void sweep(const Link& link, const Options& options) {
    std::optional<double> place;
    run(link, 25, 8192, 1, place);
    for (double db = options.from_db; db < options.to_db + 1e-9; db += options.step_db) {
        Judge::Count total;
        std::size_t length = 16384;
        for (std::uint64_t seed = 1; total.bits < options.bits && total.errors < options.errors;
             ++seed) {
            const auto part = run(link, db, std::min(length, options.bits), seed, place);
            total.errors += part.errors;
            total.bits += part.bits;
            total.missing += part.missing;
            length *= 2;
        }
        std::printf("\"%s\",%s,%g,%zu,%.1f,%zu,%.4g\n", link.name.c_str(), link.theory.c_str(), db,
                    total.bits, total.errors, total.missing,
                    total.errors / static_cast<double>(total.bits));
        std::fflush(stdout);
    }
}

int main_with(int argc, char** argv) {
    Options options;
    for (int k = 1; k < argc; ++k) {
        const std::string word = argv[k];
        if (word.starts_with("--") && k + 1 < argc) {
            const double value = std::atof(argv[++k]);
            if (word == "--errors")
                options.errors = value;
            else if (word == "--bits")
                options.bits = static_cast<std::size_t>(value);
            else if (word == "--from")
                options.from_db = value;
            else if (word == "--to")
                options.to_db = value;
            else if (word == "--step")
                options.step_db = value;
            else
                return std::cerr << "unknown option " << word << '\n', 2;
        } else {
            options.names.push_back(word);
        }
    }
    std::puts("curve,theory,eb_n0_db,bits,errors,missing,ber");
    for (const auto& link : links())
        if (options.names.empty() ||
            std::find(options.names.begin(), options.names.end(), link.name) != options.names.end())
            sweep(link, options);
    return 0;
}

} // namespace
} // namespace telemetry::bench

int main(int argc, char** argv) {
    return telemetry::bench::main_with(argc, argv);
}
