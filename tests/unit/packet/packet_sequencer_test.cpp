// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/packet/packet_sequencer.h"

#include <vector>

#include <gtest/gtest.h>

namespace telemetry::packet {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct Collected final : Sink<Packet>, Sink<LinkEvent> {
    std::vector<Bytes> packets;
    std::vector<bool> confirmed;
    std::vector<LinkEvent> events;
    void accept(const Packet& p) noexcept override {
        packets.emplace_back(p.bytes.begin(), p.bytes.end());
        confirmed.push_back(p.origin.confirmed);
    }
    void accept(const LinkEvent& e) noexcept override { events.push_back(e); }
};

class Sequencer : public testing::Test {
protected:
    void take(int apid, int sequence, const Bytes& data, Grouping grouping = Grouping::whole,
              int flags = 0, bool confirmed = true, int spacecraft = 1) {
        Bytes bytes = {static_cast<std::uint8_t>(flags | apid >> 8),
                       static_cast<std::uint8_t>(apid),
                       static_cast<std::uint8_t>(static_cast<int>(grouping) << 6 | sequence >> 8),
                       static_cast<std::uint8_t>(sequence),
                       0,
                       static_cast<std::uint8_t>(data.size() - 1)};
        bytes.insert(bytes.end(), data.begin(), data.end());
        sequencer_->process({.bytes = bytes,
                             .space = parse_space_header(bytes),
                             .origin = {.spacecraft_id = spacecraft, .confirmed = confirmed}},
                            got_);
    }
    void make(const SequencerOptions& options) {
        sequencer_ = std::make_unique<PacketSequencer>(options, got_);
    }
    std::vector<LinkFault> faults() const {
        std::vector<LinkFault> all;
        for (const LinkEvent& event : got_.events)
            all.push_back(event.fault);
        return all;
    }

    Collected got_;
    std::unique_ptr<PacketSequencer> sequencer_ =
        std::make_unique<PacketSequencer>(SequencerOptions{}, got_);
};

TEST_F(Sequencer, CountsWrapAndAreKeptForEachApplicationAndSpacecraft) {
    take(1, 16383, {1});
    take(2, 5, {1});
    take(1, 0, {1});
    take(1, 700, {1}, Grouping::whole, 0, true, 2);
    take(2, 6, {1});
    take(1, 1, {1});
    EXPECT_TRUE(got_.events.empty());
    take(1, 0, {1}); // one step back is all but one of the range missing
    ASSERT_EQ(faults(), std::vector{LinkFault::packets_missing});
    EXPECT_EQ(got_.events[0].count, 16382);
    EXPECT_EQ(got_.packets.size(), 7u);
}

TEST_F(Sequencer, TelecommandsMayHaveNamesForCounts) {
    constexpr int kTelecommand = 0x10;
    take(1, 5, {1}, Grouping::whole, kTelecommand);
    take(1, 5, {1}, Grouping::whole, kTelecommand);
    take(1, 900, {1}, Grouping::whole, kTelecommand);
    take(1, 77, {1}); // telemetry of the same APID counts apart
    EXPECT_TRUE(got_.events.empty());
}

TEST_F(Sequencer, CutsSecondaryHeadersOfFurtherSegments) {
    constexpr int kSecondary = 0x08;
    make({.secondary_header_bytes = 2});
    take(3, 0, {0xa, 0xb, 1}, Grouping::first, kSecondary);
    take(3, 1, {0xa, 0xb, 2}, Grouping::continuation, kSecondary);
    take(3, 2, {3}, Grouping::last); // without one: nothing to cut
    ASSERT_EQ(got_.packets.size(), 1u);
    EXPECT_EQ(Bytes(got_.packets[0].begin() + 6, got_.packets[0].end()),
              (Bytes{0xa, 0xb, 1, 2, 3}));
}

TEST_F(Sequencer, OneUnconfirmedPartMakesTheWholeUnconfirmed) {
    take(3, 0, {1}, Grouping::first);
    take(3, 1, {2}, Grouping::continuation, 0, false);
    take(3, 2, {3}, Grouping::last);
    take(3, 3, {3});
    EXPECT_EQ(got_.confirmed, (std::vector{false, true}));
}

TEST_F(Sequencer, GapAndEndBreakAGroup) {
    take(3, 0, {1}, Grouping::first);
    take(3, 2, {2}, Grouping::last);
    EXPECT_EQ(faults(), (std::vector{LinkFault::packets_missing, LinkFault::segment_broken,
                                     LinkFault::segment_broken}));
    got_.events.clear();
    take(3, 3, {1}, Grouping::first);
    sequencer_->finish(got_);
    EXPECT_EQ(faults(), std::vector{LinkFault::segment_broken});
    EXPECT_TRUE(got_.packets.empty());
    sequencer_->finish(got_);
    EXPECT_EQ(got_.events.size(), 1u);
}

TEST_F(Sequencer, GroupsAndApplicationsHaveLimits) {
    make({.longest_group = 12, .most_applications = 2});
    take(1, 0, {1}, Grouping::first);
    take(1, 1, {1, 2, 3}, Grouping::continuation);
    EXPECT_EQ(faults(), (std::vector{LinkFault::segment_broken, LinkFault::segment_broken}));
    got_.events.clear();
    take(2, 0, {1});
    take(3, 0, {1});
    EXPECT_EQ(faults(), std::vector{LinkFault::packet_refused});
    EXPECT_EQ(got_.events[0].apid, 3);
    sequencer_->reset();
    take(3, 0, {1});
    EXPECT_EQ(got_.packets.size(), 2u);
}

TEST_F(Sequencer, EncapsulationPacketsPass) {
    const Bytes bytes = {0xe9, 3, 7};
    sequencer_->process({.bytes = bytes}, got_);
    EXPECT_EQ(got_.packets, (std::vector<Bytes>{bytes}));
}

} // namespace
} // namespace telemetry::packet
