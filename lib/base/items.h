// SPDX-License-Identifier: GPL-3.0-or-later
// What flows between the stages. All are views: copy what must outlive accept() or process().
#pragma once
#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace telemetry {

using Iq = std::complex<float>;

/// Nanoseconds since 1970-01-01T00:00:00 UTC (no leap seconds, as POSIX); kUnknownTime: not known.
using UtcNs = std::int64_t;
inline constexpr UtcNs kUnknownTime = std::numeric_limits<UtcNs>::min();

inline constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

enum class SampleKind : std::uint8_t {
    real, ///< float: the audio of an FM receiver, or a real carrier in a USB receiver's audio
    iq    ///< complex float, centred on the station's frequency
};

struct SampleFormat {
    SampleKind kind = SampleKind::real;
    double rate_hz = 48000.0;
};

/// Consecutive samples, nominally within ±1. Exactly one of the spans is in use, as `kind` says.
struct Samples {
    std::int64_t first_index = 0; ///< index of the first sample, counted from the receiver's start
    std::span<const float> real = {};
    std::span<const Iq> iq = {};

    std::size_t size() const { return real.size() + iq.size(); }
};

/// What a demodulator knows of the signal it is locked to. NaN: not known.
struct LinkQuality {
    /// Es/N0 of the symbols, dB. Of an FM receiver's audio, where neither the carrier's power nor
    /// its noise is to be seen: that of antipodal symbols in white noise that decide as well.
    float snr_db = kUnknown;
    float carrier_offset_hz = kUnknown;     ///< signal minus expected, Hz
    float symbol_rate_error_ppm = kUnknown; ///< signal minus nominal, ppm
    float signal_level_db = kUnknown;       ///< mean power of the input, dB of full scale
    bool locked = false;                    ///< a signal is there, as far as the demodulator knows
};

/// Consecutive soft symbols: int8, positive = bit 1, −127…127, never −128; 0 = erased.
/// |value| of 32 is the typical level of a clean signal, so that there is headroom above.
struct SoftSymbols {
    std::span<const std::int8_t> values = {};
    double first_position = 0;     ///< sample index (fractional) of the centre of the first symbol
    double samples_per_symbol = 0; ///< at this point of the signal, in samples of the input
    LinkQuality quality = {};
};

/// A frame after FEC, without sync word, parity and CRC.
struct Frame {
    std::span<const std::uint8_t> bytes = {};
    std::int64_t sample_index = 0; ///< centre of the first symbol of its sync word or opening flag
    std::int64_t sample_count = 0; ///< from there to the end of its last symbol
    UtcNs utc_ns = kUnknownTime;   ///< of sample_index; the receiver fills it in
    UtcNs end_utc_ns = kUnknownTime;
    LinkQuality quality = {}; ///< at the end of the frame
    bool confirmed = false;   ///< a CRC or block code vouches for every byte
    int sync_errors = 0;      ///< wrong bits in the sync word; 0 where there is none
    int corrected = 0;        ///< symbols (RS: bytes; Golay, Viterbi: bits) that FEC changed
};

} // namespace telemetry
