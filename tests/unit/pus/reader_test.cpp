// SPDX-License-Identifier: GPL-3.0-or-later
// Packets written down octet by octet from ECSS-E-ST-70-41C clause 8, and a real one.
#include "telemetry/pus/reader.h"

#include <random>

#include <gtest/gtest.h>

#include "telemetry/base/text.h"
#include "telemetry/base/time.h"
#include "telemetry/pus/catalog.h"

namespace telemetry::pus {
namespace {

using Bytes = std::vector<std::uint8_t>;

Result<Layout> layout_of(std::initializer_list<std::pair<const char*, const char*>> given) {
    auto settings = read_settings_from(layout_fields(), given);
    if (!settings)
        return fail(settings.error());
    return read_layout(*settings);
}

/// Numbers 7 (unsigned 16), 8 (signed 8), 9 (float 32), items 70, 80, 90.
OnBoardParameters parameters() {
    return {{7, {70, parameter::Form::natural, 16}},
            {8, {80, parameter::Form::integer, 8}},
            {9, {90, parameter::Form::real, 32}}};
}

/// A PUS-C packet of APID 0x123: CUC 4+2 at 16 s and a quarter after the GPS epoch.
Bytes packet(int service, int subtype, const std::string& data) {
    Bytes body = *from_hex(
        "20" +
        to_hex(Bytes{static_cast<std::uint8_t>(service), static_cast<std::uint8_t>(subtype)}) +
        "0005 0042 00000010 4000" + data);
    Bytes out = {0x09,
                 0x23,
                 0xc0,
                 0x07,
                 static_cast<std::uint8_t>((body.size() - 1) >> 8),
                 static_cast<std::uint8_t>(body.size() - 1)};
    for (const std::uint8_t octet : body)
        out.push_back(octet);
    return out;
}

Reader reader() {
    return {*layout_of({{"epoch", "GPS"}}), parameters()};
}

constexpr UtcNs kGps = 315'964'800'000'000'000;

template <class T>
T read(int service, int subtype, const std::string& data, Fault expected = Fault::none) {
    const Bytes bytes = packet(service, subtype, data);
    Message message;
    EXPECT_EQ(name_of(reader().read(bytes, message)), name_of(expected));
    if (!std::holds_alternative<T>(message.report)) {
        ADD_FAILURE() << "another report";
        return {};
    }
    // Spans point into `bytes`; what tests compare of them they copy in here.
    return std::get<T>(message.report);
}

// Telemetry of a flight simulator's spacecraft, as its ground segment's repository keeps it
// (AstraiosTech/vibbSim-tmtccmd, scripts/raw-analysis.py): TM[1,8], CDS time with preamble, an
// error code of 16 bits, CRC.
TEST(Reader, ARealCompletionFailure) {
    const auto bytes =
        from_hex("0865fa71001d2001083b370000405e7705133b391865ee56000100000000000000005e33");
    const Reader reader(*layout_of({{"time_code", "cds"},
                                    {"time_coarse", "2"},
                                    {"time_fine", "0"},
                                    {"time_preamble", "true"},
                                    {"failure_code_bits", "16"},
                                    {"error_control", "true"}}),
                        {});
    Message message;
    ASSERT_EQ(reader.read(*bytes, message), Fault::none);
    EXPECT_EQ(message.application, 0x65);
    EXPECT_EQ(message.sequence_count, 0x3a71);
    EXPECT_EQ(message.header.version, 2);
    EXPECT_EQ(message.header.counter, 0x3b37U);
    EXPECT_EQ(to_rfc3339(message.header.time_ns), "2024-03-18T23:39:06.425000000Z");
    const auto& report = std::get<Verification>(message.report);
    EXPECT_EQ(report.stage, Verification::Stage::completion);
    EXPECT_EQ(report.outcome, Verification::Outcome::failure);
    EXPECT_TRUE(report.request.is_telecommand);
    EXPECT_EQ(report.request.application, 0x65);
    EXPECT_EQ(report.request.sequence_count, 0x2e56);
    EXPECT_EQ(report.failure_code, 1U);
    EXPECT_EQ(report.failure_data.size(), 8U);

    Bytes wrong = *bytes;
    wrong[20] ^= 1;
    EXPECT_EQ(reader.read(wrong, message), Fault::bad_checksum);
}

TEST(Reader, Header) {
    const Bytes bytes = packet(17, 2, "");
    Message message;
    ASSERT_EQ(reader().read(bytes, message), Fault::none);
    EXPECT_EQ(message.application, 0x123);
    EXPECT_EQ(message.sequence_count, 7);
    EXPECT_EQ(message.header.counter, 5U);
    EXPECT_EQ(message.header.destination, 0x42U);
    EXPECT_EQ(message.header.time_ns, kGps + 16'250'000'000);
    EXPECT_FALSE(std::get<Alive>(message.report).application);
}

TEST(Reader, HeaderOfEditionA) {
    // Version 1, TM[17,2], packet subcounter 9, CUC 4+2 after 1958 (TAI).
    const auto bytes = from_hex("0923 c007 0009 10 11 02 09 00000010 8000");
    const Reader reader(
        *layout_of({{"edition", "a"}, {"message_counter_bits", "8"}, {"destination_bits", "0"}}),
        {});
    Message message;
    ASSERT_EQ(reader.read(*bytes, message), Fault::none);
    EXPECT_EQ(message.header.version, 1);
    EXPECT_EQ(message.header.service, 17);
    EXPECT_EQ(message.header.counter, 9U);
    EXPECT_EQ(to_rfc3339(message.header.time_ns), "1958-01-01T00:00:16.500000000Z");
}

TEST(Reader, VerificationOfAProgressStep) {
    const auto report = read<Verification>(1, 6, "1923c00a 03 11 aabb");
    EXPECT_EQ(report.stage, Verification::Stage::progress);
    EXPECT_EQ(report.request.application, 0x123);
    EXPECT_EQ(report.request.sequence_count, 10);
    EXPECT_EQ(report.step, 3U);
    EXPECT_EQ(report.failure_code, 0x11U);
    EXPECT_EQ(report.failure_data.size(), 2U);
    EXPECT_EQ(read<Verification>(1, 10, "1923c00a 05").stage, Verification::Stage::routing);
    EXPECT_EQ(read<Verification>(1, 3, "1923c00a").stage, Verification::Stage::start);
}

TEST(Reader, HousekeepingAndDiagnostics) {
    const auto report = read<Housekeeping>(3, 25, "0102 a0a1a2");
    EXPECT_EQ(report.kind, Housekeeping::Kind::housekeeping);
    EXPECT_EQ(report.structure, 0x102U);
    EXPECT_EQ(report.values.size(), 3U);
    EXPECT_EQ(read<Housekeeping>(3, 26, "0001").kind, Housekeeping::Kind::diagnostic);
}

TEST(Reader, ParameterStatistics) {
    const auto report = read<Statistics>(4, 2,
                                         "00000001 0000 00000002 0000 02"
                                         "0007 0064 fffe 00000001 8000 0001 00000001 4000 0080"
                                         "0008 0005 7f 00000001 0000 80 00000002 0000 00");
    EXPECT_EQ(report.start_ns, kGps + 1'000'000'000);
    EXPECT_EQ(report.end_ns, kGps + 2'000'000'000);
    ASSERT_EQ(report.entries.size(), 2U);
    EXPECT_EQ(report.entries[0].parameter, 7U);
    EXPECT_EQ(report.entries[0].samples, 100U);
    EXPECT_EQ(report.entries[0].max.real(), 65534);
    EXPECT_EQ(report.entries[0].max_ns, kGps + 1'500'000'000);
    EXPECT_EQ(report.entries[0].min.real(), 1);
    EXPECT_EQ(report.entries[0].mean.real(), 128);
    EXPECT_EQ(report.entries[1].max.real(), 127);
    EXPECT_EQ(report.entries[1].min.real(), -128);
}

TEST(Reader, EventsOfEverySeverity) {
    using Severity = Event::Severity;
    EXPECT_EQ(read<Event>(5, 1, "0001").severity, Severity::information);
    EXPECT_EQ(read<Event>(5, 2, "0001").severity, Severity::low);
    EXPECT_EQ(read<Event>(5, 3, "0001").severity, Severity::medium);
    const auto event = read<Event>(5, 4, "1234 abcdef");
    EXPECT_EQ(event.severity, Severity::high);
    EXPECT_EQ(event.definition, 0x1234U);
    EXPECT_EQ(event.data.size(), 3U);
    EXPECT_EQ(read<DisabledEvents>(5, 8, "02 0001 0002").definitions,
              (std::vector<std::uint64_t>{1, 2}));
}

TEST(Reader, MemoryChecksAndDumps) {
    const auto check = read<MemoryCheck>(6, 10, "03 01 00001000 0200 beef");
    EXPECT_EQ(check.memory, 3U);
    ASSERT_EQ(check.areas.size(), 1U);
    EXPECT_EQ(check.areas[0].start, 0x1000U);
    EXPECT_EQ(check.areas[0].length, 0x200U);
    EXPECT_EQ(check.areas[0].checksum, 0xbeefU);
    const auto dump = read<MemoryDump>(6, 6, "03 01 00001000 0003 010203 beef");
    ASSERT_EQ(dump.areas.size(), 1U);
    EXPECT_EQ(dump.areas[0].data.size(), 3U);
}

TEST(Reader, TimePacketsHaveNoSecondaryHeader) {
    const auto bytes = from_hex("0000 c007 0006 04 00000010 4000");
    Message message;
    ASSERT_EQ(reader().read(*bytes, message), Fault::none);
    const auto& report = std::get<TimeReport>(message.report);
    EXPECT_EQ(report.rate, 4U);
    EXPECT_EQ(report.spacecraft_ns, kGps + 16'250'000'000);
    EXPECT_EQ(message.header.service, 9);
    EXPECT_EQ(message.header.subtype, 2);
}

TEST(Reader, ScheduleSummaryAndDetail) {
    const auto summary = read<Schedule>(11, 13, "01 02 03 00000020 0000 0009 0123 000a");
    ASSERT_EQ(summary.activities.size(), 1U);
    EXPECT_EQ(summary.activities[0].sub_schedule, 2U);
    EXPECT_EQ(summary.activities[0].group, 3U);
    EXPECT_EQ(summary.activities[0].release_ns, kGps + 32'000'000'000);
    EXPECT_EQ(summary.activities[0].source, 9U);
    EXPECT_EQ(summary.activities[0].request.application, 0x123);
    EXPECT_EQ(summary.activities[0].request.sequence_count, 10);

    const auto detail = read<Schedule>(11, 10, "01 02 03 00000020 0000 1923 c00a 0002 112233");
    ASSERT_EQ(detail.activities.size(), 1U);
    EXPECT_EQ(detail.activities[0].packet.size(), 9U);
    EXPECT_EQ(detail.activities[0].request.sequence_count, 10);

    const auto status = read<ScheduleStatus>(11, 27, "02 01 00 02 01");
    EXPECT_EQ(status.of, ScheduleStatus::Of::groups);
    ASSERT_EQ(status.entries.size(), 2U);
    EXPECT_EQ(status.entries[1].status, 1U);
}

TEST(Reader, MonitoringTransitions) {
    const auto report = read<Monitoring>(12, 12,
                                         "02 0101 0007 01 0050 0040 00 04 00000010 0000"
                                         "0102 0008 00 ff fe 01 00 01 00000011 0000");
    ASSERT_EQ(report.transitions.size(), 2U);
    EXPECT_EQ(report.transitions[0].monitor, 0x101U);
    EXPECT_EQ(report.transitions[0].value.real(), 0x50);
    EXPECT_EQ(report.transitions[0].limit.real(), 0x40);
    EXPECT_EQ(report.transitions[0].current, 4U);
    EXPECT_EQ(report.transitions[1].mask, 0xffU);
    EXPECT_EQ(report.transitions[1].value.real(), -2);
    EXPECT_EQ(report.transitions[1].at_ns, kGps + 17'000'000'000);
    EXPECT_EQ(read<Monitoring>(12, 11, "00").kind, Monitoring::Kind::out_of_limits);
}

TEST(Reader, ConnectionTest) {
    EXPECT_EQ(read<Alive>(17, 4, "0123").application, 0x123U);
}

TEST(Reader, ParameterValueReport) {
    const auto report = read<ParameterValues>(20, 2, "03 0009 3fc00000 0007 0102 0008 ff");
    ASSERT_EQ(report.entries.size(), 3U);
    EXPECT_EQ(report.entries[0].item, 90U);
    EXPECT_EQ(report.entries[0].value.real(), 1.5);
    EXPECT_EQ(report.entries[1].value.real(), 258);
    EXPECT_EQ(report.entries[2].value.real(), -1);
}

TEST(Reader, Files) {
    const auto bytes = packet(23, 4, "0002 2f61 0003 622e74 00000400 01");
    Message message;
    ASSERT_EQ(reader().read(bytes, message), Fault::none);
    const auto& file = std::get<FileAttributes>(message.report);
    EXPECT_EQ(file.path, "/a");
    EXPECT_EQ(file.name, "b.t");
    EXPECT_EQ(file.size, 1024U);
    EXPECT_EQ(file.locked, 1U);

    const auto list = packet(23, 13, "0002 2f61 02 00 0001 78 01 0002 7979");
    ASSERT_EQ(reader().read(list, message), Fault::none);
    const auto& repository = std::get<Repository>(message.report);
    ASSERT_EQ(repository.objects.size(), 2U);
    EXPECT_EQ(repository.objects[1].type, 1U);
    EXPECT_EQ(repository.objects[1].name, "yy");
}

TEST(Reader, OtherServicesKeepTheirOctets) {
    EXPECT_EQ(read<OtherReport>(130, 7, "0102").data.size(), 2U);
}

TEST(Reader, Faults) {
    Message message;
    EXPECT_EQ(reader().read({}, message), Fault::not_pus);
    EXPECT_EQ(reader().read(packet(1, 1, "1923"), message), Fault::too_short);
    EXPECT_EQ(reader().read(packet(1, 1, "1923c00a 00"), message), Fault::leftover);
    EXPECT_EQ(reader().read(packet(20, 2, "01 0063 00"), message), Fault::unknown_parameter);
    EXPECT_EQ(reader().read(packet(5, 8, "ff 0001"), message), Fault::too_short); // 255 of 1
    Bytes command = packet(17, 2, "");
    command[0] |= 0x10;
    EXPECT_EQ(reader().read(command, message), Fault::not_pus);
    Bytes cut = packet(17, 2, "");
    cut.pop_back();
    EXPECT_EQ(reader().read(cut, message), Fault::too_short);
    Bytes edition = packet(17, 2, "");
    edition[6] = 0x10;
    EXPECT_EQ(reader().read(edition, message), Fault::not_pus);
}

TEST(Reader, AnyOctetsAreSafe) {
    std::mt19937 random(7);
    const Reader reader(*layout_of({{"count_bits", "32"}, {"length_bits", "32"}}), parameters());
    for (int run = 0; run < 20'000; ++run) {
        Bytes bytes = packet(1, 1, "");
        constexpr int kServices[][2] = {{1, 6},   {3, 25}, {4, 2},   {5, 8},   {6, 6},
                                        {6, 10},  {9, 2},  {11, 10}, {11, 13}, {11, 19},
                                        {12, 12}, {20, 2}, {23, 4},  {23, 13}};
        const auto& kind = kServices[random() % std::size(kServices)];
        bytes[7] = static_cast<std::uint8_t>(kind[0]);
        bytes[8] = static_cast<std::uint8_t>(kind[1]);
        const std::size_t length = random() % 60;
        for (std::size_t i = 0; i < length; ++i)
            bytes.push_back(static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0));
        bytes[5] = static_cast<std::uint8_t>(bytes.size() - 7);
        Message message;
        reader.read(bytes, message);
    }
}

TEST(Layout, SaysWhatIsWrong) {
    const auto days = layout_of({{"time_code", "cds"}, {"time_coarse", "4"}, {"time_fine", "0"}});
    ASSERT_FALSE(days);
    EXPECT_EQ(days.error().key, "time_coarse");
    const auto epoch = layout_of({{"epoch", "yesterday"}});
    ASSERT_FALSE(epoch);
    EXPECT_EQ(epoch.error().key, "epoch");
    EXPECT_FALSE(layout_of({{"event_bits", "65"}}));
}

TEST(Catalog, NumbersComeFromAliases) {
    parameter::Database database;
    parameter::ParameterType natural;
    natural.encoding = parameter::IntegerEncoding{.bits = 12};
    parameter::ParameterType text;
    text.encoding = parameter::StringEncoding{};
    database.types = {natural, text};
    const auto add = [&](const char* name, parameter::TypeIndex type, const char* id) {
        parameter::Parameter parameter;
        parameter.name = name;
        parameter.type = type;
        parameter.aliases = {{"PUS", id}};
        database.parameters.push_back(parameter);
    };
    add("a", 0, "0x10");
    add("b", 1, "17");
    add("c", 0, "sixteen");
    const Catalog catalog = on_board_parameters(database);
    ASSERT_EQ(catalog.parameters.size(), 1U);
    EXPECT_EQ(catalog.parameters.at(16).bits, 12U);
    EXPECT_EQ(catalog.left_out.size(), 1U);
}

} // namespace
} // namespace telemetry::pus
