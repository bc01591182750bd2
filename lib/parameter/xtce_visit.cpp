// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/xtce_visit.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "telemetry/base/text.h"

namespace telemetry::parameter {
namespace {

/// What XTCE knows and telemetry processing has no use for, or we do not support. An empty parent
/// stands for any; "@name" is an attribute.
struct Unused {
    std::string_view parent;
    std::string_view part;
    Severity severity;
    std::string_view why;
};
constexpr Unused kUnused[] = {
    {"", "@changeThreshold", Severity::note, "not used: every value is reported, changed or not"},
    {"", "ToString", Severity::note, "not used: it concerns display"},
    {"", "ErrorDetectCorrect", Severity::unsupported,
     "parity and CRC of a single value are not checked"},
    {"SequenceContainer", "@idlePattern", Severity::note, "not used: gaps are not looked at"},
    {"CommandContainer", "@idlePattern", Severity::note, "not used: gaps are not looked at"},
    {"SpaceSystem", "@systemType", Severity::note, "not used: it is documentary"},
    {"Header", "@classificationInstructions", Severity::note, "not used: it is documentary"},
    {"", "ToBinaryTransformAlgorithm", Severity::note, "not used: it is for encoding"},
    {"ParameterProperties", "@persistence", Severity::note,
     "not used: values are never written back to the database"},
    {"TimeAssociation", "@interpolateTime", Severity::unsupported,
     "times are not interpolated; the time of the packet is used as it is"},
    {"TelemetryMetaData", "StreamSet", Severity::note,
     "not used: the station file describes the link"},
    {"CommandMetaData", "StreamSet", Severity::note,
     "not used: the station file describes the link"},
    {"SequenceContainer", "RateInStreamSet", Severity::unsupported,
     "rates by stream are not watched; use DefaultRateInStream"},
    {"DefaultRateInStream", "@maximumValue", Severity::unsupported,
     "a packet that comes too often is not told of"},
    {"MessageSet", "@name", Severity::note, "not used: it is documentary"},
    {"StringParameterType", "@characterWidth", Severity::note,
     "not used: the encoding says the width"},
    {"StringArgumentType", "@characterWidth", Severity::note,
     "not used: the encoding says the width"},
    {"ArrayParameterRefEntry", "@lastEntryForThisArrayInstance", Severity::unsupported,
     "an array spread over several containers is reported part by part"},
    {"", "BlockMetaCommand", Severity::note, "not used: it is not telemetry"},
    {"", "MetaCommandRef", Severity::note, "not used: it is not telemetry"},
};

const Unused* find_unused(std::string_view parent, std::string_view part) {
    for (const Unused& unused : kUnused)
        if (unused.part == part && (unused.parent.empty() || unused.parent == parent))
            return &unused;
    return nullptr;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view white = " \t\r\n";
    const std::size_t first = text.find_first_not_of(white);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

} // namespace

void Report::add(Severity severity, SourcePosition where, std::string element,
                 std::string message) {
    if (severity == Severity::note || severity == Severity::unsupported) {
        const auto [known, fresh] =
            notes_.try_emplace({element, message}, Repeated{list_.size(), 1});
        if (!fresh) {
            ++known->second.count;
            return;
        }
    }
    if (list_.size() >= kMost) {
        ++dropped_;
        return;
    }
    list_.push_back({severity, where, std::move(element), std::move(message)});
}

std::vector<Diagnostic> Report::take() {
    for (const auto& [key, repeated] : notes_)
        if (repeated.count > 1 && repeated.index < list_.size())
            list_[repeated.index].message +=
                " (" + std::to_string(repeated.count) + " times, this is the first)";
    if (dropped_ > 0)
        list_.push_back({Severity::error, {}, "", std::to_string(dropped_) + " more mistakes"});
    notes_.clear();
    return std::move(list_);
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    const std::string_view near = nearest(word, candidates);
    if (!near.empty())
        return "; did you mean '" + std::string(near) + "'?";
    if (candidates.empty())
        return {};
    std::string list;
    for (const std::string_view candidate : candidates) {
        if (list.size() > 400) {
            list += ", …";
            break;
        }
        list += (list.empty() ? "" : ", ") + std::string(candidate);
    }
    return (candidates.size() == 1 ? "; expected " : "; expected one of ") + list;
}

std::optional<std::int64_t> read_integer(std::string_view text) {
    text = trimmed(text);
    bool negative = false;
    if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
        negative = text[0] == '-';
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.size() > 2 && text[0] == '0') {
        const char mark = text[1];
        base = mark == 'x' || mark == 'X'   ? 16
               : mark == 'o' || mark == 'O' ? 8
               : mark == 'b' || mark == 'B' ? 2
                                            : 10;
        if (base != 10)
            text.remove_prefix(2);
    }
    std::uint64_t magnitude = 0;
    const auto [end, trouble] =
        std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
    if (trouble != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (magnitude > most + (negative ? 1 : 0))
        return std::nullopt;
    return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

std::optional<double> read_real(std::string_view text) {
    text = trimmed(text);
    if (!text.empty() && text[0] == '+')
        text.remove_prefix(1);
    if (text == "INF")
        return std::numeric_limits<double>::infinity();
    if (text == "-INF")
        return -std::numeric_limits<double>::infinity();
    if (text == "NaN")
        return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (trouble == std::errc{} && end == text.data() + text.size() && !text.empty() &&
        std::isfinite(value))
        return value;
    if (const auto integer = read_integer(text)) // 0x1F
        return static_cast<double>(*integer);
    return std::nullopt;
}

std::optional<bool> read_flag(std::string_view text) {
    text = trimmed(text);
    if (text == "true" || text == "1")
        return true;
    if (text == "false" || text == "0")
        return false;
    if (equal_ignoring_case(text, "true"))
        return true;
    if (equal_ignoring_case(text, "false"))
        return false;
    return std::nullopt;
}

Visit::~Visit() {
    for (std::uint32_t i = 0; i < element_.attribute_count; ++i) {
        if (i < 64 && (read_ >> i & 1U))
            continue;
        const XmlAttribute& attribute = document_.attribute(element_.first_attribute + i);
        const std::string part = "@" + std::string(attribute.name);
        if (attribute.foreign) {
            wrong(Severity::note, part, "not used: it is not of XTCE");
        } else if (const Unused* unused = find_unused(element_.name, part)) {
            wrong(unused->severity, part, std::string(unused->why));
        } else {
            wrong(Severity::warning, part,
                  "unknown attribute, ignored" +
                      (report_.may_suggest() ? suggestion(attribute.name, asked_) : ""));
        }
    }
    if (!children_read_)
        for (std::uint32_t at = element_.first_child; at; at = document_.element(at).next_sibling)
            unused_child(document_.element(at), {}, false);
    if (!text_read_ && !element_.text.empty())
        wrong(Severity::warning, "", "text where none is expected, ignored");
}

void Visit::leave_all() {
    read_ = ~std::uint64_t{0};
    text_read_ = true;
    children_read_ = true;
}

void Visit::wrong(Severity severity, const std::string& part, std::string message) {
    report_.add(severity, where(), std::string(element_.name) + part, std::move(message));
}

std::optional<std::string_view> Visit::attribute(std::string_view name) {
    asked_.push_back(name);
    for (std::uint32_t i = 0; i < std::min<std::uint32_t>(element_.attribute_count, 64); ++i) {
        const XmlAttribute& attribute = document_.attribute(element_.first_attribute + i);
        if (attribute.name != name || attribute.foreign)
            continue;
        read_ |= std::uint64_t{1} << i;
        return attribute.value;
    }
    return std::nullopt;
}

std::optional<std::string_view> Visit::required(std::string_view name) {
    const auto given = attribute(name);
    if (!given || given->empty()) {
        wrong(Severity::error, "@" + std::string(name), "required and not given");
        return std::nullopt;
    }
    return given;
}

bool Visit::flag(std::string_view name, bool fallback) {
    const auto given = attribute(name);
    if (!given)
        return fallback;
    if (const auto value = read_flag(*given))
        return *value;
    wrong(Severity::error, "@" + std::string(name),
          "expected true or false, found '" + std::string(*given) + "'");
    return fallback;
}

std::int64_t Visit::integer(std::string_view name, std::int64_t fallback) {
    const auto given = attribute(name);
    if (!given)
        return fallback;
    if (const auto value = read_integer(*given))
        return *value;
    wrong(Severity::error, "@" + std::string(name),
          "expected an integer, found '" + std::string(*given) + "'");
    return fallback;
}

double Visit::real(std::string_view name, double fallback) {
    const auto given = attribute(name);
    if (!given)
        return fallback;
    if (const auto value = read_real(*given))
        return *value;
    wrong(Severity::error, "@" + std::string(name),
          "expected a number, found '" + std::string(*given) + "'");
    return fallback;
}

void Visit::children(std::initializer_list<Rule> rules, Named* named) {
    children_read_ = true;
    if (named)
        read_names(*named);
    for (std::uint32_t at = element_.first_child; at; at = document_.element(at).next_sibling) {
        const XmlElement& child = document_.element(at);
        const auto rule = std::find_if(rules.begin(), rules.end(),
                                       [&](const Rule& each) { return each.name == child.name; });
        const bool describes = named && !child.foreign;
        if (rule != rules.end() && !child.foreign) {
            rule->handler(child);
        } else if (describes && child.name == "LongDescription") {
            named->long_description = std::string(child.text);
        } else if (describes && child.name == "AliasSet") {
            read_aliases(child, *named);
        } else if (describes && child.name == "AncillaryDataSet") {
            read_ancillary(child, *named);
        } else {
            unused_child(child, rules, named != nullptr);
        }
    }
}

void Visit::unused_child(const XmlElement& child, std::initializer_list<Rule> rules, bool named) {
    const SourcePosition at{0, child.line};
    const std::string name = std::string(element_.name) + "/" + std::string(child.name);
    if (child.foreign) {
        const bool include = child.name_space == "http://www.w3.org/2001/XInclude";
        report_.add(include ? Severity::error : Severity::note, at, name,
                    include ? "XInclude is refused: a database is one file"
                            : "not used: it is not of XTCE");
        return;
    }
    if (const Unused* unused = find_unused(element_.name, child.name)) {
        report_.add(unused->severity, at, std::string(child.name), std::string(unused->why));
        return;
    }
    std::vector<std::string_view> known;
    for (const Rule& rule : rules)
        known.push_back(rule.name);
    if (named)
        known.insert(known.end(), {"LongDescription", "AliasSet", "AncillaryDataSet"});
    report_.add(Severity::warning, at, name,
                "unknown element, ignored" +
                    (report_.may_suggest() ? suggestion(child.name, known) : ""));
}

void Visit::read_names(Named& named) {
    named.where = where();
    named.name = std::string(attribute("name").value_or(""));
    named.short_description = std::string(attribute("shortDescription").value_or(""));
}

void Visit::read_aliases(const XmlElement& set, Named& named) {
    Visit visit(document_, report_, set);
    visit.children({{"Alias", [&](const XmlElement& child) {
                         Visit alias(document_, report_, child);
                         const std::string space = alias.text_of("nameSpace");
                         if (const auto name = alias.required("alias"))
                             named.aliases.push_back({space, std::string(*name)});
                     }}});
}

void Visit::read_ancillary(const XmlElement& set, Named& named) {
    Visit visit(document_, report_, set);
    visit.children({{"AncillaryData", [&](const XmlElement& child) {
                         Visit data(document_, report_, child);
                         AncillaryData entry;
                         entry.name = data.text_of("name");
                         entry.mime_type = data.text_of("mimeType");
                         entry.href = data.text_of("href");
                         entry.text = std::string(data.text());
                         data.leave_all(); // its content is the user's
                         named.ancillary.push_back(std::move(entry));
                     }}});
}

} // namespace telemetry::parameter
