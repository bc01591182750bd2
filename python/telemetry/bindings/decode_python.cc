// SPDX-License-Identifier: GPL-3.0-or-later
#include "bindings.h"

#include <optional>
#include <stdexcept>
#include <vector>

#include "telemetry/base/time.h"
#include "telemetry/publish/records.h"
#include "telemetry/source/source.h"
#include "telemetry/station/receiver.h"

namespace py = pybind11;
using namespace py::literals;
namespace core = ::telemetry;

namespace {

template <class T>
T value_or_throw(core::Result<T> result) {
    if (!result)
        throw std::invalid_argument(result.error().to_string());
    return std::move(*result);
}

/// Frames of a whole recording: their JSON, as telemetry-decode writes it, and their bytes.
class Collector : public core::station::Observer {
public:
    explicit Collector(const core::station::Station& station) : d_station(station) {}

    void on_frame(const core::Frame& frame, int downlink) noexcept override {
        const auto& link = d_station.downlinks[static_cast<size_t>(downlink)];
        d_frames.emplace_back(
            core::publish::frame_json(frame, {d_station.name, link.name, link.deframer->name}),
            std::string(frame.bytes.begin(), frame.bytes.end()));
    }
    void on_event(const core::station::Event&) noexcept override {}

    const auto& frames() const { return d_frames; }

private:
    const core::station::Station& d_station;
    std::vector<std::pair<std::string, std::string>> d_frames;
};

void receive(core::source::Source& source, core::station::Receiver& receiver) {
    constexpr size_t block = 1 << 16;
    if (source.start_utc_ns() != core::kUnknownTime)
        receiver.anchor_time(0, source.start_utc_ns());
    for (;;) {
        const core::Samples samples = value_or_throw(source.read(block));
        if (samples.size() == 0)
            break;
        if (const auto anchor = source.time_anchor())
            receiver.anchor_time(anchor->first, anchor->second);
        receiver.process(samples);
    }
    receiver.finish();
}

py::list decode(const py::object& station_name, const std::string& recording,
                const std::vector<std::string>& folders, const std::vector<std::string>& downlinks,
                const std::string& format, std::optional<double> rate, bool iq,
                const std::string& start_time, int threads) {
    namespace st = core::station;
    const auto station = value_or_throw(st::find_station(
        py::str(station_name), folders.empty() ? st::default_station_folders() : folders));
    core::source::SourceOptions options{
        .format = format, .rate_hz = rate, .iq = iq, .start_utc_ns = {}};
    if (!start_time.empty()) {
        options.start_utc_ns = core::from_rfc3339(start_time);
        if (!options.start_utc_ns)
            throw std::invalid_argument("start_time '" + start_time +
                                        "' is not valid; expected RFC 3339");
    }
    const auto source = value_or_throw(core::source::open_source(recording, options));
    Collector collector(station);
    const auto receiver = value_or_throw(
        st::Receiver::make(station, source->format(), collector, {downlinks, threads}));
    {
        py::gil_scoped_release others_may_run;
        receive(*source, *receiver);
    }
    const auto loads = py::module::import("json").attr("loads");
    py::list frames;
    for (const auto& [json, bytes] : collector.frames()) {
        py::dict frame = loads(json);
        frame["frame"] = py::bytes(bytes);
        frames.append(frame);
    }
    return frames;
}

} // namespace

void bind_decode(py::module& m) {
    m.def("decode", &decode, "station"_a, "recording"_a, "folders"_a = std::vector<std::string>(),
          "downlinks"_a = std::vector<std::string>(), "format"_a = "", "rate"_a = py::none(),
          "iq"_a = false, "start_time"_a = "", "threads"_a = 1,
          "The frames of a recording, without a flow graph: dictionaries with the keys of "
          "telemetry-decode's JSON Lines, `frame` as bytes.");
}
