// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/yaml_text.h"

#include <algorithm>

namespace telemetry::parameter {
namespace {

constexpr std::size_t kLine = 100;

bool is_plain(std::string_view text) {
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL" ||
        text == "-" || text == "---" || text == "...")
        return false;
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    };
    if (!letter(text[0]) &&
        !((text[0] == '-' || text[0] == '+' || text[0] == '.' || text[0] == '/') &&
          text.size() > 1 && letter(text[1])))
        return false;
    return text.back() != ' ' && std::all_of(text.begin(), text.end(), [&](char c) {
               return letter(c) ||
                      std::string_view("_./+-()=<>!*@^ ").find(c) != std::string_view::npos;
           });
}

std::string scalar(std::string_view text) {
    if (is_plain(text))
        return std::string(text);
    std::string result = "\"";
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        constexpr char digits[] = "0123456789abcdef";
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '\t') {
            result += "\\t";
        } else if (code < 0x20 || code == 0x7f) {
            result += "\\x";
            result += digits[code >> 4];
            result += digits[code & 15];
        } else {
            result += c;
        }
    }
    return result + "\"";
}

/// YAML finds the colon of a key within 1024 characters, or needs to be told of the key.
std::string key_text(std::string_view key) {
    std::string text = scalar(key);
    return text.size() < 1000 ? text : "? " + text + " ";
}

/// In one line; stops when it gets longer than `room`.
bool flow(const YamlNode& node, std::string& out, std::size_t room) {
    if (out.size() > room)
        return false;
    switch (node.kind) {
    case YamlNode::Kind::null:
    case YamlNode::Kind::alias:
        out += '~';
        break;
    case YamlNode::Kind::scalar:
        out += scalar(node.text);
        break;
    case YamlNode::Kind::list: {
        out += '[';
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            out += i ? ", " : "";
            if (!flow(node.items[i], out, room))
                return false;
        }
        out += ']';
        break;
    }
    case YamlNode::Kind::map: {
        out += '{';
        for (std::size_t i = 0; i < node.entries.size(); ++i) {
            out += (i ? ", " : "") + key_text(node.entries[i].first.text) + ": ";
            if (!flow(node.entries[i].second, out, room))
                return false;
        }
        out += '}';
        break;
    }
    }
    return out.size() <= room;
}

class Printer {
public:
    std::string take() { return std::move(out_); }

    /// A map's entries or a list's items, each in its line or block.
    void block(const YamlNode& node, std::size_t indent, int block_levels) {
        if (node.kind == YamlNode::Kind::map) {
            for (const auto& [key, value] : node.entries) {
                out_.append(indent, ' ');
                out_ += key_text(key.text);
                if (out_.back() == ' ') {
                    out_.back() = '\n';
                    out_.append(indent, ' ');
                }
                out_ += ":";
                value_of(value, indent + 2, block_levels - 1);
            }
        } else {
            for (const YamlNode& item : node.items) {
                out_.append(indent, ' ');
                out_ += "-";
                if (!in_line(item, indent + 2)) {
                    // The first line of a block stands behind its dash.
                    const std::size_t begin = out_.size();
                    block(item, indent + 2, 0);
                    out_.replace(begin, indent + 2, " ");
                }
            }
        }
    }

private:
    bool in_line(const YamlNode& node, std::size_t indent) {
        std::string line;
        const bool simple = node.kind != YamlNode::Kind::map && node.kind != YamlNode::Kind::list;
        const bool empty = node.entries.empty() && node.items.empty();
        if (!flow(node, line,
                  simple || empty ? std::string::npos : kLine - std::min(indent, kLine / 2)))
            return false;
        out_ += " " + line + "\n";
        return true;
    }

    void value_of(const YamlNode& value, std::size_t indent, int block_levels) {
        const bool is_map = value.kind == YamlNode::Kind::map && !value.entries.empty();
        if (block_levels <= 0 || !is_map)
            if (in_line(value, indent))
                return;
        out_ += "\n";
        block(value, indent, block_levels);
    }

    std::string out_;
};

} // namespace

YamlNode YamlValue::text(std::string_view text) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = std::string(text);
    return node;
}

YamlNode YamlValue::list() {
    YamlNode node;
    node.kind = YamlNode::Kind::list;
    return node;
}

YamlNode YamlValue::map() {
    YamlNode node;
    node.kind = YamlNode::Kind::map;
    return node;
}

void YamlValue::add(YamlNode& map, std::string_view key, YamlNode value) {
    if (!value.text.empty() || !value.items.empty() || !value.entries.empty())
        put(map, key, std::move(value));
}

void YamlValue::put(YamlNode& map, std::string_view key, YamlNode value) {
    map.entries.emplace_back(text(key), std::move(value));
}

std::string write_yaml(const YamlNode& root, int block_levels) {
    Printer printer;
    printer.block(root, 0, block_levels);
    return printer.take();
}

} // namespace telemetry::parameter
