// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace telemetry::fec {

enum class BitOrder : std::uint8_t { msb_first, lsb_first };

/// A linear recurrence of bits: s[n + degree] is the sum of the s[n + k] for which bit k of `taps`
/// is set; bit k of `seed` is s[k].
struct SequenceSpec {
    int degree; ///< 8 to 20
    std::uint32_t taps;
    std::uint32_t seed;
    BitOrder order; ///< of the bits within a byte
};

/// CCSDS 131.0-B-5, 10.4.2 (issues up to 3 know no other): x^8+x^7+x^5+x^3+1 from all ones.
/// Begins ff 48 0e c0 9a; repeats every 255 bits.
inline constexpr SequenceSpec kCcsdsTmSequence{8, 0xa9, 0xff, BitOrder::msb_first};
/// CCSDS 131.0-B-5, 10.4.1: x^17+x^14+1 from 11000111000111000, the last of these bits sent first.
/// Begins 1c 71 b9 1b a9 (10.4.3, note 2); repeats every 131071 bits.
inline constexpr SequenceSpec kCcsdsTmLongSequence{17, 0x4001, 0x18e38, BitOrder::msb_first};
/// CCSDS 231.0-B-4 section 6, telecommand: x^8+x^6+x^4+x^3+x^2+x+1 from all ones.
/// Begins ff 39 9e 5a 68; repeats every 255 bits.
inline constexpr SequenceSpec kCcsdsTcSequence{8, 0x5f, 0xff, BitOrder::msb_first};
/// Data whitening of TI's CC11xx radios (design note DN509): x^9+x^5+1 from all ones.
/// Begins ff e1 1d 9a ed; repeats every 511 bits.
inline constexpr SequenceSpec kPn9Sequence{9, 0x21, 0x1ff, BitOrder::lsb_first};

/// Additive scrambler: XORs a maximal-length sequence on; the same call takes it off again.
/// The period is odd, so the sequence repeats after as many bytes as it does bits: it is kept as a
/// table of one period and XORed on in vectors.
class AdditiveScrambler {
public:
    explicit AdditiveScrambler(const SequenceSpec& spec);

    /// `bytes` begin at byte `offset` of the sequence.
    void apply(std::span<std::uint8_t> bytes, std::size_t offset = 0) const noexcept;

    /// One period.
    std::span<const std::uint8_t> sequence() const noexcept { return sequence_; }

private:
    std::vector<std::uint8_t> sequence_;
};

void ccsds_randomize(std::span<std::uint8_t> bytes) noexcept;      ///< kCcsdsTmSequence
void ccsds_randomize_long(std::span<std::uint8_t> bytes) noexcept; ///< kCcsdsTmLongSequence
void ccsds_tc_randomize(std::span<std::uint8_t> bytes) noexcept;   ///< kCcsdsTcSequence
void pn9_whiten(std::span<std::uint8_t> bytes) noexcept;           ///< kPn9Sequence

/// Self-synchronising scrambler 1 + x^Taps + …: each bit sent is the data plus the bits sent `Taps`
/// bits before. Bits are 0 or 1.
template <int... Taps>
class SelfSynchronizingScrambler {
public:
    std::uint8_t scramble(std::uint8_t bit) noexcept {
        const auto out = static_cast<std::uint8_t>(bit ^ ((register_ >> (Taps - 1) & 1) ^ ...));
        register_ = register_ << 1 | out;
        return out;
    }

    /// 64 bits at once, the first one in the highest place.
    std::uint64_t scramble_word(std::uint64_t word) noexcept {
        // The sum of a run of bits shorter than the nearest tap needs only bits sent before it.
        constexpr int kRun = std::min({32, Taps...});
        for (int left = 64; left > 0; left -= kRun) {
            const int run = std::min(kRun, left);
            const std::uint64_t data = word >> (left - run);
            const std::uint64_t out =
                (data ^ ((register_ >> (Taps - run)) ^ ...)) & ((std::uint64_t{1} << run) - 1);
            register_ = register_ << run | out;
        }
        return register_;
    }
    void reset() noexcept { register_ = 0; }

private:
    static_assert(((Taps > 0 && Taps < 64) && ...));
    std::uint64_t register_ = 0; ///< bits sent, the latest lowest
};

/// The other end. An error on the line comes out once and again for each tap; a wrong state is
/// forgotten after the farthest tap.
template <int... Taps>
class SelfSynchronizingDescrambler {
public:
    std::uint8_t descramble(std::uint8_t bit) noexcept {
        const auto out = static_cast<std::uint8_t>(bit ^ ((register_ >> (Taps - 1) & 1) ^ ...));
        register_ = register_ << 1 | bit;
        return out;
    }

    /// 64 bits at once, the first one in the highest place.
    std::uint64_t descramble_word(std::uint64_t word) noexcept {
        const std::uint64_t before = register_;
        register_ = word;
        return word ^ ((word >> Taps | before << (64 - Taps)) ^ ...);
    }

    /// 64 bits at once, the first one in the lowest place. Do not mix with the others.
    std::uint64_t descramble_word_lsb(std::uint64_t word) noexcept {
        const std::uint64_t before = register_;
        register_ = word;
        return word ^ ((word << Taps | before >> (64 - Taps)) ^ ...);
    }

    /// Packed bits, in each word the first one in the highest place. `out` may be `line` itself.
    void descramble(std::span<const std::uint64_t> line, std::uint64_t* out) noexcept {
        for (std::size_t i = 0; i < line.size(); ++i)
            out[i] = descramble_word(line[i]);
    }
    void reset() noexcept { register_ = 0; }

private:
    static_assert(((Taps > 0 && Taps < 64) && ...));
    std::uint64_t register_ = 0; ///< bits received, the latest lowest (LSB order: highest)
};

/// G3RUH's 1+x^12+x^17 (Miller, "9600 baud packet radio modem design", 1988).
using G3ruhScrambler = SelfSynchronizingScrambler<12, 17>;
using G3ruhDescrambler = SelfSynchronizingDescrambler<12, 17>;
/// Randomised NRZ-L of IRIG 106, appendix on PCM standards: 1+x^14+x^15.
using Rnrzl15Scrambler = SelfSynchronizingScrambler<14, 15>;
using Rnrzl15Descrambler = SelfSynchronizingDescrambler<14, 15>;

} // namespace telemetry::fec
