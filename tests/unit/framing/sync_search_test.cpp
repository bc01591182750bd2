// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/framing/sync_search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "symbols.h"
#include "telemetry/framing/sync_search_qpsk.h"

namespace telemetry::framing {
namespace {

using Bytes = std::vector<std::uint8_t>;

const std::vector<SyncPattern> kMarkers = {
    pattern_of(kMarker32),         pattern_of(kMarker64),
    pattern_of(kMarker96),         pattern_of(kMarker128),
    pattern_of(kMarker192),        SyncPattern::of_word(0x5765, 16),
    SyncPattern::of_word(0x7e, 8), SyncPattern::of_word(0xfedcba9876543, 52),
    SyncPattern::of_word(0, 41)};
const std::vector<simd::Level> kLevels = {simd::Level::generic, simd::Level::avx2,
                                          simd::Level::avx512, simd::Level::avx512icl};

Bytes random_bytes(std::size_t count, unsigned seed) {
    std::mt19937 random(seed);
    Bytes bytes(count);
    for (auto& byte : bytes)
        byte = static_cast<std::uint8_t>(random());
    return bytes;
}

bool bit_of(const Bytes& bytes, std::size_t at) {
    return bytes[at / 8] >> (7 - at % 8) & 1;
}

void put(Bytes& bytes, std::size_t at, bool value) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> at % 8);
    bytes[at / 8] = static_cast<std::uint8_t>(value ? bytes[at / 8] | mask : bytes[at / 8] & ~mask);
}

struct Found {
    std::size_t position;
    int errors;
    bool inverted;
    bool operator==(const Found&) const = default;
};

std::vector<Found> plain_search(const SyncPattern& marker, int threshold, const Bytes& bytes,
                                std::size_t begin, std::size_t end) {
    std::vector<Found> found;
    for (std::size_t at = begin; at < end; ++at) {
        int errors = 0;
        for (int i = 0; i < marker.length; ++i)
            errors += bit_of(bytes, at + static_cast<std::size_t>(i)) != marker.bit(i);
        if (errors <= threshold)
            found.push_back({at, errors, false});
        else if (marker.length - errors <= threshold)
            found.push_back({at, marker.length - errors, true});
    }
    return found;
}

std::vector<Found> search(const SyncSearch& search, const Bytes& bytes, std::size_t begin,
                          std::size_t end) {
    std::vector<Found> found;
    search.search(bytes, begin, end, [&](const SyncHit& hit) {
        found.push_back({hit.position, hit.errors, hit.inverted});
    });
    return found;
}

// Markers with none to too many errors, either way up, at any place, in random bits; the last one
// ends with the bits.
TEST(SyncSearch, EveryVariantFindsWhatPlainCountingFinds) {
    std::mt19937 random(3);
    for (const SyncPattern& marker : kMarkers)
        for (const int threshold :
             {0, 1, marker.length / 8, marker.length / 4, (marker.length - 1) / 2}) {
            const auto length = static_cast<std::size_t>(marker.length);
            Bytes bytes = random_bytes(1500 + random() % 9, random());
            const std::size_t bits = 8 * bytes.size();
            for (int i = 0; i < 12; ++i) {
                const std::size_t at = i == 0 ? bits - length : random() % (bits - length);
                const bool inverted = random() & 1;
                for (std::size_t k = 0; k < length; ++k)
                    put(bytes, at + k, marker.bit(static_cast<int>(k)) != inverted);
                for (int wrong = static_cast<int>(random() % static_cast<unsigned>(threshold + 2));
                     wrong > 0; --wrong) {
                    const std::size_t where = at + random() % length;
                    put(bytes, where, !bit_of(bytes, where));
                }
            }
            const std::size_t begin = random() % 100;
            const auto expected = plain_search(marker, threshold, bytes, begin, bits - length + 1);
            for (const simd::Level level : kLevels) {
                const SyncSearch sync(marker, threshold, level);
                EXPECT_EQ(search(sync, bytes, begin, bits - length + 1), expected)
                    << marker.length << " " << threshold << " " << simd::name_of(level);
            }
        }
}

// Every single and double error of the 32-bit marker at every bit offset, and every marker with
// just as many errors as allowed and one more.
TEST(SyncSearch, EveryErrorPatternUpToTwo) {
    for (const simd::Level level : kLevels) {
        const SyncSearch sync(pattern_of(kMarker32), 2, level);
        for (std::size_t offset = 0; offset < 8; ++offset)
            for (std::size_t a = 0; a < 32; ++a)
                for (std::size_t b = a; b < 32; ++b) {
                    Bytes bytes(9, 0);
                    for (std::size_t k = 0; k < 32; ++k)
                        put(bytes, offset + k, pattern_of(kMarker32).bit(static_cast<int>(k)));
                    put(bytes, offset + a, !bit_of(bytes, offset + a));
                    if (b != a)
                        put(bytes, offset + b, !bit_of(bytes, offset + b));
                    const auto found = search(sync, bytes, 0, 41);
                    ASSERT_EQ(found.size(), 1u);
                    EXPECT_EQ(found[0], (Found{offset, b == a ? 1 : 2, false}));
                }
    }
}

TEST(SyncSearch, FalseAlarmsAreAsManyAsTheorySays) {
    constexpr std::size_t kBits = 40'000'000;
    const Bytes bytes = random_bytes(kBits / 8 + 4, 5);
    for (const int threshold : {2, 3, 4, 5}) {
        double ways = 0;
        double one = 1;
        for (int k = 0; k <= threshold; ++k) {
            ways += one;
            one *= static_cast<double>(32 - k) / (k + 1);
        }
        const double expected = 2 * ways / 4294967296.0 * kBits;
        const SyncSearch sync(pattern_of(kMarker32), threshold);
        std::size_t found = 0;
        sync.search(bytes, 0, kBits, [&](const SyncHit&) { ++found; });
        EXPECT_NEAR(static_cast<double>(found), expected, 4 * std::sqrt(expected) + 1) << threshold;
    }
}

