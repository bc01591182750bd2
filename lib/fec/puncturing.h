// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cassert>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "telemetry/fec/convolutional.h"
#include "telemetry/simd/level.h"

namespace telemetry::fec {

/// Which symbols of the mother code are sent, in the order in which the encoder makes them: the
/// pattern "11 01 10" of rate 3/4 sends both symbols of the first bit, the second of the next, the
/// first of the third, and begins anew.
class Puncturing {
public:
    /// Everything is sent.
    constexpr Puncturing() = default;

    constexpr explicit Puncturing(std::string_view pattern) : period_(0), kept_(0), sent_(0) {
        for (const char c : pattern)
            if (c == '0' || c == '1') {
                assert(period_ < 64);
                if (c == '1') {
                    sent_ |= std::uint64_t{1} << period_;
                    ++kept_;
                }
                ++period_;
            }
        assert(kept_ > 0);
    }

    constexpr unsigned period() const noexcept { return period_; } ///< symbols of the mother code
    constexpr unsigned kept() const noexcept { return kept_; }     ///< those of them that are sent
    constexpr bool sends(unsigned symbol) const noexcept { return sent_ >> symbol & 1; }

private:
    unsigned period_ = 1;
    unsigned kept_ = 1;
    std::uint64_t sent_ = 1;
};

/// CCSDS 131.0-B-5 table 3-1, over kConvolutionalCcsdsUninverted.
inline constexpr Puncturing kPuncturing23{"11 01"};
inline constexpr Puncturing kPuncturing34{"11 01 10"};
inline constexpr Puncturing kPuncturing56{"11 01 10 01 10"};
inline constexpr Puncturing kPuncturing78{"11 01 01 01 10 01 10"};

/// A convolutional code, punctured or not.
struct PuncturedCode {
    ConvolutionalCode code;
    Puncturing puncturing = {};

    // NOLINTNEXTLINE(google-explicit-constructor): a code is one that nothing is dropped of
    constexpr PuncturedCode(const ConvolutionalCode& c, const Puncturing& p = {})
        : code(c), puncturing(p) {}
};

/// The code by its name in a station file, case ignored: as find_convolutional_code(), and those
/// of CCSDS 131.0-B-5 section 3.4: "CCSDS 2/3", "CCSDS 3/4", "CCSDS 5/6", "CCSDS 7/8".
std::optional<PuncturedCode> find_punctured_code(std::string_view name);

/// Drops the symbols that are not sent. Continuous between calls.
class Puncturer {
public:
    explicit Puncturer(const Puncturing& puncturing) : puncturing_(puncturing) {}

    void puncture(std::span<const std::uint8_t> symbols, std::vector<std::uint8_t>& sent) {
        for (const std::uint8_t symbol : symbols) {
            if (puncturing_.sends(at_))
                sent.push_back(symbol);
            at_ = at_ + 1 == puncturing_.period() ? 0 : at_ + 1;
        }
    }

    void reset() noexcept { at_ = 0; }

private:
    Puncturing puncturing_;
    unsigned at_ = 0;
};

/// Puts erasures where symbols were dropped. Continuous between calls. Eight symbols at a time, in
/// a cycle of as many as are whole periods.
class Depuncturer {
public:
    explicit Depuncturer(const Puncturing& puncturing, simd::Level limit = simd::chosen_level());

    /// Takes as many of `sent` as `symbols` has room for; returns how many.
    std::size_t depuncture(std::span<const std::int8_t> sent, std::span<std::int8_t> symbols,
                           std::size_t& written) noexcept;

    void reset() noexcept { at_ = 0; }

    /// Eight symbols of the mother code.
    struct Eight {
        std::array<std::uint8_t, 8> keep; ///< all ones for what is sent
        std::array<std::uint8_t, 8> from; ///< where it is among what is sent
        std::uint8_t sent;
    };

    /// Writes eights, from number `at` of the cycle on, while `sent` has eight symbols and
    /// `symbols` room; says how many it wrote and took.
    struct Moved {
        std::size_t eights = 0;
        std::size_t taken = 0;
    };
    using Kernel = Moved (*)(std::span<const Eight> cycle, std::size_t at,
                             std::span<const std::int8_t> sent, std::span<std::int8_t> symbols);

private:
    Kernel kernel_;
    std::vector<Eight> cycle_;
    std::size_t at_ = 0; ///< symbol of the cycle
};

} // namespace telemetry::fec
