// SPDX-License-Identifier: GPL-3.0-or-later
// Containers and their entries.
#include <cmath>

#include "telemetry/base/text.h"
#include "telemetry/parameter/xtce_reader.h"

namespace telemetry::parameter {
namespace {

constexpr Visit::Choice<Location::From> kReferenceLocations[] = {
    {"previousEntry", Location::From::previous_entry},
    {"containerStart", Location::From::container_start},
    {"containerEnd", Location::From::container_end},
    {"nextEntry", Location::From::next_entry},
};

bool is_absolute(const Entry& entry) {
    return entry.location && (entry.location->from == Location::From::container_start ||
                              entry.location->from == Location::From::container_end);
}

} // namespace

void XtceReader::read_container(ContainerIndex index) {
    const Declared& declared = containers_[index];
    system_ = declared.system;
    Visit visit(document_, report_, *declared.element);
    Container container = std::move(database_.containers[index]);
    const bool is_command = container.is_command;
    container.is_abstract = visit.flag("abstract", false);
    const auto rate = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const double least = inner.real("minimumValue", 0);
        const auto basis = inner.attribute("basis").value_or("perSecond");
        if (basis != "perSecond")
            inner.wrong(Severity::unsupported, "@basis",
                        "'" + std::string(basis) + "'; rates are watched per second");
        else if (least > 1e-9)
            container.expected_period_ns = std::llround(1e9 / least);
    };
    const auto size = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        inner.leave_all(); // "Only SizeInBits is valid for containers, ignore the other elements"
        inner.children({{"SizeInBits", [&](const XmlElement& value) {
                             container.size_bits = read_integer_value(value);
                         }}});
    };
    bool listed = false;
    visit.children(
        {{"DefaultRateInStream", rate},
         {"BinaryEncoding", size},
         {"EntryList",
          [&](const XmlElement& child) {
              listed = true;
              read_entries(child, index, container);
          }},
         {"BaseContainer", [&](const XmlElement& child) { read_base(child, container); }}},
        &container);
    if (!listed)
        visit.wrong(Severity::warning, "", "has no EntryList; it is taken to be empty");
    container.system = declared.system;
    container.is_command = is_command;
    database_.containers[index] = std::move(container);
}

void XtceReader::read_base(const XmlElement& element, Container& container) {
    Visit visit(document_, report_, element);
    if (const auto name = visit.required("containerRef"))
        container.base = resolve(Kind::container, visit, "containerRef", *name);
    const bool lost = container.base == kNone;
    const auto next = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        if (const auto name = inner.required("containerRef"))
            container.next = resolve(Kind::container, inner, "containerRef", *name);
    };
    visit.children({{"RestrictionCriteria", [&](const XmlElement& child) {
                         Visit inner(document_, report_, child);
                         container.restriction = read_match(inner, {{"NextContainer", next}});
                     }}});
    if (lost) {
        // Without its base it would stand for any packet; abstract, it stands for none.
        container.restriction = kNone;
        container.is_abstract = true;
    }
}

void XtceReader::read_entries(const XmlElement& list, ContainerIndex index, Container& container) {
    Visit visit(document_, report_, list);
    const auto any = [&](const XmlElement& child) {
        auto entry = read_entry(child);
        if (!entry) {
            if (!broken_[index])
                report_.add(Severity::error, {0, child.line},
                            std::string(child.name) + " of " + container.name,
                            "cannot be used, so neither can what follows it");
            broken_[index] = true;
        } else if (!broken_[index] || is_absolute(*entry)) {
            container.entries.push_back(std::move(*entry));
        }
    };
    visit.children({{"ParameterRefEntry", any},
                    {"ParameterSegmentRefEntry", any},
                    {"ContainerRefEntry", any},
                    {"ContainerSegmentRefEntry", any},
                    {"StreamSegmentEntry", any},
                    {"IndirectParameterRefEntry", any},
                    {"ArrayParameterRefEntry", any},
                    {"FixedValueEntry", any}});
}

