// SPDX-License-Identifier: GPL-3.0-or-later
#include <string>

#include "telemetry/base/text.h"
#include "telemetry/packet/packet_settings.h"
#include "telemetry/pus/layout.h"
#include "telemetry/station/station.h"
#include "telemetry/station/station_fields.h"

namespace telemetry::station {
namespace {

std::string cell(std::string_view text) {
    std::string result;
    for (const char c : text)
        result += c == '|' ? std::string("\\|") : std::string(1, c);
    return result;
}

std::string table(std::span<const Field> fields) {
    if (fields.empty())
        return "No keys of its own.\n\n";
    std::string out = "| key | expected | default | |\n|---|---|---|---|\n";
    for (const Field& field : fields) {
        std::string fallback = "required";
        if (!field.fallback.empty())
            fallback.assign("`").append(field.fallback).append("`");
        else if (field.type == Field::Type::text)
            fallback = "";
        out += "| `" + std::string(field.name) + "` | " + cell(describe_expected(field)) + " | " +
               fallback + " | " + cell(field.help) + " |\n";
    }
    return out + "\n";
}

template <class Entry>
std::string chapter(std::span<const Entry> catalog) {
    std::string out;
    for (const Entry& entry : catalog) {
        out += "### " + std::string(entry.name) + "\n\n" + std::string(entry.summary) + "\n\n";
        if (!entry.aliases.empty()) {
            out += "Also written";
            bool first = true;
            for (const auto alias : split(entry.aliases, '|')) {
                out += (first ? " `" : ", `") + std::string(alias) + "`";
                first = false;
            }
            out += ".\n\n";
        }
        out += table(entry.fields);
    }
    return out;
}

constexpr const char* kPacketChapter = R"(## `packets`: what the frames carry

An optional map within a downlink whose frames are CCSDS transfer frames. With it, packets are cut
out of them: virtual channels are told apart, missing frames and packets counted, Space Packets and
Encapsulation Packets put together across frames, idle data dropped. An empty map stands for TM
frames. `telemetry-decode --output-stage packets` writes the packets, `telemetry-rx` publishes them.

```yaml
downlinks:
  S band:
    modulation: BPSK
    baudrate: 1000000
    framing: CCSDS Concatenated
    frame_size: 892
    rs_interleaving: 4
    packets:
      protocol: AOS
      virtual_channels: 6 16
```

)";

} // namespace

std::string reference_page() {
    return R"(# Station files

<!-- Made by `telemetry-check --reference`; a test compares them. Change the tables in the code. -->

A station file is YAML. It says what a station is called and how its signals are sent; a receiver
needs nothing else. It is a close cousin of SatYAML, and `telemetry-check --import-satyaml FILE`
makes one from a SatYAML file.

```yaml
name: EXAMPLE-1
norad: 99999
alternative_names:
  - EX-1
sdr:
  gain: 30
downlinks:
  9k6 FSK:
    frequency: 437.5e+6
    modulation: FSK
    baudrate: 9600
    framing: AX.25 G3RUH
```

`telemetry-check FILE` checks one and prints it with every option spelled out. An unknown key, a key
given twice, a value of the wrong type or out of range is an error that names line and key. Numbers
may be written as 9600 or 9.6e3, whole ones as 0x2580 too. Files are looked for by `name`, `alternative_names` and
`norad` in the folders given with `--stations`, in those of `$TELEMETRY_STATIONS` (colons between)
and in the shipped one.

## The station

)" + table(station_fields()) +
           R"(`alternative_names` is a list of further names. `downlinks` is a map of at least one signal by name;
all of them are received at once, and a frame that two of them find is reported once.

## `sdr`: hints for the hardware

An optional map. `telemetry-rx` sets its hardware by it where the receiver file says nothing else.

)" + table(sdr_fields()) +
           R"(## `telemetry`: from packets to parameters and alarms

An optional map. With it, packets are decoded by a mission database (see mission-database.md), and
alarms are watched (see alarms.md). A downlink whose frames carry transfer frames needs its `packets`
map; without one each frame is taken for a packet.

)" + table(telemetry_fields()) +
           R"(## `pus`: packets of the Packet Utilization Standard

An optional map for missions whose packets follow ECSS-E-ST-70-41C or ECSS-E-70-41A: what the
standard leaves to the mission. Sizes of 0 bits stand for fields that are not there.

)" + table(pus::layout_fields()) +
           "## A downlink\n\nThe keys below stand side by side with those of its modulation and "
           "its "
           "framing.\n\n" +
           table(downlink_fields()) + kPacketChapter + table(packet::packet_fields()) +
           "## Modulations\n\n" + chapter(dsp::demodulators()) + "## Framings\n\n" +
           chapter(framing::deframers());
}

} // namespace telemetry::station
