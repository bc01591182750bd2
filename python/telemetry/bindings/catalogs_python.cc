// SPDX-License-Identifier: GPL-3.0-or-later
#include "bindings.h"

#include <gnuradio/telemetry/block_catalog.h>

#include "telemetry/base/text.h"
#include "telemetry/dsp/demodulator.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/station/station.h"

namespace py = pybind11;
using namespace py::literals;
namespace core = ::telemetry;

namespace {

const char* name_of(core::Field::Type type) {
    switch (type) {
    case core::Field::Type::integer:
        return "integer";
    case core::Field::Type::real:
        return "real";
    case core::Field::Type::flag:
        return "flag";
    case core::Field::Type::choice:
        return "choice";
    case core::Field::Type::text:
        break;
    }
    return "text";
}

py::list words(std::string_view text) {
    py::list list;
    if (!text.empty())
        for (const auto word : core::split(text, '|'))
            list.append(word);
    return list;
}

py::list describe_fields(std::span<const core::Field> table) {
    py::list fields;
    for (const core::Field& field : table) {
        py::dict item("name"_a = field.name, "type"_a = name_of(field.type), "unit"_a = field.unit,
                      "default"_a = field.fallback, "help"_a = field.help,
                      "expected"_a = core::describe_expected(field));
        if (field.type == core::Field::Type::choice)
            item["choices"] = words(field.choices);
        fields.append(item);
    }
    return fields;
}

template <class Entry>
py::list describe(std::span<const Entry> catalog) {
    py::list entries;
    for (const Entry& entry : catalog)
        entries.append(py::dict("name"_a = entry.name, "aliases"_a = words(entry.aliases),
                                "summary"_a = entry.summary,
                                "fields"_a = describe_fields(entry.fields)));
    return entries;
}

} // namespace

void bind_catalogs(py::module& m) {
    m.def(
        "demodulators", [] { return describe(core::dsp::demodulators()); },
        "The catalog of demodulators: name, aliases, summary and the fields of each.");
    m.def(
        "deframers", [] { return describe(core::framing::deframers()); },
        "The catalog of deframers: name, aliases, summary and the fields of each.");
    m.def(
        "steps",
        [] {
            py::list entries;
            for (const auto& entry : gr::telemetry::step_blocks())
                entries.append(py::dict("name"_a = entry.id, "summary"_a = entry.summary,
                                        "input"_a = entry.input, "output"_a = entry.output,
                                        "fields"_a = describe_fields(entry.fields)));
            return entries;
        },
        "The blocks of which a chain is built step by step: name, summary, input, output and the "
        "fields of each.");
    m.def(
        "stations",
        [](const std::vector<std::string>& folders) {
            py::list names;
            for (const auto& folder :
                 folders.empty() ? core::station::default_station_folders() : folders) {
                const auto listings = core::station::list_stations(folder);
                // Of the usual folders those count that exist.
                if (!listings && !folders.empty())
                    throw std::invalid_argument(listings.error().to_string());
                if (listings)
                    for (const auto& listing : *listings)
                        if (!listing.broken)
                            names.append(listing.name);
            }
            return names;
        },
        "folders"_a = std::vector<std::string>(),
        "The names of the stations in these folders, or in the usual ones.");
}
