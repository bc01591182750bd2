// SPDX-License-Identifier: GPL-3.0-or-later
#include "bindings.h"

#include <gnuradio/telemetry/deframer.h>
#include <gnuradio/telemetry/demodulator.h>
#include <gnuradio/telemetry/kiss_encoder.h>
#include <gnuradio/telemetry/pdu.h>
#include <gnuradio/telemetry/publisher.h>
#include <gnuradio/telemetry/soapy_source.h>
#include <gnuradio/telemetry/station_receiver.h>

#include <stdexcept>

namespace py = pybind11;
using namespace py::literals;
namespace gt = gr::telemetry;

gt::settings_map to_settings(const py::dict& dict) {
    gt::settings_map settings;
    for (const auto& [key, value] : dict) {
        const std::string text = py::isinstance<py::bool_>(value)
                                     ? (value.cast<bool>() ? "true" : "false")
                                     : py::str(value).cast<std::string>();
        settings[py::str(key)] = text;
    }
    return settings;
}

namespace {

gt::sample_type to_sample_type(const std::string& type) {
    if (type == "float")
        return gt::sample_type::FLOAT;
    if (type == "complex")
        return gt::sample_type::COMPLEX;
    throw std::invalid_argument("type '" + type + "' is not valid; expected float or complex");
}

gt::soapy_clock to_clock(const std::string& clock) {
    if (clock == "auto")
        return gt::soapy_clock::AUTO;
    if (clock == "utc")
        return gt::soapy_clock::UTC;
    if (clock == "arrival")
        return gt::soapy_clock::ARRIVAL;
    throw std::invalid_argument("clock '" + clock +
                                "' is not valid; expected auto, utc or arrival");
}

} // namespace

void bind_blocks(py::module& m) {
    py::class_<gt::demodulator, gr::block, gr::basic_block, std::shared_ptr<gt::demodulator>>(
        m, "demodulator", "Samples to soft symbols, by any demodulator of the catalog.")
        .def(py::init([](const std::string& modulation, const py::dict& settings, double samp_rate,
                         const std::string& type) {
                 return gt::demodulator::make(modulation, to_settings(settings), samp_rate,
                                              to_sample_type(type));
             }),
             "modulation"_a, "settings"_a, "samp_rate"_a, "type"_a = "float");

    py::class_<gt::deframer, gr::hier_block2, gr::basic_block, std::shared_ptr<gt::deframer>>(
        m, "deframer", "Soft symbols to frames, by any deframer of the catalog.")
        .def(py::init([](const std::string& framing, const py::dict& settings) {
                 return gt::deframer::make(framing, to_settings(settings));
             }),
             "framing"_a, "settings"_a = py::dict())
        .def("frames", &gt::deframer::frames);

    py::class_<gt::station_receiver, gr::hier_block2, gr::basic_block,
               std::shared_ptr<gt::station_receiver>>(
        m, "station_receiver", "The whole chain of a station: samples in, frames out.")
        .def(py::init([](const py::object& station, double samp_rate, const std::string& type,
                         const std::vector<std::string>& downlinks,
                         const std::vector<std::string>& folders, int threads,
                         double metrics_interval, const std::string& start_time,
                         double gap_tolerance, double center_frequency) {
                 // A NORAD id may be given as a number.
                 return gt::station_receiver::make(py::str(station), samp_rate,
                                                   to_sample_type(type),
                                                   {downlinks, threads, metrics_interval,
                                                    start_time, gap_tolerance, center_frequency},
                                                   folders);
             }),
             "station"_a, "samp_rate"_a, "type"_a = "float",
             "downlinks"_a = std::vector<std::string>(), "folders"_a = std::vector<std::string>(),
             "threads"_a = 1, "metrics_interval"_a = 1.0, "start_time"_a = "",
             "gap_tolerance"_a = 1e-3, "center_frequency"_a = 0.0)
        .def("station", &gt::station_receiver::station)
        .def("left_out", &gt::station_receiver::left_out)
        .def("frames", &gt::station_receiver::frames)
        .def("samples", &gt::station_receiver::samples)
        .def("samples_missing", &gt::station_receiver::samples_missing)
        .def("samples_invalid", &gt::station_receiver::samples_invalid);

    py::class_<gt::publisher, gr::block, gr::basic_block, std::shared_ptr<gt::publisher>>(
        m, "publisher", "Publishes frames, events and metrics over ZeroMQ.")
        .def(py::init(&gt::publisher::make), "endpoint"_a = "tcp://127.0.0.1:5556",
             "source"_a = "receiver", "allow_remote"_a = false, "queue_messages"_a = 4096,
             "heartbeat"_a = 1.0)
        .def("endpoint", &gt::publisher::endpoint)
        .def("published", &gt::publisher::published)
        .def("dropped", &gt::publisher::dropped)
        .def("refused", &gt::publisher::refused);

    py::class_<gt::kiss_encoder, gr::block, gr::basic_block, std::shared_ptr<gt::kiss_encoder>>(
        m, "kiss_encoder", "Wraps frames for KISS.")
        .def(py::init(&gt::kiss_encoder::make), "port"_a = 0);

    py::class_<gt::soapy_source, gr::sync_block, gr::block, gr::basic_block,
               std::shared_ptr<gt::soapy_source>>(
        m, "soapy_source", "Samples of radio hardware, through any SoapySDR driver.")
        .def(py::init([](const std::string& device, double rate, double frequency, int channel,
                         double ppm, const std::string& gain, const std::string& antenna,
                         double bandwidth, const std::string& stream_args,
                         const std::string& device_settings, const std::string& clock, double stall,
                         double retry_first, double retry_most, bool wait) {
                 return gt::soapy_source::make({.device = device,
                                                .channel = channel,
                                                .rate = rate,
                                                .frequency = frequency,
                                                .ppm = ppm,
                                                .gain = gain,
                                                .antenna = antenna,
                                                .bandwidth = bandwidth,
                                                .stream_args = stream_args,
                                                .device_settings = device_settings,
                                                .clock = to_clock(clock),
                                                .stall = stall,
                                                .retry_first = retry_first,
                                                .retry_most = retry_most,
                                                .wait = wait});
             }),
             "device"_a, "rate"_a, "frequency"_a, "channel"_a = 0, "ppm"_a = 0.0, "gain"_a = "",
             "antenna"_a = "", "bandwidth"_a = 0.0, "stream_args"_a = "", "device_settings"_a = "",
             "clock"_a = "auto", "stall"_a = 5.0, "retry_first"_a = 1.0, "retry_most"_a = 60.0,
             "wait"_a = false)
        .def("rate", &gt::soapy_source::rate)
        .def("hardware", &gt::soapy_source::hardware)
        .def("finish", &gt::soapy_source::finish)
        .def("samples_missing", &gt::soapy_source::samples_missing)
        .def("failure", &gt::soapy_source::failure);

    m.def("to_json", &gt::to_json, "dictionary"_a,
          "A PMT dictionary, such as the metadata of a frame, as one line of JSON.");
}
