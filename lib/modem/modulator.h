// SPDX-License-Identifier: GPL-3.0-or-later
// The transmit side: what tests, benchmarks and telemetry-station send.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/base/items.h"

namespace telemetry::modem {

/// Bits → samples of one channel at unit mean power, phase and symbol timing continuous between
/// calls.
///
/// The settings are those of the demodulator of the same name (dsp's table): `baudrate`,
/// `deviation` (FSK: default baudrate/4, that is h = 0.5; AFSK: −500 Hz), `af_carrier` (1700 Hz),
/// and, where a table has them, `bt` (default 0.5 for GFSK and GMSK, none for FSK), `roll_off`
/// (0.35; 0: rectangular pulses) and `fm_deviation` (3000 Hz, of AFSK's audio on the carrier).
/// A 1 is the higher frequency, af_carrier + deviation, the positive amplitude, or a change of it.
/// The audio of AFSK without the radio between is FSK of the same deviation on a real carrier of
/// af_carrier.
class Modulator {
public:
    virtual ~Modulator() = default;

    /// Appends the samples of `bits` (one bit a byte, 0 or 1) to `out`.
    virtual void modulate(std::span<const std::uint8_t> bits, std::vector<Iq>& out) = 0;

    /// Flushes the pulse-shaping filter. Silence follows, or the next bits on the next sample.
    virtual void finish(std::vector<Iq>& out) = 0;
};

/// `modulation` is one of FSK, GFSK, GMSK, AFSK, BPSK, DBPSK, BPSK Manchester, DBPSK Manchester.
/// `rate_hz` need not be a multiple of the symbol rate.
Result<std::unique_ptr<Modulator>> make_modulator(std::string_view modulation,
                                                  const Settings& settings, double rate_hz);

/// How long frames may be, in bytes.
struct FrameSize {
    std::size_t least = 1;
    std::size_t most = 0; ///< equal to `least` where the framing has one length only
};

/// Frame bytes → channel bits with sync word, parity, scrambling: what the deframer of the same
/// name (framing's table) takes apart.
class Framer {
public:
    virtual ~Framer() = default;
    virtual FrameSize size() const = 0;

    /// Appends the channel bits of one frame; `bytes` of a size that size() allows.
    virtual void frame(std::span<const std::uint8_t> bytes, std::vector<std::uint8_t>& bits) = 0;

    /// Appends at least `count` channel bits of what is sent when there is nothing to say: before
    /// a frame (bit timing, descramblers and decoders settle), between frames, after the last (what
    /// is still in the coder comes out).
    virtual void idle(std::size_t count, std::vector<std::uint8_t>& bits) = 0;
};

/// `framing` is one of AX.25, AX.25 G3RUH, AX100 ASM+Golay, AX100 Reed Solomon, U482C, and
/// CCSDS TM, CCSDS Concatenated, CCSDS Reed-Solomon, CCSDS Uncoded, CCSDS LDPC, CCSDS Turbo.
Result<std::unique_ptr<Framer>> make_framer(std::string_view framing, const Settings& settings);

} // namespace telemetry::modem
