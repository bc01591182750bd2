// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/station_writer.h"

#include <algorithm>

#include "telemetry/base/text.h"
#include "telemetry/station/station.h"

namespace telemetry::station {
namespace {

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._+-/ ()").find(c) != std::string_view::npos ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool starts_plain(std::string_view text) {
    // Before a space '-' begins an item of a list, before a digit a number.
    const char c = text.front();
    if (c == '-')
        return text.size() > 1 && text[1] >= '0' && text[1] <= '9';
    return std::string_view("/ ()").find(c) == std::string_view::npos && is_plain(c);
}

} // namespace

std::string yaml_text(std::string_view text) {
    const bool word = !text.empty() && starts_plain(text) && text.back() != ' ' &&
                      std::all_of(text.begin(), text.end(), is_plain) &&
                      !equal_ignoring_case(text, "null") && text != "...";
    if (word)
        return std::string(text);
    static constexpr char digits[] = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            quoted += '\\';
            quoted += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            quoted += "\\x";
            quoted += digits[byte >> 4];
            quoted += digits[byte & 15];
        } else {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string effective_configuration(const Station& station) {
    std::string out = "name: " + yaml_text(station.name) + "\n";
    if (station.norad)
        out += "norad: " + std::to_string(*station.norad) + "\n";
    if (!station.alternative_names.empty()) {
        out += "alternative_names:\n";
        for (const std::string& name : station.alternative_names)
            out += "  - " + yaml_text(name) + "\n";
    }
    // What is not given here is left to the receiver, so a default would say too much.
    bool first = true;
    for (const Settings::Entry& entry : station.sdr.entries())
        if (entry.by_user) {
            out += (first ? "sdr:\n  " : "  ") + entry.name + ": " +
                   yaml_text(to_text(entry.value)) + "\n";
            first = false;
        }
    const auto map = [&](const char* key, const std::optional<Settings>& settings) {
        if (!settings)
            return;
        out += std::string(key) + ":\n";
        for (const Settings::Entry& entry : settings->entries())
            if (entry.by_user || !to_text(entry.value).empty())
                out += "  " + entry.name + ": " + yaml_text(to_text(entry.value)) + "\n";
    };
    map("telemetry", station.telemetry);
    map("pus", station.pus);
    out += "downlinks:\n";
    for (const Downlink& downlink : station.downlinks) {
        out += "  " + yaml_text(downlink.name) + ":\n";
        for (const Settings::Entry& entry : downlink.settings.entries()) {
            std::string value = to_text(entry.value);
            if (entry.name == "modulation")
                value = downlink.demodulator->name;
            else if (entry.name == "framing")
                value = downlink.deframer->name;
            out += "    " + entry.name + ": " + yaml_text(value) + "\n";
        }
        if (!downlink.packets)
            continue;
        out += "    packets:\n";
        for (const Settings::Entry& entry : downlink.packets->entries())
            out += "      " + entry.name + ": " + yaml_text(to_text(entry.value)) + "\n";
    }
    return out;
}

} // namespace telemetry::station
