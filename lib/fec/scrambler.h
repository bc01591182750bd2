// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>

namespace telemetry::fec {

/// CCSDS pseudo-randomiser, CCSDS 131.0-B-5 section 10.4.1: x^8+x^7+x^5+x^3+1 from all ones, XORed
/// on; the same call takes it off again. Repeats every 255 bits, so every 255 bytes.
/// The sequence begins ff 48 0e c0 9a.
void ccsds_randomize(std::span<std::uint8_t> bytes) noexcept;

/// Data whitening of TI's CC11xx radios (design note DN509): x^9+x^5+1 from all ones, XORed on.
/// The sequence begins ff e1 1d 9a ed.
void pn9_whiten(std::span<std::uint8_t> bytes) noexcept;

/// G3RUH's self-synchronising scrambler 1+x^12+x^17 (Miller, "9600 baud packet radio modem
/// design", 1988). Bits are 0 or 1.
class G3ruhScrambler {
public:
    std::uint8_t scramble(std::uint8_t bit) noexcept {
        const std::uint8_t out = bit ^ (register_ >> 11 & 1) ^ (register_ >> 16 & 1);
        register_ = register_ << 1 | out;
        return out;
    }
    void reset() noexcept { register_ = 0; }

private:
    std::uint32_t register_ = 0; ///< bits sent, the latest lowest
};

class G3ruhDescrambler {
public:
    std::uint8_t descramble(std::uint8_t bit) noexcept {
        const std::uint8_t out = bit ^ (register_ >> 11 & 1) ^ (register_ >> 16 & 1);
        register_ = register_ << 1 | bit;
        return out;
    }

    /// 64 bits at once, the first one in the highest place.
    std::uint64_t descramble_word(std::uint64_t word) noexcept {
        const std::uint64_t before = register_;
        register_ = word;
        return word ^ (word >> 12 | before << 52) ^ (word >> 17 | before << 47);
    }
    void reset() noexcept { register_ = 0; }

private:
    std::uint64_t register_ = 0; ///< bits received, the latest lowest
};

} // namespace telemetry::fec
