// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "telemetry/base/items.h"
#include "telemetry/base/result.h"
#include "telemetry/modem/channel.h"
#include "telemetry/modem/modulator.h"
#include "telemetry/station/station.h"

namespace telemetry::app {

/// What kind of receiver stands between the channel and the output.
enum class Reception : std::uint8_t { iq, fm_audio, real_carrier };

struct TransmitterOptions {
    Reception reception = Reception::iq;
    modem::ChannelOptions channel;       ///< symbol rate, gain and noise_for are filled in
    std::optional<double> es_n0_db;      ///< empty: comfortable for the modulation
    std::optional<double> bt;            ///< Gaussian filter, where the station's file does not say
    std::optional<double> rolloff;       ///< of PSK pulses
    std::optional<double> carrier_hz;    ///< of Reception::real_carrier; empty: by symbol rate
    std::optional<double> full_scale_hz; ///< of Reception::fm_audio; empty: by deviation
};

/// A station's downlink as a receiver hears it: frames → bits → modulator → channel → samples.
class Transmitter {
public:
    /// Takes samples of the kind that the reception has; returns false to stop.
    using Out = std::function<bool(std::span<const Iq>, std::span<const float>)>;

    static Result<std::unique_ptr<Transmitter>> make(const station::Downlink& downlink,
                                                     const TransmitterOptions& options, Out out);

    /// Carrier on, `preamble` idle bits, the frame, `tail` idle bits. The carrier stays on.
    bool send(std::span<const std::uint8_t> frame, std::size_t preamble, std::size_t tail);
    bool idle(std::size_t bits);        ///< carrier on, nothing to say
    bool carrier_off();                 ///< flushes the modulator
    bool silence(std::int64_t samples); ///< noise only

    std::int64_t sent_samples() const { return sent_samples_; }
    modem::FrameSize frame_size() const { return framer_->size(); }
    double symbol_rate_hz() const { return options_.channel.symbol_rate_hz; }
    double es_n0_db() const { return options_.channel.es_n0_db; }
    bool carrier_is_on() const { return carrier_on_; }
    SampleKind kind() const {
        return options_.reception == Reception::iq ? SampleKind::iq : SampleKind::real;
    }

private:
    explicit Transmitter(const TransmitterOptions& options) : options_(options), channel_({}) {}
    bool transmit_bits();
    bool receive(std::vector<Iq>& samples);

    TransmitterOptions options_;
    std::unique_ptr<modem::Modulator> modulator_;
    std::unique_ptr<modem::Framer> framer_;
    modem::Channel channel_;
    std::optional<modem::FmReceiver> fm_;
    std::optional<modem::RealCarrier> carrier_;
    Out out_;
    bool carrier_on_ = false;
    std::int64_t sent_samples_ = 0;
    std::vector<std::uint8_t> bits_;
    std::vector<Iq> signal_;
    std::vector<float> audio_;
};

} // namespace telemetry::app
