// SPDX-License-Identifier: GPL-3.0-or-later
// Systems, the sets in them, and what is declared where.
#include "telemetry/parameter/xtce_reader.h"

#include "telemetry/parameter/xtce.h"

namespace telemetry::parameter {
namespace {

constexpr std::string_view kNotTelemetry =
    "not telemetry, ignored; the parameters and containers of CommandMetaData are read";

std::string_view attribute_of(const XmlDocument& document, const XmlElement& element,
                              std::string_view name) {
    for (std::uint32_t i = 0; i < element.attribute_count; ++i)
        if (document.attribute(element.first_attribute + i).name == name)
            return document.attribute(element.first_attribute + i).value;
    return {};
}

bool is_type_name(std::string_view name) {
    for (const std::string_view kind :
         {"Integer", "Float", "String", "Boolean", "Enumerated", "Binary", "Aggregate", "Array",
          "AbsoluteTime", "RelativeTime"})
        if (name.starts_with(kind)) {
            const std::string_view rest = name.substr(kind.size());
            if (rest == "ParameterType" || rest == "ArgumentType")
                return true;
        }
    return false;
}

} // namespace

XtceReader::XtceReader(const XmlDocument& document) : document_(document) {
    const std::string_view space = document.root().name_space;
    if (space.find("/space/xtce") != std::string_view::npos)
        version_ = document.schema_location().find("1.2") != std::string::npos ? Version::v1_2_draft
                                                                               : Version::v1_1;
    else if (space.find("/XTCE/") != std::string_view::npos &&
             space.find("/2018") == std::string_view::npos)
        version_ = Version::v1_3;
    database_.files.push_back(document.file());
}

Result<Database> XtceReader::read() {
    const XmlElement& root = document_.root();
    if (root.name != "SpaceSystem")
        return fail(Error{"expected an XTCE database, whose root is SpaceSystem, found <" +
                              std::string(root.name) + ">",
                          document_.file(), root.line, root.column});
    declare_system(root, kNone);
    link_parameters();
    type_states_.assign(types_.size(), State::unread);
    for (TypeIndex i = 0; i < types_.size(); ++i)
        read_type(i);
    for (ParameterIndex i = 0; i < parameters_.size(); ++i)
        read_parameter(i);
    for (AlgorithmIndex i = 0; i < algorithms_.size(); ++i)
        read_algorithm(i);
    broken_.assign(containers_.size(), false);
    for (ContainerIndex i = 0; i < containers_.size(); ++i)
        read_container(i);
    cut_broken();
    for (std::uint32_t i = 0; i < messages_.size(); ++i)
        read_message(i);
    for (const Declared& service : services_)
        read_service(*service.element, service.system);
    drop_broken_messages();
    read_rules();
    database_.diagnostics = report_.take();
    if (const auto sound = check(database_); !sound)
        return fail(sound.error());
    return std::move(database_);
}

template <class Thing>
void XtceReader::declare(Kind kind, std::vector<Thing>& things, std::vector<Declared>& declared,
                         const XmlElement& element, SystemIndex system) {
    const std::string_view name = attribute_of(document_, element, "name");
    const auto index = static_cast<std::uint32_t>(things.size());
    if (name.empty())
        report_.add(Severity::error, {0, element.line}, std::string(element.name) + "@name",
                    "required and not given; nothing can refer to this");
    else if (!names_.declare(kind, system, name, index))
        report_.add(Severity::error, {0, element.line}, std::string(element.name) + "@name",
                    "'" + std::string(name) +
                        "' is there already in this SpaceSystem; references mean the first");
    if (name.find('/') != std::string_view::npos)
        report_.add(Severity::error, {0, element.line}, std::string(element.name) + "@name",
                    "'" + std::string(name) + "' holds '/', which separates systems in a path");
    Thing thing;
    thing.name = std::string(name);
    thing.system = system;
    thing.where = {0, element.line};
    things.push_back(std::move(thing));
    declared.push_back({&element, system});
}

void XtceReader::declare_system(const XmlElement& element, SystemIndex parent) {
    Visit visit(document_, report_, element);
    const std::string_view name = attribute_of(document_, element, "name");
    const SystemIndex index = names_.add_system(name, parent);
    database_.systems.emplace_back();
    System system;
    const auto status = visit.text_of("operationalStatus");
    std::optional<Header> header;
    visit.children(
        {{"Header", [&](const XmlElement& child) { header = read_header(child); }},
         {"TelemetryMetaData", [&](const XmlElement& child) { declare_meta_data(child, index); }},
         {"CommandMetaData", [&](const XmlElement& child) { declare_meta_data(child, index); }},
         {"ServiceSet",
          [&](const XmlElement& child) {
              Visit set(document_, report_, child);
              set.children({{"Service", [&](const XmlElement& service) {
                                 services_.push_back({&service, index});
                             }}});
          }},
         {"SpaceSystem", [&](const XmlElement& child) { declare_system(child, index); }}},
        &system);
    if (name.empty())
        visit.wrong(Severity::error, "@name", "required and not given");
    else if (name.find('/') != std::string_view::npos)
        visit.wrong(Severity::error, "@name", "a SpaceSystem's name cannot hold '/'");
    system.system = parent;
    system.operational_status = status;
    system.header = std::move(header);
    database_.systems[index] = std::move(system);
}

void XtceReader::declare_meta_data(const XmlElement& element, SystemIndex system) {
    Visit visit(document_, report_, element);
    const auto not_telemetry = [&](const XmlElement& child) {
        report_.add(Severity::note, {0, child.line}, std::string(child.name),
                    std::string(kNotTelemetry));
    };
    visit.children(
        {{"ParameterTypeSet", [&](const XmlElement& child) { declare_types(child, system); }},
         {"ParameterSet", [&](const XmlElement& child) { declare_parameters(child, system); }},
         {"ContainerSet",
          [&](const XmlElement& child) { declare_containers(child, system, false); }},
         {"CommandContainerSet",
          [&](const XmlElement& child) { declare_containers(child, system, true); }},
         {"AlgorithmSet", [&](const XmlElement& child) { declare_algorithms(child, system); }},
         {"MessageSet", [&](const XmlElement& child) { declare_messages(child, system); }},
         {"ArgumentTypeSet", not_telemetry},
         {"MetaCommandSet", not_telemetry}});
}

void XtceReader::declare_types(const XmlElement& set, SystemIndex system) {
    Visit visit(document_, report_, set);
    for (std::uint32_t at = set.first_child; at; at = document_.element(at).next_sibling) {
        const XmlElement& child = document_.element(at);
        if (is_type_name(child.name) && !child.foreign)
            declare(Kind::type, database_.types, types_, child, system);
        else
            report_.add(Severity::warning, {0, child.line},
                        std::string(set.name) + "/" + std::string(child.name),
                        "unknown element, ignored; expected IntegerParameterType, "
                        "FloatParameterType and so on");
    }
    visit.leave_all();
}

void XtceReader::declare_parameters(const XmlElement& set, SystemIndex system) {
    Visit visit(document_, report_, set);
    visit.children({{"Parameter",
                     [&](const XmlElement& child) {
                         declare(Kind::parameter, database_.parameters, parameters_, child, system);
                     }},
                    {"ParameterRef", [&](const XmlElement& child) {
                         parameter_refs_.push_back({&child, system});
                     }}});
}

/// A ParameterRef makes another system's parameter known by its plain name. One may lead to
/// another, so it is tried as long as some lead anywhere.
void XtceReader::link_parameters() {
    std::vector<Declared> left = std::move(parameter_refs_);
    bool progress = true;
    while (progress && !left.empty()) {
        progress = false;
        std::vector<Declared> still;
        for (const Declared& each : left) {
            const std::string_view reference =
                attribute_of(document_, *each.element, "parameterRef");
            const std::string_view plain = reference.substr(reference.rfind('/') + 1);
            // Not from the system itself: "P" there would be this very reference.
            const ParameterIndex found = names_.find(Kind::parameter, each.system, reference);
            if (found == kNone) {
                still.push_back(each);
                continue;
            }
            names_.declare(Kind::parameter, each.system, plain, found);
            progress = true;
            Visit visit(document_, report_, *each.element);
            visit.leave_all();
        }
        left = std::move(still);
    }
    for (const Declared& each : left) {
        system_ = each.system;
        Visit visit(document_, report_, *each.element);
        if (const auto reference = visit.required("parameterRef"))
            resolve(Kind::parameter, visit, "parameterRef", *reference);
    }
}

void XtceReader::declare_containers(const XmlElement& set, SystemIndex system, bool is_command) {
    Visit visit(document_, report_, set);
    const auto add = [&](const XmlElement& child) {
        declare(Kind::container, database_.containers, containers_, child, system);
        database_.containers.back().is_command = is_command;
    };
    visit.children({{"SequenceContainer", add}, {"CommandContainer", add}});
}

void XtceReader::declare_algorithms(const XmlElement& set, SystemIndex system) {
    Visit visit(document_, report_, set);
    const auto add = [&](const XmlElement& child) {
        declare(Kind::algorithm, database_.algorithms, algorithms_, child, system);
    };
    visit.children({{"MathAlgorithm", add}, {"CustomAlgorithm", add}});
}

void XtceReader::declare_messages(const XmlElement& set, SystemIndex system) {
    Visit visit(document_, report_, set);
    visit.children({{"Message", [&](const XmlElement& child) {
                         declare(Kind::message, database_.messages, messages_, child, system);
                     }}});
}

Header XtceReader::read_header(const XmlElement& element) {
    Visit visit(document_, report_, element);
    Header header;
    header.version = visit.text_of("version");
    header.date = visit.text_of("date");
    header.classification = visit.text_of("classification");
    header.validation_status = visit.text_of("validationStatus");
    const auto texts = [&](std::vector<std::string>& list, std::string_view item) {
        return [this, &list, item](const XmlElement& set) {
            Visit inner(document_, report_, set);
            inner.children({{item, [&](const XmlElement& child) {
                                 Visit text(document_, report_, child);
                                 list.emplace_back(text.text());
                             }}});
        };
    };
    const auto authors = texts(header.authors, "Author");
    const auto notes = texts(header.notes, "Note");
    const auto history = texts(header.history, "History");
    visit.children({{"AuthorSet", authors}, {"NoteSet", notes}, {"HistorySet", history}});
    return header;
}

void XtceReader::read_message(std::uint32_t index) {
    const Declared& declared = messages_[index];
    system_ = declared.system;
    Visit visit(document_, report_, *declared.element);
    Message& message = database_.messages[index];
    const auto container = [&](const XmlElement& child) {
        Visit reference(document_, report_, child);
        if (const auto name = reference.required("containerRef"))
            message.container = resolve(Kind::container, reference, "containerRef", *name);
    };
    visit.children(
        {{"MatchCriteria", [&](const XmlElement& child) { message.condition = read_match(child); }},
         {"ContainerRef", container},
         {"ContainRef", container}}, // as XTCE 1.1 spells it
        &message);
    message.system = declared.system;
}

/// Messages without a container have been told of; they must not stand in the database.
void XtceReader::drop_broken_messages() {
    std::vector<std::uint32_t> moved(database_.messages.size(), kNone);
    std::vector<Message> kept;
    for (std::size_t i = 0; i < moved.size(); ++i) {
        if (database_.messages[i].container == kNone)
            continue;
        moved[i] = static_cast<std::uint32_t>(kept.size());
        kept.push_back(std::move(database_.messages[i]));
    }
    database_.messages = std::move(kept);
    for (Service& service : database_.services) {
        for (std::uint32_t& message : service.messages)
            message = moved[message];
        std::erase(service.messages, kNone);
    }
}

void XtceReader::read_service(const XmlElement& element, SystemIndex system) {
    system_ = system;
    Visit visit(document_, report_, element);
    Service service;
    const auto references = [&](Kind kind, std::string_view item, std::string_view attribute,
                                std::vector<std::uint32_t>& list) {
        return [this, kind, item, attribute, &list](const XmlElement& set) {
            Visit inner(document_, report_, set);
            inner.children({{item, [&](const XmlElement& child) {
                                 Visit reference(document_, report_, child);
                                 const auto name = reference.required(attribute);
                                 if (!name)
                                     return;
                                 const auto found = resolve(kind, reference, attribute, *name);
                                 if (found != kNone)
                                     list.push_back(found);
                             }}});
        };
    };
    const auto containers =
        references(Kind::container, "ContainerRef", "containerRef", service.containers);
    const auto messages = references(Kind::message, "MessageRef", "messageRef", service.messages);
    visit.children({{"ContainerRefSet", containers}, {"MessageRefSet", messages}}, &service);
    service.system = system;
    database_.services.push_back(std::move(service));
}

Result<Database> load_xtce(const std::string& path) {
    const auto document = XmlDocument::load(path);
    if (!document)
        return fail(document.error());
    return XtceReader(*document).read();
}

Result<Database> parse_xtce(std::string_view text, const std::string& file) {
    const auto document = XmlDocument::parse(text, file);
    if (!document)
        return fail(document.error());
    return XtceReader(*document).read();
}

} // namespace telemetry::parameter
