// SPDX-License-Identifier: GPL-3.0-or-later
// Real packets with known values, from the shared files beside the source tree.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "mission.h"
#include "shared_files.h"
#include "telemetry/parameter/xtce.h"

namespace telemetry::parameter {
namespace {

std::vector<std::uint8_t> octets_of(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The Space Packets that follow each other in `octets`. Those of byte_order have version 1, which
/// no standard knows, so the header is not asked for more than its length.
std::vector<packet::Packet> packets_in(std::span<const std::uint8_t> octets) {
    std::vector<packet::Packet> packets;
    while (octets.size() > 6) {
        const std::size_t length =
            std::min<std::size_t>((std::size_t{octets[4]} << 8 | octets[5]) + 7, octets.size());
        packets.push_back(
            {.bytes = octets.first(length), .space = packet::parse_space_header(octets)});
        octets = octets.subspan(length);
    }
    return packets;
}

/// Compares each value with the next line of the answers.
class Compared final : public Sink<ValueBatch> {
public:
    Compared(const Program& program, std::FILE* answers) : program_(program), answers_(answers) {
        next_line();
    }
    void accept(const ValueBatch& batch) noexcept override {
        for (std::size_t i = 0; i < batch.size(); ++i) {
            next_line();
            long packet = -1;
            char name[64] = "";
            double raw = 0;
            double value = 0;
            std::sscanf(line_, "%ld,%63[^,],%lf,%lf", &packet, name, &raw, &value);
            const std::string item = program_.item_name(batch.item[i], batch.element[i]);
            const bool same = packet == batch.packets[batch.packet[i]].number &&
                              item.ends_with(std::string("/") + name) && raw == batch.raw_real(i) &&
                              value == batch.real(i) && batch.validity[i] == Validity::valid;
            good += same ? 1 : 0;
            if (!same && ++bad < 5)
                ADD_FAILURE() << line_ << " is here " << item << " " << batch.real(i);
        }
    }
    bool at_end() { return !next_line(); }
    long good = 0;
    long bad = 0;

private:
    bool next_line() { return std::fgets(line_, sizeof line_, answers_) != nullptr; }
    const Program& program_;
    std::FILE* answers_;
    char line_[256] = "";
};

TEST(Packets, EveryValueOfJpss) {
    const auto folder = shared_file("packets/jpss");
    if (!folder)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    const auto database = load_xtce(*folder + "/xtce.xml");
    ASSERT_TRUE(database.has_value()) << database.error().to_string();
    const auto program = compile(*database);
    ASSERT_TRUE(program.has_value()) << program.error().to_string();
    EXPECT_TRUE((*program)->diagnostics().empty());
    const auto octets = octets_of(*folder + "/packets.bin");
    const auto packets = packets_in(octets);
    ASSERT_EQ(packets.size(), 7200U);

    std::FILE* answers = popen(("gzip -dc " + *folder + "/expected.csv.gz").c_str(), "r");
    ASSERT_NE(answers, nullptr);
    Compared compared(**program, answers);
    auto events =
        make_sink<DecodeEvent>([](const DecodeEvent& e) { ADD_FAILURE() << name_of(e.fault); });
    Decoder decoder(*program, events);
    for (const auto& packet : packets)
        decoder.process(packet, compared);
    decoder.finish(compared);
    EXPECT_TRUE(compared.at_end());
    EXPECT_EQ(compared.good, 7200 * 27);
    EXPECT_EQ(compared.bad, 0);
    pclose(answers);
}

/// Of the order in a file's name, which lists the octets from the last of the number on, 1 being
/// the least significant.
std::vector<std::uint8_t> significance_of(const std::string& order) {
    std::vector<std::uint8_t> list;
    for (auto digit = order.rbegin(); digit != order.rend(); ++digit)
        list.push_back(static_cast<std::uint8_t>(*digit - '1'));
    return list;
}

TEST(Packets, NumbersInUnusualByteOrders) {
    const auto folder = shared_file("packets/byte_order");
    if (!folder)
        GTEST_SKIP() << "skipped: no shared packets; set TELEMETRY_SHARED";
    for (const std::string order : {"1", "12", "21", "123", "321", "1234", "2143", "3412", "4321",
                                    "123456", "1234567", "12345678", "78563412", "87654321"}) {
        const int bits = 8 * static_cast<int>(order.size());
        Mission m;
        IntegerEncoding encoding{.bits = bits};
        encoding.layout = {.byte_order = ByteOrder::listed, .significance = significance_of(order)};
        const auto number = m.type(IntegerType{.is_signed = false}, encoding);
        const auto table = m.parameter(
            "table",
            m.type(ArrayType{.element = number, .dimensions = {{.end = std::int64_t{79}}}}, {}));
        m.container("P", entries({m.natural("header", 48), table}));
        Reception r(m);
        const auto octets = octets_of(*folder + "/byteorder_" + order + ".bin");
        std::ifstream answers(*folder + "/byteorder_" + order + ".csv");
        const auto packets = packets_in(octets);
        ASSERT_EQ(packets.size(), 10U) << order;
        for (const auto& packet : packets) {
            const auto values = r.decode({packet.bytes.begin(), packet.bytes.end()});
            ASSERT_EQ(values.size(), 81U);
            for (std::size_t i = 1; i < values.size(); ++i) {
                std::string expected;
                std::getline(answers, expected, i < 80 ? ',' : '\n');
                ASSERT_EQ(values[i].value, expected) << order << " " << i;
            }
        }
    }
}

} // namespace
} // namespace telemetry::parameter
