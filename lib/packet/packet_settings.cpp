// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_settings.h"

#include <charconv>
#include <string>

#include "telemetry/base/text.h"

namespace telemetry::packet {
namespace {

constexpr Field kFields[] = {
    {.name = "protocol",
     .type = Field::Type::choice,
     .fallback = "TM",
     .choices = "TM|AOS|USLP|packet",
     .help = "Transfer frame protocol: CCSDS 132.0-B, 732.0-B or 732.1-B; packet: each frame is "
             "one packet. A station with a `telemetry` map has `packet` where nothing is said."},
    {.name = "frame_error_control",
     .type = Field::Type::choice,
     .fallback = "none",
     .choices = "none|crc16|crc32",
     .help = "Frame error control field at the end of each frame, where the framing has not taken "
             "it off already (`fecf`); crc32: USLP only."},
    {.name = "ocf",
     .type = Field::Type::flag,
     .fallback = "false",
     .help = "AOS frames carry an operational control field; those of TM and USLP say it "
             "themselves."},
    {.name = "insert_zone",
     .type = Field::Type::integer,
     .unit = "By",
     .min = 0,
     .max = 65535,
     .fallback = "0",
     .help = "Length of the insert zone (AOS, USLP)."},
    {.name = "header_error_control",
     .type = Field::Type::flag,
     .fallback = "false",
     .help = "AOS frames carry two octets of frame header error control."},
    {.name = "spacecraft_id",
     .type = Field::Type::integer,
     .unit = "1",
     .min = -1,
     .max = 65535,
     .fallback = "-1",
     .help = "Frames of another spacecraft are dropped and told; -1: take those of any."},
    {.name = "virtual_channels",
     .type = Field::Type::text,
     .help = "Virtual channels that carry packets, such as \"0 1 16\"; empty: all. Others are "
             "followed for missing frames only."},
    {.name = "join_segments",
     .type = Field::Type::flag,
     .fallback = "true",
     .help = "Segmented Space Packets (first, continuation, last) are joined to one."},
    {.name = "segment_header",
     .type = Field::Type::integer,
     .unit = "By",
     .min = 0,
     .max = 63,
     .fallback = "0",
     .help = "Length of the secondary header that is cut from each but the first segment."},
    {.name = "longest_packet",
     .type = Field::Type::integer,
     .unit = "By",
     .min = 7,
     .max = 16777216,
     .fallback = "65542",
     .help = "A packet that claims to be longer is not believed."},
};

tl::unexpected<Error> wrong(const char* key, const std::string& message) {
    return fail(Error{.message = message, .key = key});
}

Result<std::bitset<64>> channels_of(const std::string& text, int most) {
    std::bitset<64> channels;
    std::string spaced = text;
    for (char& c : spaced)
        c = c == ',' ? ' ' : c;
    for (const std::string_view word : split(spaced, ' ')) {
        if (word.empty())
            continue;
        int channel = -1;
        const auto [end, problem] =
            std::from_chars(word.data(), word.data() + word.size(), channel);
        if (problem != std::errc{} || end != word.data() + word.size() || channel < 0 ||
            channel > most)
            return wrong("virtual_channels", "'" + std::string(word) +
                                                 "' is not valid; expected numbers from 0 to " +
                                                 std::to_string(most) + " with spaces between");
        channels.set(static_cast<std::size_t>(channel));
    }
    return channels.none() ? ~channels : channels;
}

} // namespace

std::span<const Field> packet_fields() {
    return kFields;
}

Result<PacketReceiverOptions> packet_options(const Settings& settings) {
    PacketReceiverOptions options;
    FrameLayout& layout = options.layout;
    const std::string& protocol = settings.text("protocol");
    layout.protocol = protocol == "AOS"    ? Protocol::aos
                      : protocol == "USLP" ? Protocol::uslp
                                           : Protocol::tm; // of no consequence for packets
    const std::string& control = settings.text("frame_error_control");
    layout.fecf_bytes = control == "none" ? 0 : control == "crc16" ? 2 : 4;
    layout.insert_zone_bytes = static_cast<int>(settings.integer("insert_zone"));
    layout.frame_header_error_control = settings.flag("header_error_control");
    layout.ocf = settings.flag("ocf");
    if (layout.fecf_bytes == 4 && layout.protocol != Protocol::uslp)
        return wrong("frame_error_control",
                     "crc32 is for USLP frames; those of " + protocol + " have crc16 or none");
    if (layout.insert_zone_bytes != 0 && layout.protocol == Protocol::tm)
        return wrong("insert_zone", "TM frames have no insert zone");
    if (layout.frame_header_error_control && layout.protocol != Protocol::aos)
        return wrong("header_error_control", protocol + " frames have no header error control");
    if (settings.flag("ocf") && layout.protocol != Protocol::aos)
        return wrong("ocf", protocol + " frames say themselves whether they carry one");

    if (const std::int64_t id = settings.integer("spacecraft_id"); id >= 0)
        options.spacecraft_id = static_cast<int>(id);
    auto channels =
        channels_of(settings.text("virtual_channels"), layout.protocol == Protocol::tm ? 7 : 63);
    if (!channels)
        return fail(channels.error());
    options.virtual_channels = *channels;
    options.longest_packet = static_cast<std::size_t>(settings.integer("longest_packet"));
    options.sequencer.joining = settings.flag("join_segments") ? Joining::on : Joining::off;
    options.sequencer.secondary_header_bytes = static_cast<int>(settings.integer("segment_header"));
    options.sequencer.longest_group = 16 * options.longest_packet;
    return options;
}

} // namespace telemetry::packet
