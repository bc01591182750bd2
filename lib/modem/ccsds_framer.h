// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "telemetry/modem/modulator.h"

namespace telemetry::modem {

/// What the name of a framing implies where its settings do not say.
struct CcsdsDefaults {
    std::string_view convolutional;
    std::string_view rs_basis;
};

/// TM synchronisation and channel coding (CCSDS 131.0-B-5), as the deframers of the same names read
/// it: `frame_size` bytes before parity, FECF included, and the codes that the settings choose.
Result<std::unique_ptr<Framer>> make_ccsds_framer(const Settings& settings,
                                                  const CcsdsDefaults& defaults);

/// Idle data is noise-like (CCSDS 132.0-B-3 section 4.1.4.6 recommends it for idle frames), so that
/// symbol timing and decoders stay in step: x^15+x^14+1.
class IdleSequence {
public:
    void append(std::size_t count, std::vector<std::uint8_t>& bits) {
        for (; count > 0; --count) {
            state_ = state_ << 1 | ((state_ >> 14 ^ state_ >> 13) & 1);
            bits.push_back(state_ & 1);
        }
    }

private:
    std::uint32_t state_ = 0x7fff;
};

/// The frame error control field of CCSDS 132.0-B-3, 4.1.6.
void append_fecf(std::vector<std::uint8_t>& frame);

/// Pseudo-randomiser by its name in a station file: none, CCSDS, CCSDS 131071.
void randomise(std::string_view scrambler, std::span<std::uint8_t> bytes);

} // namespace telemetry::modem
