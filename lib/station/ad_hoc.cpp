// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/ad_hoc.h"

#include <span>

#include "telemetry/base/text.h"
#include "telemetry/packet/packet_settings.h"

namespace telemetry::station {
namespace {

constexpr std::string_view kPacketPrefix = "packets.";

template <class Entry>
Result<const Entry*> find_entry(std::string_view key, const std::string& name,
                                std::span<const Entry> catalog,
                                const Entry* (*find)(std::string_view)) {
    if (name.empty())
        return nullptr;
    if (const Entry* found = find(name))
        return found;
    std::vector<std::string_view> known;
    std::string list;
    for (const Entry& entry : catalog) {
        known.push_back(entry.name);
        list += (list.empty() ? "" : ", ") + std::string(entry.name);
    }
    const auto near = nearest(name, known);
    return fail(Error{.message = "'" + name + "' is not known; " +
                                 (near.empty() ? "expected one of " + list
                                               : "did you mean '" + std::string(near) + "'?"),
                      .key = std::string(key)});
}

Error with_key(Error error, std::string_view prefix) {
    error.key = std::string(prefix) + error.key;
    return error;
}

} // namespace

Result<void> check_packets(const Downlink& downlink) {
    const auto options = packet::packet_options(*downlink.packets);
    if (!options)
        return fail(options.error());
    // A framing takes the field off the frames whose check it made.
    if (options->layout.fecf_bytes != 0 && downlink.settings.has("fecf") &&
        downlink.settings.flag("fecf")) {
        return fail(Error{
            .message = "the framing has checked and taken off that field already (fecf: true)",
            .key = "frame_error_control"});
    }
    return {};
}

Result<Station> ad_hoc_station(const AdHocLink& link) {
    Downlink downlink;
    const auto demodulator = find_entry<dsp::DemodulatorEntry>(
        "modulation", link.modulation, dsp::demodulators(), dsp::find_demodulator);
    if (!demodulator)
        return fail(demodulator.error());
    const auto deframer = find_entry<framing::DeframerEntry>(
        "framing", link.framing, framing::deframers(), framing::find_deframer);
    if (!deframer)
        return fail(deframer.error());
    downlink.demodulator = *demodulator;
    downlink.deframer = *deframer;

    for (std::size_t i = 0; i < link.options.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (link.options[j].key == link.options[i].key)
                return fail(Error{.message = "given twice", .key = link.options[i].key});
    std::vector<KeyText> of_signal;
    std::vector<KeyText> of_packets;
    if (!link.protocol.empty())
        of_packets.push_back({"protocol", link.protocol});
    for (const KeyText& option : link.options) {
        if (option.key.starts_with(kPacketPrefix))
            of_packets.push_back({option.key.substr(kPacketPrefix.size()), option.text});
        else
            of_signal.push_back(option);
    }
    if (!of_signal.empty() && !downlink.demodulator && !downlink.deframer)
        return fail(Error{.message = "unknown key, since there is no framing; keys of the packet "
                                     "layer begin with 'packets.'",
                          .key = of_signal.front().key});
    const std::span<const Field> none;
    auto settings = read_settings({downlink.demodulator ? downlink.demodulator->fields : none,
                                   downlink.deframer ? downlink.deframer->fields : none},
                                  of_signal);
    if (!settings)
        return fail(settings.error());
    downlink.settings = std::move(*settings);
    if (downlink.deframer)
        if (const auto made = downlink.deframer->make(downlink.settings); !made)
            return fail(made.error());
    if (!of_packets.empty()) {
        auto packets = read_settings({packet::packet_fields()}, of_packets);
        if (!packets)
            return fail(with_key(packets.error(), kPacketPrefix));
        downlink.packets = std::move(*packets);
        if (const auto checked = check_packets(downlink); !checked)
            return fail(with_key(checked.error(), kPacketPrefix));
    }
    Station station;
    station.downlinks.push_back(std::move(downlink));
    return station;
}

} // namespace telemetry::station