std::optional<Entry> XtceReader::read_entry(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Entry entry;
    entry.where = visit.where();
    entry.short_description = visit.text_of("shortDescription");
    bool sound = true;
    const auto parameter = [&] {
        const auto name = visit.required("parameterRef");
        if (name)
            entry.parameter = names_.find(Kind::parameter, system_, *name);
        if (name && entry.parameter == kNone)
            resolve(Kind::parameter, visit, "parameterRef", *name);
        sound = entry.parameter != kNone;
    };
    const auto container = [&] {
        if (const auto name = visit.required("containerRef"))
            entry.container = resolve(Kind::container, visit, "containerRef", *name);
        sound = entry.container != kNone;
    };
    const auto segment = [&] {
        visit.required("sizeInBits");
        entry.segment_bits = visit.integer("sizeInBits", 0);
        if (entry.segment_bits < 1 || entry.segment_bits > 65'542 * 8) {
            visit.wrong(Severity::error, "@sizeInBits",
                        "expected 1 to 524336, found " + std::to_string(entry.segment_bits));
            sound = false;
        }
        entry.segment_order =
            static_cast<int>(std::clamp<std::int64_t>(visit.integer("order", -1), -1, 65'535));
    };
    if (element.name == "ParameterRefEntry") {
        entry.kind = Entry::Kind::parameter;
        parameter();
    } else if (element.name == "ParameterSegmentRefEntry") {
        entry.kind = Entry::Kind::parameter_segment;
        parameter();
        segment();
    } else if (element.name == "ContainerRefEntry") {
        entry.kind = Entry::Kind::container;
        container();
    } else if (element.name == "ContainerSegmentRefEntry") {
        entry.kind = Entry::Kind::container_segment;
        container();
        segment();
    } else if (element.name == "StreamSegmentEntry") {
        entry.kind = Entry::Kind::stream_segment;
        visit.attribute("streamRef");
        segment();
        visit.wrong(Severity::unsupported, "", "the bits of a stream segment are passed over");
    } else if (element.name == "IndirectParameterRefEntry") {
        entry.kind = Entry::Kind::indirect;
        entry.alias_space = visit.text_of("aliasNameSpace");
    } else if (element.name == "ArrayParameterRefEntry") {
        entry.kind = Entry::Kind::array;
        parameter();
    } else { // FixedValueEntry
        entry.kind = Entry::Kind::fixed_value;
        visit.attribute("name");
        const auto octets = from_hex(visit.required("binaryValue").value_or(""));
        if (octets)
            entry.fixed_value = *octets;
        entry.fixed_bits =
            visit.integer("sizeInBits", static_cast<std::int64_t>(entry.fixed_value.size()) * 8);
        if (!octets || entry.fixed_bits < 0 || entry.fixed_bits > 65'542 * 8) {
            visit.wrong(Severity::error, "", "expected octets in hexadecimal and a size in bits");
            sound = false;
        }
    }
    const auto include = [&](const XmlElement& child) { entry.include = read_match(child); };
    const auto location = [&](const XmlElement& child) { entry.location = read_location(child); };
    const auto repeat = [&](const XmlElement& child) { entry.repeat = read_repeat(child); };
    const auto instance = [&](const XmlElement& child) { entry.reference = read_reference(child); };
    const auto dimensions = [&](const XmlElement& child) {
        entry.dimensions = read_dimensions(child);
    };
    const bool indirect = entry.kind == Entry::Kind::indirect;
    visit.children({{"LocationInContainerInBits", location},
                    {"RepeatEntry", repeat},
                    {"IncludeCondition", include},
                    {indirect ? "ParameterInstance" : "", instance},
                    {entry.kind == Entry::Kind::array ? "DimensionList" : "", dimensions}});
    if (indirect && !entry.reference)
        sound = false;
    return sound ? std::optional(std::move(entry)) : std::nullopt;
}

Location XtceReader::read_location(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Location location;
    location.from =
        visit.choice("referenceLocation", kReferenceLocations, Location::From::previous_entry);
    if (auto offset = read_integer_value(visit, {}))
        location.offset_bits = std::move(*offset);
    else
        visit.wrong(Severity::error, "", "expected an offset; 0 is taken");
    return location;
}

Repeat XtceReader::read_repeat(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Repeat repeat;
    const auto offset = [&](const XmlElement& child) {
        Visit inner(document_, report_, child);
        const std::int64_t unit = inner.integer("offsetSizeInBits", 1);
        auto value = read_integer_value(inner, {});
        if (!value)
            return;
        if (auto* fixed = std::get_if<std::int64_t>(&*value))
            *fixed *= std::clamp<std::int64_t>(unit, 1, 1 << 20);
        else if (unit != 1)
            inner.wrong(Severity::unsupported, "@offsetSizeInBits",
                        "of an offset that the packet states; bits are taken");
        repeat.gap_bits = std::move(*value);
    };
    visit.children({{"Count",
                     [&](const XmlElement& child) {
                         if (auto count = read_integer_value(child))
                             repeat.count = std::move(*count);
                     }},
                    {"Offset", offset}});
    return repeat;
}

/// Where entries end early, whatever is placed behind them is not where it seems: entries of
/// containers that extend or hold the broken one. Nothing is better than wrong values.
void XtceReader::cut_broken() {
    bool progress = true;
    std::vector<bool> cut(broken_.size(), false);
    for (int round = 0; progress && round < 64; ++round) {
        progress = false;
        for (ContainerIndex i = 0; i < database_.containers.size(); ++i) {
            Container& container = database_.containers[i];
            bool lost = container.base != kNone && broken_[container.base];
            const bool inherited = lost;
            std::vector<Entry> kept;
            for (Entry& entry : container.entries) {
                const bool keep = !lost || is_absolute(entry);
                const bool ends = entry.kind == Entry::Kind::container && !entry.repeat &&
                                  broken_[entry.container] && !cut[i];
                if (keep)
                    kept.push_back(std::move(entry));
                lost = lost || ends;
            }
            if (kept.size() != container.entries.size())
                report_.add(Severity::error, container.where, "SequenceContainer " + container.name,
                            inherited ? "its base ends early, so its own entries cannot be placed"
                                      : "a container in it ends early, so what follows cannot be "
                                        "placed");
            container.entries = std::move(kept);
            if (lost && !broken_[i]) {
                broken_[i] = true;
                progress = true;
            }
        }
    }
}

} // namespace telemetry::parameter
