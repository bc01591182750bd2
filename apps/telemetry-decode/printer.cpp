// SPDX-License-Identifier: GPL-3.0-or-later
#include "printer.h"

#include <iostream>

#include "telemetry/base/time.h"

namespace telemetry::decode {
namespace {

void print_place(std::int64_t sample_index, UtcNs utc_ns, const std::string& downlink) {
    std::cerr << "sample " << sample_index;
    if (utc_ns != kUnknownTime)
        std::cerr << " (" << to_rfc3339(utc_ns) << ")";
    if (!downlink.empty())
        std::cerr << ", " << downlink;
    std::cerr << ": ";
}

} // namespace

void Printer::on_frame(const Frame& frame, int downlink) noexcept {
    ++frames_;
    confirmed_ += frame.confirmed ? 1 : 0;
    if (stage_ == OutputStage::frames)
        output_.write(format_.frame(frame, downlink_at(downlink)));
}

void Printer::on_packet(const packet::Packet& packet, int downlink) noexcept {
    ++packets_;
    if (stage_ == OutputStage::packets)
        output_.write(format_.packet(packet, downlink_at(downlink)));
    if (parameters_ != nullptr)
        parameters_->take(packet);
}

void Printer::on_link_event(const packet::LinkEvent& event, int downlink) noexcept {
    ++faults_;
    if (stage_ == OutputStage::packets)
        output_.write(format_.link_event(event, downlink_at(downlink)));
    if (!events_)
        return;
    events_->clear();
    print_place(event.sample_index, event.utc_ns, downlink_at(downlink).name);
    std::cerr << packet::name_of(event.fault);
    if (!event.detail.empty())
        std::cerr << " " << event.detail;
    if (event.virtual_channel >= 0)
        std::cerr << ", virtual channel " << event.virtual_channel;
    if (event.apid >= 0)
        std::cerr << ", APID " << event.apid;
    if (event.count != 1)
        std::cerr << " x " << event.count;
    std::cerr << "\n";
}

void Printer::on_event(const station::Event& event) noexcept {
    if (event.kind == station::EventKind::samples_invalid)
        invalid_ += event.count;
    if (!events_)
        return;
    events_->clear();
    print_place(event.sample_index, event.utc_ns,
                event.downlink >= 0 ? downlink_at(event.downlink).name : "");
    std::cerr << station::name_of(event.kind);
    if (!event.text.empty())
        std::cerr << " " << event.text;
    if (event.count != 1)
        std::cerr << " x " << event.count;
    std::cerr << "\n";
}

} // namespace telemetry::decode