struct SoftFound {
    Found hit;
    int correlation;
    int magnitude;
    bool operator==(const SoftFound&) const = default;
};

std::vector<SoftFound> plain_soft_search(const SyncPattern& marker, const SoftSyncLimits& limits,
                                         const std::vector<std::int8_t>& symbols) {
    std::vector<SoftFound> found;
    const auto length = static_cast<std::size_t>(marker.length);
    for (std::size_t at = 0; at + length <= symbols.size(); ++at) {
        int errors = 0;
        int correlation = 0;
        int magnitude = 0;
        for (std::size_t i = 0; i < length; ++i) {
            const bool one = marker.bit(static_cast<int>(i));
            const int symbol = symbols[at + i];
            errors += (symbol > 0) != one;
            correlation += one ? symbol : -symbol;
            magnitude += std::abs(symbol);
        }
        const bool inverted = 2 * errors > marker.length;
        if (inverted) {
            errors = marker.length - errors;
            correlation = -correlation;
        }
        if (errors <= limits.wrong_signs &&
            100 * correlation >= limits.correlation_percent * magnitude)
            found.push_back({{at, errors, inverted}, correlation, magnitude});
    }
    return found;
}

TEST(SoftSyncSearch, EveryVariantIsTheFullCorrelation) {
    for (const SyncPattern& marker : kMarkers)
        for (const SoftSyncLimits limits :
             {SoftSyncLimits{marker.length / 4, 60}, SoftSyncLimits{(marker.length - 1) / 2, 75},
              SoftSyncLimits{marker.length / 3, 100}, SoftSyncLimits{marker.length / 3, 1}}) {
            auto symbols = noise_symbols(9001, static_cast<unsigned>(marker.length));
            for (const std::size_t at : {0u, 777u, 4090u, 4099u, 5000u, 8000u, 8809u})
                for (std::size_t i = 0; i < static_cast<std::size_t>(marker.length); ++i)
                    symbols[at + i] = static_cast<std::int8_t>(
                        std::clamp((marker.bit(static_cast<int>(i)) != (at % 2 != 0) ? 30 : -30) +
                                       symbols[at + i] * 3 / 4,
                                   -127, 127));
            const auto expected = plain_soft_search(marker, limits, symbols);
            if (marker.length >= 32 && limits.correlation_percent < 80) {
                EXPECT_GE(expected.size(), 5u) << marker.length;
            }
            for (const simd::Level level : kLevels) {
                const SoftSyncSearch sync(marker, limits, level);
                std::vector<SoftFound> found;
                sync.search(symbols, 0,
                            symbols.size() - static_cast<std::size_t>(marker.length) + 1,
                            [&](const SoftSyncHit& hit) {
                                found.push_back({{hit.position, hit.errors, hit.inverted},
                                                 hit.correlation,
                                                 hit.magnitude});
                            });
                EXPECT_EQ(found, expected) << marker.length << " " << simd::name_of(level);
            }
        }
}

// Markers in noise that begin on I and on Q, through each of the eight phases: found where they
// are, with what undoes the phase.
TEST(QpskSyncSearch, ResolvesFourPhasesAndInversion) {
    for (const SyncPattern& marker :
         {pattern_of(kMarker32), pattern_of(kMarker64), pattern_of(kMarker192)})
        for (int turn = 0; turn < 8; ++turn) {
            auto sent = noise_symbols(6000, 30U + static_cast<unsigned>(turn));
            const std::vector<std::size_t> places = {0, 1001, 2046, 3000, 4095, 5001};
            for (const std::size_t at : places)
                for (std::size_t i = 0; i < static_cast<std::size_t>(marker.length); ++i)
                    sent[at + i] = static_cast<std::int8_t>(
                        std::clamp((marker.bit(static_cast<int>(i)) ? 32 : -32) + sent[at + i] / 2,
                                   -127, 127));
            // A quarter turn makes (I, Q) to (−Q, I); conjugation makes it (I, −Q).
            auto symbols = sent;
            for (std::size_t k = 0; k < symbols.size(); k += 2) {
                int i = symbols[k];
                int q = symbols[k + 1];
                if (turn & 4)
                    q = -q;
                for (int quarter = turn & 3; quarter > 0; --quarter) {
                    const int was = i;
                    i = -q;
                    q = was;
                }
                symbols[k] = static_cast<std::int8_t>(i);
                symbols[k + 1] = static_cast<std::int8_t>(q);
            }
            std::vector<std::size_t> found;
            int by_chance = 0;
            const QpskSyncSearch search(marker, {marker.length / 10, 80});
            search.search(symbols, 0, symbols.size() - static_cast<std::size_t>(marker.length),
                          [&](const QpskSyncHit& hit) {
                              if (std::find(places.begin(), places.end(), hit.position) ==
                                  places.end()) {
                                  ++by_chance;
                                  return;
                              }
                              found.push_back(hit.position);
                              std::vector<std::int8_t> out(symbols.size());
                              resolve(hit.phase, symbols, out);
                              EXPECT_EQ(out, sent) << turn << " " << hit.position;
                          });
            EXPECT_EQ(found, places) << marker.length << " " << turn;
            EXPECT_LE(by_chance, marker.length == 32 ? 2 : 0);
        }
}

} // namespace
} // namespace telemetry::framing
