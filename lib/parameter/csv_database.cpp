// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/csv_database.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <deque>
#include <map>
#include <optional>

#include "telemetry/base/text.h"
#include "telemetry/parameter/csv_table.h"
#include "telemetry/parameter/type_notation.h"
#include "telemetry/parameter/yaml_database.h"
#include "telemetry/parameter/yaml_reader.h"
#include "telemetry/parameter/yaml_text.h"

namespace telemetry::parameter {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

/// Columns of the packet, which any of its lines may state.
constexpr std::string_view kPacketColumns[] = {"base", "when", "abstract"};

/// Columns that our YAML knows by the same name.
constexpr std::string_view kTexts[] = {"unit",      "description", "initial", "source",
                                       "read_only", "charset",     "end",     "subsystem"};
constexpr std::string_view kRanges[] = {"valid",    "valid_raw", "watch", "warning",
                                        "distress", "critical",  "severe"};
constexpr std::string_view kColumns[] = {
    "system", "packet",      "apid",       "base",     "when",      "abstract",    "name",
    "type",   "bits",        "order",      "at",       "skip",      "repeat",      "if",
    "labels", "calibration", "violations", "alias",    "unit",      "description", "initial",
    "source", "read_only",   "charset",    "end",      "subsystem", "valid",       "valid_raw",
    "watch",  "warning",     "distress",   "critical", "severe"};

/// Other names that tables in the wild use.
constexpr std::pair<std::string_view, std::string_view> kWords[] = {
    {"uint", "u"},  {"unsigned", "u"}, {"int", "i"},  {"integer", "i"},   {"signed", "i"},
    {"float", "f"}, {"double", "f"},   {"real", "f"}, {"boolean", "bool"}};

/// The seven fields of a Space Packet's primary header (CCSDS 133.0-B 4.1.3).
constexpr std::pair<const char*, const char*> kPrimaryHeader[] = {
    {"ccsds_version", "u3"},     {"ccsds_type", "u1"},           {"ccsds_secondary_header", "u1"},
    {"ccsds_apid", "u11"},       {"ccsds_sequence_flags", "u2"}, {"ccsds_sequence_count", "u14"},
    {"ccsds_data_length", "u16"}};
constexpr const char* kSpacePacket = "ccsds_space_packet";

using Yaml = YamlValue;

/// Makes of the table what a person would have written in YAML, each value with its place, so that
/// there is one reader of meaning and one kind of message.
class TableReader {
public:
    TableReader(const CsvTable& table, const std::string& file) : table_(table), errors_(file) {}

    Result<YamlNode> read(const std::string& mission);

private:
    struct System {
        YamlNode parameters = Yaml::map();
        std::map<std::string, std::size_t> packets = {}; ///< name → index into `order`
        std::vector<std::pair<YamlNode, YamlNode>> order = {};
        bool has_header = false;
        std::vector<std::string> children = {};
    };

    const CsvCell* cell(const CsvRow& row, std::string_view column) const;
    YamlNode node(const CsvCell& cell, std::string_view text) const;
    YamlNode node(const CsvCell& cell) const { return node(cell, cell.text); }
    void row(const CsvRow& row);
    void type(const CsvRow& row, YamlNode& map);
    void calibration(const CsvCell& cell, YamlNode& map);
    void labels(const CsvCell& cell, YamlNode& map);
    YamlNode range(const CsvCell& cell, std::string_view column);
    YamlNode& packet(System& system, const CsvRow& row, const CsvCell& name);
    System& system(const std::string& path);
    YamlNode assemble(const std::string& path);
    void wrong(const CsvCell& cell, std::string_view column, std::string message) {
        errors_.tell(node(cell), std::string(column), std::move(message));
    }

    const CsvTable& table_;
    FirstError errors_;
    std::map<std::string, System> systems_;
};

const CsvCell* TableReader::cell(const CsvRow& row, std::string_view column) const {
    for (std::size_t i = 0; i < table_.header.cells.size() && i < row.cells.size(); ++i)
        if (equal_ignoring_case(table_.header.cells[i].text, column))
            return row.cells[i].text.empty() ? nullptr : &row.cells[i];
    return nullptr;
}

YamlNode TableReader::node(const CsvCell& cell, std::string_view text) const {
    YamlNode made = Yaml::text(text);
    made.line = cell.line;
    made.column = cell.column;
    return made;
}

TableReader::System& TableReader::system(const std::string& path) {
    const auto [at, fresh] = systems_.try_emplace(path);
    if (fresh && !path.empty()) {
        const std::size_t slash = path.rfind('/');
        const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash);
        system(parent).children.push_back(path);
    }
    return systems_.at(path);
}

