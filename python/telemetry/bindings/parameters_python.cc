// SPDX-License-Identifier: GPL-3.0-or-later
// From bytes to packets, and from packets to parameters.
#include <gnuradio/telemetry/packet_splitter.h>
#include <gnuradio/telemetry/packet_to_parameters.h>

#include <optional>
#include <stdexcept>

#include "bindings.h"

namespace py = pybind11;
using namespace py::literals;
namespace gt = gr::telemetry;

namespace {

gt::name_style to_name_style(const std::string& names) {
    if (names == "short")
        return gt::name_style::SHORTEST;
    if (names == "qualified")
        return gt::name_style::QUALIFIED;
    throw std::invalid_argument("names '" + names + "' is not valid; expected short or qualified");
}

gt::alarm_clock to_alarm_clock(const std::string& clock) {
    if (clock == "packets")
        return gt::alarm_clock::PACKETS;
    if (clock == "system")
        return gt::alarm_clock::SYSTEM;
    throw std::invalid_argument("clock '" + clock + "' is not valid; expected packets or system");
}

} // namespace

void bind_parameters(py::module& m) {
    py::class_<gt::packet_splitter, gr::hier_block2, gr::basic_block,
               std::shared_ptr<gt::packet_splitter>>(
        m, "packet_splitter", "A stream of bytes in which packets follow each other, to PDUs.")
        .def(py::init(&gt::packet_splitter::make), "packet_size"_a = 0)
        .def("packets", &gt::packet_splitter::packets)
        .def("bytes_skipped", &gt::packet_splitter::bytes_skipped);

    py::class_<gt::packet_to_parameters, gr::block, gr::basic_block,
               std::shared_ptr<gt::packet_to_parameters>>(
        m, "packet_to_parameters",
        "Packets to the values of parameters and to alarms, by a mission database.")
        .def(py::init([](const std::string& database, const std::string& root_container,
                         const std::string& names, const std::string& clock,
                         const std::string& alarm_state, const std::optional<py::dict>& pus) {
                 gt::packet_to_parameters_options options{.root_container = root_container,
                                                          .names = to_name_style(names),
                                                          .clock = to_alarm_clock(clock),
                                                          .alarm_state = alarm_state};
                 if (pus)
                     options.pus = to_settings(*pus);
                 return gt::packet_to_parameters::make(database, options);
             }),
             "database"_a, "root_container"_a = "", "names"_a = "short", "clock"_a = "packets",
             "alarm_state"_a = "", "pus"_a = py::none())
        .def("packets", &gt::packet_to_parameters::packets)
        .def("unconfirmed", &gt::packet_to_parameters::unconfirmed)
        .def("values", &gt::packet_to_parameters::values)
        .def("notes", &gt::packet_to_parameters::notes);
}
