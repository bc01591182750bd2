// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/parameter/last_values.h"

#include <algorithm>

namespace telemetry::parameter {

void LastValues::update(const ValueBatch& batch) {
    for (const PacketRecord& packet : batch.packets) {
        if (packet.feed == Feed::replayed)
            continue;
        const std::size_t end = std::min<std::size_t>(
            batch.size(), std::size_t{packet.first_value} + packet.value_count);
        for (std::size_t i = packet.first_value; i < end; ++i) {
            if (batch.item[i] >= entries_.size() ||
                (!batch.element.empty() && batch.element[i] != 0))
                continue;
            Entry& entry = entries_[batch.item[i]];
            if (packet.generation_ns < entry.generation_ns && packet.generation_ns != kUnknownTime)
                continue;
            entry.raw_form = batch.raw_form[i];
            entry.value_form = batch.value_form[i];
            entry.validity = batch.validity[i];
            entry.raw = batch.raw[i];
            entry.value = batch.value[i];
            entry.raw_text = batch.raw_text(i);
            entry.text = batch.text(i);
            entry.generation_ns = packet.generation_ns;
            entry.reception_ns = packet.reception_ns;
            entry.packet = packet.number;
            entry.container = packet.container;
        }
    }
}

} // namespace telemetry::parameter