/// Both lists hold what a column is called by; names of columns are told of near ones.
Result<YamlNode> TableReader::read(const std::string& mission) {
    for (const CsvCell& column : table_.header.cells) {
        const auto known = [&](std::string_view each) {
            return equal_ignoring_case(each, column.text);
        };
        if (!column.text.empty() && std::none_of(std::begin(kColumns), std::end(kColumns), known))
            wrong(column, column.text,
                  "unknown column" +
                      suggestion(column.text, {std::begin(kColumns), std::end(kColumns)}));
    }
    system("");
    for (const CsvRow& each : table_.rows) {
        if (errors_)
            break;
        row(each);
    }
    YamlNode root = Yaml::map();
    Yaml::put(root, "mission", Yaml::text(mission));
    YamlNode rest = assemble("");
    std::move(rest.entries.begin(), rest.entries.end(), std::back_inserter(root.entries));
    if (errors_)
        return fail(errors_.error());
    return root;
}

YamlNode TableReader::assemble(const std::string& path) {
    System& each = systems_.at(path);
    YamlNode map = Yaml::map();
    Yaml::add(map, "parameters", std::move(each.parameters));
    YamlNode containers = Yaml::map();
    containers.entries = std::move(each.order);
    Yaml::add(map, "containers", std::move(containers));
    YamlNode systems = Yaml::map();
    for (const std::string& child : each.children)
        Yaml::put(systems, child.substr(child.rfind('/') + 1), assemble(child));
    Yaml::add(map, "systems", std::move(systems));
    return map;
}

YamlNode& TableReader::packet(System& system, const CsvRow& row, const CsvCell& name) {
    const auto [at, fresh] = system.packets.try_emplace(name.text, system.order.size());
    if (fresh) {
        YamlNode map = Yaml::map();
        map.line = name.line;
        map.column = name.column;
        system.order.emplace_back(node(name), std::move(map));
    }
    if (const CsvCell* apid = cell(row, "apid")) {
        if (!system.has_header) {
            system.has_header = true;
            YamlNode header = Yaml::map();
            header.line = name.line;
            Yaml::put(header, "abstract", Yaml::text("true"));
            YamlNode entries = Yaml::list();
            for (const auto& [field, type] : kPrimaryHeader) {
                YamlNode entry = Yaml::map();
                Yaml::put(entry, field, Yaml::text(type));
                entries.items.push_back(std::move(entry));
            }
            Yaml::put(header, "entries", std::move(entries));
            system.packets.emplace(kSpacePacket, system.order.size());
            system.order.emplace_back(Yaml::text(kSpacePacket), std::move(header));
        }
        YamlNode& map = system.order[at->second].second;
        if (!map.find("base")) {
            Yaml::put(map, "base", node(*apid, kSpacePacket));
            Yaml::put(map, "when", node(*apid, "ccsds_apid == " + apid->text));
        }
    }
    YamlNode& map = system.order[at->second].second;
    for (const std::string_view column : kPacketColumns) {
        const CsvCell* value = cell(row, column);
        if (!value)
            continue;
        const YamlNode* given = map.find(column);
        if (!given)
            Yaml::put(map, column, node(*value));
        else if (given->text != value->text)
            wrong(*value, column,
                  "another " + std::string(column) + " of the packet stands in line " +
                      std::to_string(given->line));
    }
    return map;
}

