// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string_view>
#include <vector>

#include "telemetry/parameter/value.h"

namespace telemetry::parameter {

/// The storage behind a ValueBatch. Vectors keep their room and `size` counts, so that appending
/// is a few stores and clearing is free.
struct Columns {
    std::vector<PacketRecord> packets;
    std::vector<ItemIndex> item;
    std::vector<std::uint64_t> raw;
    std::vector<std::uint64_t> value;
    std::vector<Form> raw_form;
    std::vector<Form> value_form;
    std::vector<Validity> validity;
    std::vector<ElementIndices> element;
    std::vector<std::uint32_t> packet;
    std::vector<std::uint32_t> first_bit;
    std::vector<std::uint32_t> bit_count;
    std::vector<char> pool;
    std::size_t size = 0;

    void make_room(std::size_t count) {
        if (size + count <= item.size())
            return;
        const std::size_t room = 2 * item.size() < size + count ? size + count : 2 * item.size();
        item.resize(room);
        raw.resize(room);
        value.resize(room);
        raw_form.resize(room);
        value_form.resize(room);
        validity.resize(room);
        element.resize(room);
        packet.resize(room);
        first_bit.resize(room);
        bit_count.resize(room);
    }
    void clear() {
        packets.clear();
        pool.clear();
        size = 0;
    }
    ValueBatch view() const {
        return {.packets = packets,
                .item = {item.data(), size},
                .raw = {raw.data(), size},
                .value = {value.data(), size},
                .raw_form = {raw_form.data(), size},
                .value_form = {value_form.data(), size},
                .validity = {validity.data(), size},
                .element = {element.data(), size},
                .packet = {packet.data(), size},
                .first_bit = {first_bit.data(), size},
                .bit_count = {bit_count.data(), size},
                .pool = pool};
    }
};

} // namespace telemetry::parameter
