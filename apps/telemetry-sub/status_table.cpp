// SPDX-License-Identifier: GPL-3.0-or-later
#include "status_table.h"

#include <algorithm>

#include "describe.h"
#include "telemetry/publish/vocabulary.h"

namespace telemetry::sub {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kRowsMax = 256; ///< publishers are not trusted with our memory
constexpr std::size_t kNamesMax = 256;
constexpr std::size_t kNameWidth = 24;

struct Column {
    std::string_view metric;
    const char* heading;
    int width;
    int digits;
};

namespace m = publish::metrics;

constexpr Column kLinkColumns[] = {
    {m::link_snr.name, "SNR dB", 8, 1},
    {m::link_carrier_offset.name, "offset Hz", 11, 0},
    {m::link_symbol_rate_error.name, "rate ppm", 10, 1},
    {m::frames_received.name, "frames", 9, 0},
    {m::frames_discarded.name, "bad", 8, 0},
    {m::frames_corrected.name, "fixed", 8, 0},
};

constexpr Column kReceiverColumns[] = {
    {m::receiver_samples.name, "samples", 0, 0},
    {m::receiver_throughput.name, "samples/s", 0, 0},
    {m::receiver_samples_lost.name, "samples lost", 0, 0},
    {m::publish_published.name, "published", 0, 0},
    {m::publish_dropped.name, "dropped", 0, 0},
};

template <class Row>
const Json& value_of(const Row& row, std::string_view name) {
    static const Json null;
    const auto at = row.find(std::string(name));
    return at == row.end() ? null : at->second;
}

} // namespace

void StatusTable::update(const publish::Message& message) {
    const Json& list = member(message.payload, "metrics");
    if (!list.is_array())
        return;
    const std::pair key(message.topic.station, message.topic.source);
    if (rows_.size() >= kRowsMax && !rows_.contains(key))
        return;
    Row fresh;
    for (const Json& metric : list) {
        const Json& name = member(metric, "name");
        const Json& value = member(metric, "value");
        if (!name.is_string() || fresh.size() >= kNamesMax)
            continue;
        Json& sum = fresh[name.get<std::string>()];
        if (sum.is_number() && value.is_number())
            sum = sum.get<double>() + value.get<double>();
        else
            sum = value;
    }
    Row& row = rows_[key];
    for (auto& [name, value] : fresh)
        if (row.size() < kNamesMax || row.contains(name))
            row[name] = std::move(value);
}

std::vector<std::string> StatusTable::lines(const Paint& paint, std::size_t rows_max) const {
    std::vector<std::string> links;
    std::vector<std::string> receivers;
    for (const auto& [key, row] : rows_) {
        const std::string name = name_of(key.first, key.second);
        const Json& locked = value_of(row, m::link_locked.name);
        if (locked.is_number()) {
            const bool on = locked.get<double>() != 0;
            std::string line = pad(cut(name, kNameWidth), kNameWidth) +
                               (on ? paint(Ink::green, " locked") : paint(Ink::dim, " -     "));
            for (const Column& column : kLinkColumns)
                line += pad_left(fixed(value_of(row, column.metric), column.digits),
                                 static_cast<std::size_t>(column.width));
            links.push_back(line);
            continue;
        }
        std::string line = pad(cut(name, kNameWidth), kNameWidth);
        const std::size_t bare = line.size();
        for (const Column& column : kReceiverColumns)
            if (const Json& value = value_of(row, column.metric); value.is_number())
                line += std::string(" ") + column.heading + " " + fixed(value, column.digits) + " ";
        if (line.size() > bare)
            receivers.push_back(line);
    }
    if (!links.empty()) {
        std::string heading = pad("", kNameWidth) + " lock  ";
        for (const Column& column : kLinkColumns)
            heading += pad_left(column.heading, static_cast<std::size_t>(column.width));
        links.insert(links.begin(), paint(Ink::dim, heading));
    }
    links.insert(links.end(), receivers.begin(), receivers.end());
    if (links.size() > rows_max) {
        const std::size_t hidden = links.size() - rows_max + 1;
        links.resize(std::max<std::size_t>(rows_max, 1) - 1);
        links.push_back(paint(Ink::dim, "... and " + std::to_string(hidden) + " more"));
    }
    return links;
}

} // namespace telemetry::sub