void TableReader::row(const CsvRow& row) {
    const CsvCell* at = cell(row, "system");
    System& here = system(at ? at->text : "");
    const CsvCell* packet_name = cell(row, "packet");
    const CsvCell* name = cell(row, "name");
    const CsvCell* skip = cell(row, "skip");
    YamlNode* entries = nullptr;
    if (packet_name) {
        YamlNode& map = packet(here, row, *packet_name);
        if (!map.find("entries"))
            Yaml::put(map, "entries", Yaml::list());
        for (auto& [key, value] : map.entries)
            if (key.text == "entries")
                entries = &value;
    }
    if (!name) {
        if (!packet_name)
            errors_.tell(node(row.cells[0]), "name", "required and not given");
        return;
    }
    if (skip && entries) {
        YamlNode gap = Yaml::map();
        Yaml::put(gap, "skip", node(*skip));
        entries->items.push_back(std::move(gap));
    }
    YamlNode map = Yaml::map();
    map.line = name->line;
    map.column = name->column;
    const bool defines = cell(row, "type") || cell(row, "bits");
    if (defines) {
        type(row, map);
        for (const std::string_view column : kTexts)
            if (const CsvCell* value = cell(row, column))
                Yaml::put(map, column, node(*value));
        if (const CsvCell* alias = cell(row, "alias")) {
            YamlNode list = Yaml::list();
            for (const std::string_view each : split(alias->text, ';')) {
                const std::size_t colon = each.find(':');
                YamlNode pair = Yaml::map();
                Yaml::put(pair, colon == std::string_view::npos ? "" : each.substr(0, colon),
                          Yaml::text(each.substr(colon == std::string_view::npos ? 0 : colon + 1)));
                list.items.push_back(std::move(pair));
            }
            Yaml::put(map, "aliases", std::move(list));
        }
        if (const CsvCell* text = cell(row, "calibration"))
            calibration(*text, map);
        if (const CsvCell* text = cell(row, "labels"))
            labels(*text, map);
        for (const std::string_view column : kRanges)
            if (const CsvCell* value = cell(row, column))
                Yaml::put(map, column, range(*value, column));
        if (const CsvCell* violations = cell(row, "violations")) {
            YamlNode alarm = Yaml::map();
            Yaml::put(alarm, "violations", node(*violations));
            Yaml::put(map, "alarm", std::move(alarm));
        }
    }
    if (!entries) {
        here.parameters.entries.emplace_back(node(*name), std::move(map));
        return;
    }
    YamlNode options = Yaml::map();
    if (const CsvCell* offset = cell(row, "at"))
        Yaml::put(options, "at", node(*offset));
    if (const CsvCell* repeat = cell(row, "repeat"))
        Yaml::put(options, "repeat", node(*repeat));
    if (const CsvCell* condition = cell(row, "if"))
        Yaml::put(options, "when", node(*condition));
    YamlNode entry = Yaml::map();
    entry.line = name->line;
    entry.column = name->column;
    if (defines) {
        std::move(options.entries.begin(), options.entries.end(), std::back_inserter(map.entries));
        entry.entries.emplace_back(node(*name), std::move(map));
    } else {
        Yaml::put(entry, "parameter", node(*name));
        std::move(options.entries.begin(), options.entries.end(),
                  std::back_inserter(entry.entries));
    }
    entries->items.push_back(std::move(entry));
}

/// "u12", or "u" ("unsigned", "uint") in one column and 12 in the next.
void TableReader::type(const CsvRow& row, YamlNode& map) {
    const CsvCell* given = cell(row, "type");
    const CsvCell* bits = cell(row, "bits");
    assert(given || bits); // a row without either is no parameter
    // cppcheck-suppress nullPointerRedundantCheck
    const CsvCell& at = *(given ? given : bits);
    std::string word = given ? to_lower(given->text) : "u";
    for (const auto& [other, ours] : kWords)
        if (word == other)
            word = ours;
    if (word == "string" || word == "binary") {
        Yaml::put(map, "type", node(at, word));
        Yaml::put(map, "raw", node(at, word));
        if (bits)
            Yaml::put(map, "size", node(*bits));
    } else {
        const bool sized = word.find_first_of("0123456789") != std::string::npos;
        if (bits && !sized)
            word += bits->text;
        else if (!bits && !sized && word == "bool")
            word = "bool";
        Yaml::put(map, "type", node(at, word));
        if (bits && sized && word.find(bits->text) == std::string::npos)
            wrong(*bits, "bits", "is another size than that of type " + word);
    }
    if (const CsvCell* order = cell(row, "order"))
        Yaml::put(map, "order", node(*order, to_lower(order->text)));
}

