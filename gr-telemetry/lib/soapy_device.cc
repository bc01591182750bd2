// SPDX-License-Identifier: GPL-3.0-or-later
#include "soapy_device.h"

#include <SoapySDR/Errors.hpp>
#include <SoapySDR/Formats.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>

namespace gr {
namespace telemetry {
namespace {

constexpr int direction = SOAPY_SDR_RX;

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

std::string plain(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

std::optional<double> number(const std::string& text) {
    double value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

} // namespace

void soapy_device::unmake::operator()(SoapySDR::Device* device) const {
    try {
        SoapySDR::Device::unmake(device);
    } catch (const std::exception&) {
        // A device that is gone cannot be closed; there is nobody left to tell.
    }
}

soapy_device::soapy_device(const soapy_source_options& options)
    : d_channel(static_cast<size_t>(options.channel)) {
    try {
        d_device.reset(SoapySDR::Device::make(options.device));
        if (!d_device)
            throw std::runtime_error("no such device");
        set_up(options);
    } catch (const std::exception& problem) {
        if (d_device && d_stream)
            d_device->closeStream(d_stream);
        throw std::runtime_error("device '" + options.device + "': " + problem.what());
    }
}

soapy_device::~soapy_device() {
    try {
        if (d_active)
            d_device->deactivateStream(d_stream);
        d_device->closeStream(d_stream);
    } catch (const std::exception&) {
        // As above.
    }
}

void soapy_device::set_up(const soapy_source_options& options) {
    const size_t channels = d_device->getNumChannels(direction);
    if (d_channel >= channels)
        throw std::runtime_error("it has " + std::to_string(channels) + " receive channels, no " +
                                 std::to_string(d_channel));
    d_hardware = d_device->getDriverKey() + " " + d_device->getHardwareKey();

    for (const auto& [key, value] : SoapySDR::KwargsFromString(options.device_settings))
        d_device->writeSetting(key, value);
    set_antenna(options.antenna);
    d_device->setSampleRate(direction, d_channel, options.rate);
    d_rate = d_device->getSampleRate(direction, d_channel);
    // Rounding to what a divider can do is fine; clipping to a range is not.
    if (!(std::abs(d_rate - options.rate) <= 1e-3 * options.rate)) {
        std::string ranges;
        for (const auto& range : d_device->getSampleRateRange(direction, d_channel)) {
            ranges += (ranges.empty() ? "" : ", ") + plain(range.minimum());
            if (range.maximum() > range.minimum())
                ranges += " to " + plain(range.maximum());
        }
        throw std::runtime_error("the sample rate " + plain(options.rate) + " becomes " +
                                 plain(d_rate) + "; it can do " + ranges);
    }
    tune(options.frequency, options.ppm);
    if (options.bandwidth > 0)
        d_device->setBandwidth(direction, d_channel, options.bandwidth);
    set_gain(options.gain);

    d_stream = d_device->setupStream(direction, SOAPY_SDR_CF32, {d_channel},
                                     SoapySDR::KwargsFromString(options.stream_args));
}

void soapy_device::set_antenna(const std::string& name) {
    if (name.empty())
        return;
    const auto antennas = d_device->listAntennas(direction, d_channel);
    if (std::find(antennas.begin(), antennas.end(), name) == antennas.end())
        throw std::runtime_error("it has no antenna '" + name + "'; it has " + joined(antennas));
    d_device->setAntenna(direction, d_channel, name);
}

void soapy_device::set_gain(const std::string& gain) {
    if (gain.empty() || gain == "auto") {
        if (!d_device->hasGainMode(direction, d_channel)) {
            if (gain.empty())
                return;
            throw std::runtime_error("it has no automatic gain; give one in dB");
        }
        d_device->setGainMode(direction, d_channel, true);
        return;
    }
    if (d_device->hasGainMode(direction, d_channel))
        d_device->setGainMode(direction, d_channel, false);
    if (const auto value = number(gain)) {
        d_device->setGain(direction, d_channel, *value);
        return;
    }
    const auto names = d_device->listGains(direction, d_channel);
    for (const auto& [name, text] : SoapySDR::KwargsFromString(gain)) {
        const auto value = number(text);
        if (std::find(names.begin(), names.end(), name) == names.end() || !value)
            throw std::runtime_error("gain '" + name + "=" + text +
                                     "': expected a number, auto, or NAME=dB with a name of " +
                                     joined(names));
        d_device->setGain(direction, d_channel, name, *value);
    }
}

void soapy_device::tune(double frequency, double ppm) {
    if (ppm != 0 && d_device->hasFrequencyCorrection(direction, d_channel)) {
        d_device->setFrequencyCorrection(direction, d_channel, ppm);
        ppm = 0;
    }
    // A reference that runs fast by some ppm tunes as much too high.
    if (frequency > 0)
        d_device->setFrequency(direction, d_channel, frequency / (1 + ppm * 1e-6));
}

soapy_device::reading soapy_device::read(std::complex<float>* out, int most, int64_t patience_us) {
    if (!d_active) {
        if (const int problem = d_device->activateStream(d_stream); problem != 0)
            throw std::runtime_error(std::string("cannot start the stream: ") +
                                     SoapySDR::errToStr(problem));
        d_active = true;
    }
    void* buffers[] = {out};
    int flags = 0;
    long long time_ns = 0;
    const int count = d_device->readStream(d_stream, buffers, static_cast<size_t>(most), flags,
                                           time_ns, static_cast<long>(patience_us));
    reading result;
    result.overflowed = count == SOAPY_SDR_OVERFLOW || (flags & SOAPY_SDR_END_ABRUPT) != 0;
    if (count >= 0) {
        result.samples = count;
        if ((flags & SOAPY_SDR_HAS_TIME) != 0)
            result.time_ns = time_ns;
    } else if (count != SOAPY_SDR_TIMEOUT && count != SOAPY_SDR_OVERFLOW) {
        throw std::runtime_error(std::string("reading fails: ") + SoapySDR::errToStr(count));
    }
    return result;
}

} // namespace telemetry
} // namespace gr
