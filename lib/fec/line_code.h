// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <span>

#include "telemetry/fec/bits.h"

namespace telemetry::fec {

/// Which data bit changes the level on the line (CCSDS 401.0-B, IRIG 106 appendix).
enum class Transition : std::uint8_t {
    on_one,  ///< NRZ-M; "differential" precoding
    on_zero, ///< NRZ-S; what HDLC and AX.25 call NRZI
};

/// Differential line codes: data is in the changes of level, so polarity does not count.
class DifferentialEncoder {
public:
    explicit DifferentialEncoder(Transition transition)
        : invert_(transition == Transition::on_zero) {}

    std::uint8_t encode(std::uint8_t bit) noexcept {
        level_ ^= bit ^ static_cast<std::uint8_t>(invert_);
        return level_;
    }
    void reset() noexcept { level_ = 0; }

private:
    bool invert_;
    std::uint8_t level_ = 0;
};

class DifferentialDecoder {
public:
    explicit DifferentialDecoder(Transition transition)
        : invert_(transition == Transition::on_zero) {}

    std::uint8_t decode(std::uint8_t level) noexcept {
        const std::uint8_t bit = level ^ level_ ^ static_cast<std::uint8_t>(invert_);
        level_ = level;
        return bit;
    }

    /// 64 levels at once, the first one in the highest place.
    std::uint64_t decode_word(std::uint64_t levels) noexcept {
        const std::uint64_t bits = levels ^ (levels >> 1 | std::uint64_t{level_} << 63);
        level_ = levels & 1;
        return invert_ ? ~bits : bits;
    }

    /// Packed levels become packed bits, the first one in the highest place of each byte.
    void decode_packed(std::span<std::uint8_t> bytes) noexcept {
        std::size_t i = 0;
        for (; i + 8 <= bytes.size(); i += 8)
            store_word(decode_word(load_word(&bytes[i])), &bytes[i]);
        for (; i < bytes.size(); ++i) {
            const std::uint8_t levels = bytes[i];
            const unsigned bits = levels ^ (levels >> 1 | unsigned{level_} << 7);
            bytes[i] = static_cast<std::uint8_t>(invert_ ? ~bits : bits);
            level_ = levels & 1;
        }
    }

    void reset(std::uint8_t level = 0) noexcept { level_ = level; }

private:
    bool invert_;
    std::uint8_t level_ = 0;
};

} // namespace telemetry::fec
