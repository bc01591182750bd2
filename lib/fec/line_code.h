// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

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
    void reset() noexcept { level_ = 0; }

private:
    bool invert_;
    std::uint8_t level_ = 0;
};

} // namespace telemetry::fec
