// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/decoder.h"

#include "telemetry/parameter/machine.h"

namespace telemetry::parameter {

std::string_view name_of(DecodeFault fault) {
    switch (fault) {
    case DecodeFault::container_not_found:
        return "container_not_found";
    case DecodeFault::packet_too_short:
        return "packet_too_short";
    case DecodeFault::bits_left_over:
        return "bits_left_over";
    case DecodeFault::length_mismatch:
        return "length_mismatch";
    case DecodeFault::size_mismatch:
        return "size_mismatch";
    case DecodeFault::limit_reached:
        return "limit_reached";
    case DecodeFault::reference_unknown:
        return "reference_unknown";
    case DecodeFault::segments_missing:
        return "segments_missing";
    }
    return {};
}

Decoder::Decoder(std::shared_ptr<const Program> program, Sink<DecodeEvent>& events,
                 const DecoderOptions& options)
    : program_(std::move(program)), events_(events), options_(options),
      machine_(std::make_unique<Machine>(*program_, options.most_values)) {}

Decoder::~Decoder() = default;

void Decoder::tell(const DecodeEvent& event) noexcept {
    ++counts_.faults[static_cast<std::size_t>(event.fault)];
    events_.accept(event);
}

void Decoder::process(const packet::Packet& packet, Sink<ValueBatch>& sink) noexcept {
    const std::int64_t number = next_number_++;
    const std::size_t before = machine_->columns.size;
    Machine::Faults faults;
    machine_->decode(packet.bytes,
                     {.number = number,
                      .generation_ns = packet.origin.utc_ns,
                      .reception_ns = packet.origin.utc_ns,
                      .feed = options_.feed},
                     faults);
    ++counts_.packets;
    counts_.values += machine_->columns.size - before;
    if (packet.space && packet.space->total_length != packet.bytes.size())
        faults[static_cast<std::size_t>(DecodeFault::length_mismatch)] =
            8 * (static_cast<std::int64_t>(packet.bytes.size()) -
                 static_cast<std::int64_t>(packet.space->total_length));
    const ContainerIndex container = machine_->columns.packets.back().container;
    for (std::size_t i = 0; i < faults.size(); ++i)
        if (faults[i] != -1)
            tell({.fault = static_cast<DecodeFault>(i),
                  .packet = number,
                  .container = container,
                  .apid = packet.space ? packet.space->apid : -1,
                  .bits = faults[i],
                  .reception_ns = packet.origin.utc_ns});
    if (machine_->columns.size >= options_.batch_values)
        flush(sink);
}

void Decoder::flush(Sink<ValueBatch>& sink) noexcept {
    if (machine_->columns.packets.empty())
        return;
    ValueBatch batch = machine_->columns.view();
    batch.labels = program_->labels();
    batch.boolean_labels = program_->boolean_labels();
    sink.accept(batch);
    machine_->columns.clear();
}

void Decoder::reset() noexcept {
    machine_->reset();
}

} // namespace telemetry::parameter