/// "a0 a1 a2" (a polynomial), "0:5 10:6" (points), or an expression of x.
void TableReader::calibration(const CsvCell& cell, YamlNode& map) {
    std::string text = cell.text;
    std::replace(text.begin(), text.end(), ';', ' ');
    YamlNode coefficients = Yaml::list();
    YamlNode points = Yaml::list();
    bool polynomial = true;
    bool spline = true;
    for (const std::string_view part : split(text, ' ')) {
        if (part.empty())
            continue;
        const std::size_t colon = part.find(':');
        polynomial = polynomial && read_real(part).has_value();
        spline = spline && colon != std::string_view::npos && read_real(part.substr(0, colon)) &&
                 read_real(part.substr(colon + 1));
        coefficients.items.push_back(node(cell, part));
        if (spline) {
            YamlNode point = Yaml::list();
            point.items = {node(cell, part.substr(0, colon)), node(cell, part.substr(colon + 1))};
            points.items.push_back(std::move(point));
        }
    }
    if (polynomial)
        Yaml::put(map, "polynomial", std::move(coefficients));
    else if (spline)
        Yaml::put(map, "spline", std::move(points));
    else
        Yaml::put(map, "expression", node(cell));
}

/// "0=OFF;1=ON;2..9=SPARE"
void TableReader::labels(const CsvCell& cell, YamlNode& map) {
    YamlNode all = Yaml::map();
    for (const std::string_view part : split(cell.text, ';')) {
        if (part.empty())
            continue;
        const std::size_t equals = part.find('=');
        if (equals == std::string_view::npos)
            return wrong(cell, "labels", "expected 0=OFF;1=ON, found '" + std::string(part) + "'");
        std::string_view number = part.substr(0, equals);
        while (!number.empty() && number.front() == ' ')
            number.remove_prefix(1);
        if (all.find(number))
            return wrong(cell, "labels", "'" + std::string(number) + "' has two labels");
        all.entries.emplace_back(node(cell, number), node(cell, part.substr(equals + 1)));
    }
    Yaml::put(map, "labels", std::move(all));
}

/// "3.3..4.2", "..40", "0..", ">3.3..<4.2" without the ends themselves.
YamlNode TableReader::range(const CsvCell& cell, std::string_view column) {
    YamlNode map = Yaml::map();
    map.line = cell.line;
    map.column = cell.column;
    const std::size_t dots = cell.text.find("..");
    if (dots == std::string::npos) {
        wrong(cell, column,
              "expected a range such as 3.3..4.2, ..40 or 0.., found '" + cell.text + "'");
        return map;
    }
    std::string_view min = std::string_view(cell.text).substr(0, dots);
    std::string_view max = std::string_view(cell.text).substr(dots + 2);
    // "1...5" is 1. to .5 to nobody: the dots belong to the range.
    const bool above = min.starts_with('>');
    const bool below = max.starts_with('<');
    min.remove_prefix(above ? 1 : 0);
    max.remove_prefix(below ? 1 : 0);
    if (!min.empty())
        Yaml::put(map, above ? "above" : "min", node(cell, min));
    if (!max.empty())
        Yaml::put(map, below ? "below" : "max", node(cell, max));
    return map;
}

/// The mission's name when the table has none: that of the file.
std::string stem_of(const std::string& file) {
    std::string name = file.substr(file.rfind('/') + 1);
    if (const std::size_t dot = name.find('.'); dot != std::string::npos)
        name.resize(dot);
    return name.empty() ? "mission" : name;
}

} // namespace

Result<Database> parse_csv_database(const std::string& text, const std::string& file) {
    if (const auto sound = check_utf8(text, file); !sound)
        return fail(sound.error());
    const auto table = parse_csv(text, file);
    if (!table)
        return fail(table.error());
    const auto root = TableReader(*table, file).read(stem_of(file));
    if (!root)
        return fail(root.error());
    return YamlReader(*root, file).read();
}

Result<Database> load_csv_database(const std::string& path) {
    const auto text = read_text_file(path, kMostBytes);
    if (!text)
        return fail(text.error());
    if (text->size() > kMostBytes)
        return fail(Error{"larger than " + std::to_string(kMostBytes) +
                              " bytes, which no mission database is",
                          path});
    return parse_csv_database(*text, path);
}

} // namespace telemetry::parameter
