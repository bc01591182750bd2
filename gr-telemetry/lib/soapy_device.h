// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/soapy_source.h>

#include <SoapySDR/Device.hpp>
#include <complex>
#include <memory>

namespace gr {
namespace telemetry {

//! A SoapySDR device with one receive stream of complex floats, which starts with the first read().
//! Every failure, including what drivers throw, is a std::exception.
class soapy_device {
public:
    explicit soapy_device(const soapy_source_options& options);
    ~soapy_device();
    soapy_device(const soapy_device&) = delete;
    soapy_device& operator=(const soapy_device&) = delete;

    struct reading {
        int samples = 0;
        bool overflowed = false;
        std::optional<int64_t> time_ns = {}; //!< of the first sample, by the device's clock
    };
    reading read(std::complex<float>* out, int most, int64_t patience_us);

    double rate() const { return d_rate; }
    std::string hardware() const { return d_hardware; }

private:
    struct unmake {
        void operator()(SoapySDR::Device* device) const;
    };
    void set_up(const soapy_source_options& options);
    void set_antenna(const std::string& name);
    void set_gain(const std::string& gain);
    void tune(double frequency, double ppm);

    std::unique_ptr<SoapySDR::Device, unmake> d_device;
    SoapySDR::Stream* d_stream = nullptr;
    bool d_active = false;
    size_t d_channel;
    double d_rate = 0;
    std::string d_hardware;
};

} // namespace telemetry
} // namespace gr
