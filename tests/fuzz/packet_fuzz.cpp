// SPDX-License-Identifier: GPL-3.0-or-later
// Any octets as transfer frames of any of the protocols: nothing may go wrong, and what comes out
// lies within what went in.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "telemetry/packet/packet_receiver.h"
#include "telemetry/packet/packet_settings.h"

namespace {

using namespace telemetry;
using namespace telemetry::packet;

class Bytes {
public:
    Bytes(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}
    unsigned next() {
        if (rest_.empty())
            return 0;
        const unsigned byte = rest_.front();
        rest_ = rest_.subspan(1);
        return byte;
    }
    std::span<const std::uint8_t> take(std::size_t count) {
        const auto taken = rest_.first(std::min(count, rest_.size()));
        rest_ = rest_.subspan(taken.size());
        return taken;
    }
    bool empty() const { return rest_.empty(); }

private:
    std::span<const std::uint8_t> rest_;
};

Settings settings_of(Bytes& bytes) {
    auto read = read_settings_from(packet_fields(), {});
    if (!read)
        std::abort();
    Settings settings = *read;
    const unsigned kind = bytes.next();
    const unsigned limits = bytes.next();
    constexpr const char* kProtocols[] = {"TM", "AOS", "USLP", "USLP"};
    constexpr const char* kChecks[] = {"none", "none", "crc16", "crc32"};
    settings.set("protocol", std::string(kProtocols[kind & 3]), true);
    settings.set("frame_error_control", std::string(kChecks[kind >> 2 & 3]), true);
    settings.set("ocf", (kind >> 4 & 1) != 0, true);
    settings.set("header_error_control", (kind >> 5 & 1) != 0, true);
    settings.set("join_segments", (kind >> 6 & 1) == 0, true);
    settings.set("insert_zone", std::int64_t{kind >> 7} * (limits & 7), true);
    settings.set("segment_header", std::int64_t{limits >> 3 & 7}, true);
    settings.set("longest_packet", std::int64_t{limits >> 6 == 0 ? 65542 : 7 + limits}, true);
    return settings;
}

struct Checked final : Sink<Packet>, Sink<LinkEvent> {
    void accept(const Packet& packet) noexcept override {
        if (packet.bytes.empty())
            std::abort();
        for (const std::uint8_t byte : packet.bytes) // under ASan: all of it is there
            sum += byte;
        octets += packet.bytes.size();
        ++packets;
    }
    void accept(const LinkEvent& event) noexcept override {
        if (event.count < 0)
            std::abort();
        ++events;
    }
    bool operator==(const Checked& other) const {
        return packets == other.packets && octets == other.octets && sum == other.sum &&
               events == other.events;
    }

    std::uint64_t packets = 0, octets = 0, sum = 0, events = 0;
};

Checked run(PacketReceiver& receiver, Checked& out, Bytes bytes, std::uint64_t& taken) {
    out = {};
    taken = 0;
    std::vector<std::uint8_t> frame;
    while (!bytes.empty()) {
        // A length of 0 repeats the frame before, as a receiver does that hears two stations.
        if (const unsigned length = bytes.next(); length != 0) {
            const auto octets = bytes.take(length);
            frame.assign(octets.begin(), octets.end());
        }
        taken += frame.size();
        receiver.process({.bytes = frame}, out);
    }
    receiver.finish(out);
    receiver.reset();
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes bytes(data, size);
    const auto options = packet_options(settings_of(bytes));
    if (!options)
        return 0; // refused, with a reason
    Checked out;
    PacketReceiver receiver(*options, out);
    std::uint64_t taken = 0;
    const Checked first = run(receiver, out, bytes, taken);
    if (first.octets > taken)
        std::abort();
    if (!(run(receiver, out, bytes, taken) == first)) // reset() leaves nothing behind
        std::abort();
    return 0;
}
