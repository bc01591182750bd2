// SPDX-License-Identifier: GPL-3.0-or-later
// What the error-rate sweeps share: signals of the catalog's modulations through a channel.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "telemetry/base/fields.h"
#include "telemetry/dsp/demodulator.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"

namespace telemetry::bench {

/// How the signal comes to the demodulator.
enum class Route : std::uint8_t { iq, fm_audio, real_carrier };

/// One curve's signal.
struct Link {
    std::string name;        ///< of the curve, for the data file
    std::string modulator;   ///< name in lib/modem
    std::string demodulator; ///< name in lib/dsp
    Route route = Route::iq;
    double rate_hz = 48000;
    double baudrate = 9600;
    double deviation_hz = 0;
    double carrier_hz = 0;      ///< of Route::real_carrier
    double if_bandwidth_hz = 0; ///< of Route::fm_audio
    double offset_hz = 0;
    std::string theory; ///< curve that plot_sweeps.py draws beside it
};

/// Bits in, soft symbols out, with the noise of an Es/N0 between. Ends with an error message on
/// stderr and exit status 1 when the catalog does not have what the link names.
class LinkRun {
public:
    LinkRun(const Link& link, double es_n0_db, std::uint64_t seed);

    void send(std::span<const std::uint8_t> bits, Sink<SoftSymbols>& sink);
    void silence(double seconds, Sink<SoftSymbols>& sink);
    void finish(Sink<SoftSymbols>& sink);

    double samples_per_symbol() const { return link_.rate_hz / link_.baudrate; }
    const Settings& settings() const { return settings_; }

private:
    void receive(Sink<SoftSymbols>& sink);

    Link link_;
    Settings settings_;
    std::unique_ptr<modem::Modulator> modulator_;
    std::optional<modem::Channel> channel_;
    std::optional<modem::FmReceiver> fm_;
    std::optional<modem::RealCarrier> carrier_;
    std::unique_ptr<dsp::Demodulator> demodulator_;
    std::int64_t index_ = 0;
    std::vector<Iq> signal_;
    std::vector<float> real_;
};

/// The curves, one for each demodulator of the catalog and each way into it.
std::vector<Link> links();

/// Random bits.
void append_random_bits(std::size_t count, std::mt19937_64& random,
                        std::vector<std::uint8_t>& bits);

} // namespace telemetry::bench
