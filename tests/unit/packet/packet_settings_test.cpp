// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_settings.h"

#include <gtest/gtest.h>

namespace telemetry::packet {
namespace {

using Given = std::initializer_list<std::pair<const char*, const char*>>;

Result<PacketReceiverOptions> options(Given given) {
    const auto settings = read_settings_from(packet_fields(), given);
    if (!settings)
        return fail(settings.error());
    return packet_options(*settings);
}

std::string error_of(Given given) {
    const auto made = options(given);
    return made ? "no error" : made.error().to_string();
}

TEST(PacketSettings, DefaultsAreTmFramesAsTheyAre) {
    const auto made = options({});
    ASSERT_TRUE(made);
    EXPECT_EQ(made->layout.protocol, Protocol::tm);
    EXPECT_EQ(made->layout.fecf_bytes, 0);
    EXPECT_FALSE(made->spacecraft_id);
    EXPECT_TRUE(made->virtual_channels.all());
    EXPECT_EQ(made->sequencer.joining, Joining::on);
    EXPECT_EQ(made->longest_packet, 65542u);
}

TEST(PacketSettings, StandForWhatTheySay) {
    const auto made = options({{"protocol", "aos"},
                               {"frame_error_control", "crc16"},
                               {"ocf", "yes"},
                               {"insert_zone", "4"},
                               {"header_error_control", "yes"},
                               {"spacecraft_id", "0x9d"},
                               {"virtual_channels", "6, 16 63"},
                               {"join_segments", "no"},
                               {"segment_header", "8"},
                               {"longest_packet", "1000"}});
    ASSERT_TRUE(made) << made.error().to_string();
    EXPECT_EQ(made->layout.protocol, Protocol::aos);
    EXPECT_EQ(made->layout.fecf_bytes, 2);
    EXPECT_EQ(made->layout.ocf, true);
    EXPECT_EQ(made->layout.insert_zone_bytes, 4);
    EXPECT_TRUE(made->layout.frame_header_error_control);
    EXPECT_EQ(made->spacecraft_id, 0x9d);
    EXPECT_EQ(made->virtual_channels.count(), 3u);
    EXPECT_TRUE(made->virtual_channels[6] && made->virtual_channels[16] &&
                made->virtual_channels[63]);
    EXPECT_EQ(made->sequencer.joining, Joining::off);
    EXPECT_EQ(made->sequencer.secondary_header_bytes, 8);
    EXPECT_EQ(made->longest_packet, 1000u);
    EXPECT_EQ(options({{"protocol", "USLP"}, {"frame_error_control", "crc32"}})->layout.fecf_bytes,
              4);
}

TEST(PacketSettings, ContradictionsAreErrors) {
    EXPECT_EQ(error_of({{"frame_error_control", "crc32"}}),
              "frame_error_control: crc32 is for USLP frames; those of TM have crc16 or none");
    EXPECT_EQ(error_of({{"insert_zone", "1"}}), "insert_zone: TM frames have no insert zone");
    EXPECT_EQ(error_of({{"protocol", "USLP"}, {"header_error_control", "yes"}}),
              "header_error_control: USLP frames have no header error control");
    EXPECT_EQ(error_of({{"ocf", "yes"}}), "ocf: TM frames say themselves whether they carry one");
    for (const char* wrong : {"8", "-1", "1-3", "x", "1 2 3x"})
        EXPECT_TRUE(error_of({{"virtual_channels", wrong}}).starts_with("virtual_channels: '"))
            << wrong;
    EXPECT_EQ(error_of({{"protocol", "AOS"}, {"virtual_channels", "64"}}),
              "virtual_channels: '64' is not valid; expected numbers from 0 to 63 with spaces "
              "between");
}

} // namespace
} // namespace telemetry::packet
