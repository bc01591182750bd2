// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "telemetry/dsp/baseband_receiver.h"
#include "telemetry/dsp/demodulator.h"
#include "telemetry/dsp/sample_blocks.h"

namespace telemetry::dsp {

/// A demodulator made of a front end, which turns input samples into baseband at 4 samples a
/// symbol, and BasebandReceiver. The front end gets blocks of one length whatever the chunks of
/// the input, which makes all that follows independent of chunking.
///
/// FrontEnd has: Sample (float or Iq), step() and delay() in input samples, most_outputs(count),
/// most_outputs_at_finish(), process(span of Sample, out), finish(out) and reset().
template <class FrontEnd>
class FrontEndDemodulator final : public Demodulator {
    using Sample = typename FrontEnd::Sample;

public:
    FrontEndDemodulator(FrontEnd front_end, double samples_per_symbol, double pulse_width)
        : front_end_(std::move(front_end)), blocks_(block_length(samples_per_symbol)),
          baseband_(front_end_.most_outputs(blocks_.length()) +
                    front_end_.most_outputs_at_finish()),
          receiver_(front_end_.step(), pulse_width) {}

    /// As BasebandReceiver::set_scale.
    void set_scale(double hz_per_unit, double deviation_hz) {
        receiver_.set_scale(hz_per_unit, deviation_hz);
    }

    void set_snr_rule(const SnrRule& rule) { receiver_.set_snr_rule(rule); }

    void process(const Samples& input, Sink<SoftSymbols>& sink) noexcept override {
        if (!started_)
            receiver_.set_origin(static_cast<double>(input.first_index) + front_end_.delay());
        started_ = true;
        const auto take_block = [&](std::span<const Sample> block) { take(block, sink); };
        if constexpr (std::is_same_v<Sample, Iq>)
            blocks_.push(input.iq, take_block);
        else
            blocks_.push(input.real, take_block);
    }

    void finish(Sink<SoftSymbols>& sink) noexcept override {
        take(blocks_.rest(), sink);
        const std::size_t count = front_end_.finish(baseband_.data());
        tell_offsets();
        receiver_.process(std::span(baseband_).first(count), sink);
        receiver_.finish(sink);
        reset();
    }

    void reset() noexcept override {
        blocks_.reset();
        front_end_.reset();
        receiver_.reset();
        started_ = false;
    }

private:
    static std::size_t block_length(double samples_per_symbol) {
        return static_cast<std::size_t>(std::clamp(128 * samples_per_symbol, 256.0, 8192.0));
    }

    void take(std::span<const Sample> block, Sink<SoftSymbols>& sink) noexcept {
        if (block.empty())
            return;
        float power = 0;
        for (const Sample x : block)
            power += power_of(x);
        receiver_.set_signal_level(level_db(power / static_cast<float>(block.size())));
        const std::size_t count = front_end_.process(block, baseband_.data());
        tell_offsets();
        receiver_.process(std::span(baseband_).first(count), sink);
    }

    void tell_offsets() noexcept {
        if constexpr (requires { front_end_.offsets_hz(); })
            receiver_.add_carrier_offsets(front_end_.offsets_hz());
    }

    static float power_of(float x) { return x * x; }
    static float power_of(Iq x) { return x.real() * x.real() + x.imag() * x.imag(); }

    FrontEnd front_end_;
    SampleBlocks<Sample> blocks_;
    std::vector<float> baseband_;
    BasebandReceiver receiver_;
    bool started_ = false;
};

} // namespace telemetry::dsp
