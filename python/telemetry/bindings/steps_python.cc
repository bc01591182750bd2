// SPDX-License-Identifier: GPL-3.0-or-later
// The blocks of which a chain is built step by step.
#include <gnuradio/telemetry/block_catalog.h>
#include <gnuradio/telemetry/frame_decoder.h>
#include <gnuradio/telemetry/frame_synchronizer.h>
#include <gnuradio/telemetry/packet_receiver.h>
#include <gnuradio/telemetry/viterbi_decoder.h>

#include <stdexcept>

#include "bindings.h"

namespace py = pybind11;
using namespace py::literals;
namespace gt = gr::telemetry;

namespace {

gt::symbol_type to_symbol_type(const std::string& type) {
    if (type == "float")
        return gt::symbol_type::SOFT;
    if (type == "byte")
        return gt::symbol_type::BITS;
    throw std::invalid_argument("type '" + type + "' is not valid; expected float or byte");
}

const gt::block_entry& entry_of(std::string_view id) {
    for (const auto& entry : gt::step_blocks())
        if (entry.id == id)
            return entry;
    throw std::logic_error("no such block");
}

std::string doc_of(std::string_view id) {
    const auto& entry = entry_of(id);
    std::string text(entry.summary);
    text += "\n\nOptions:\n";
    for (const auto& field : entry.fields)
        text +=
            "  " + std::string(field.name) + ": " + std::string(field.help) +
            " Expected: " + telemetry::describe_expected(field) +
            (field.fallback.empty() ? ".\n" : "; default " + std::string(field.fallback) + ".\n");
    return text;
}

} // namespace

void bind_steps(py::module& m) {
    py::class_<gt::viterbi_decoder, gr::block, gr::basic_block,
               std::shared_ptr<gt::viterbi_decoder>>(m, "viterbi_decoder",
                                                     doc_of("viterbi_decoder").c_str())
        .def(py::init([](const py::kwargs& options) {
            return gt::viterbi_decoder::make(to_settings(options));
        }))
        .def("symbols", &gt::viterbi_decoder::symbols)
        .def("wrong", &gt::viterbi_decoder::wrong);

    py::class_<gt::frame_synchronizer, gr::hier_block2, gr::basic_block,
               std::shared_ptr<gt::frame_synchronizer>>(m, "frame_synchronizer",
                                                        doc_of("frame_synchronizer").c_str())
        .def(py::init([](const std::string& type, const py::kwargs& options) {
                 return gt::frame_synchronizer::make(to_settings(options), to_symbol_type(type));
             }),
             "type"_a = "float")
        .def("frames", &gt::frame_synchronizer::frames)
        .def("locked", &gt::frame_synchronizer::locked);

    py::class_<gt::frame_decoder, gr::block, gr::basic_block, std::shared_ptr<gt::frame_decoder>>(
        m, "frame_decoder", "One step from a synchronised frame to its bytes.")
        .def("decoded", &gt::frame_decoder::decoded)
        .def("failed", &gt::frame_decoder::failed);
    for (const auto& entry : gt::step_blocks()) {
        if (entry.input != "frames" || entry.output != "frames")
            continue;
        const std::string id(entry.id);
        m.def(
            id.c_str(),
            [id](const py::kwargs& options) {
                return gt::frame_decoder::make(id, to_settings(options));
            },
            doc_of(entry.id).c_str());
    }

    py::class_<gt::packet_receiver, gr::block, gr::basic_block,
               std::shared_ptr<gt::packet_receiver>>(m, "packet_receiver",
                                                     doc_of("packet_receiver").c_str())
        .def(py::init([](const py::kwargs& options) {
            return gt::packet_receiver::make(to_settings(options));
        }))
        .def("packets", &gt::packet_receiver::packets);
}
