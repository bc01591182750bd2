// SPDX-License-Identifier: GPL-3.0-or-later
#include "column_table.h"

#include <algorithm>
#include <new>
#include <utility>

namespace telemetry::python {

using parameter::Form;

ColumnTable::ColumnTable(const parameter::Program& program, Side side, std::vector<bool> wanted)
    : program_(program), side_(side), wanted_(std::move(wanted)),
      containers_(std::size_t{program.container_count()} + 1) {}

void ColumnTable::accept(const parameter::ValueBatch& batch) noexcept {
    if (out_of_memory_)
        return;
    try {
        for (const parameter::PacketRecord& packet : batch.packets)
            add_packet(batch, packet);
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    }
}

void ColumnTable::add_packet(const parameter::ValueBatch& batch,
                             const parameter::PacketRecord& packet) {
    ContainerTable& table =
        containers_[std::min<std::size_t>(packet.container, containers_.size() - 1)];
    const std::size_t row = table.packets.size();
    table.packets.push_back(packet.number);
    table.times.push_back(packet.generation_ns);
    const std::size_t end = std::size_t{packet.first_value} + packet.value_count;
    std::size_t place = 0;
    for (std::size_t i = packet.first_value; i < end; ++i) {
        const parameter::ItemIndex item = batch.item[i];
        if (!wanted_.empty() && !wanted_[item])
            continue;
        if (place == table.column_of_place.size())
            table.column_of_place.push_back(0);
        std::uint32_t& column = table.column_of_place[place++];
        if (column >= table.columns.size() || table.columns[column].item != item) {
            const auto [at, is_new] = table.column_of_item.try_emplace(
                item, static_cast<std::uint32_t>(table.columns.size()));
            if (is_new)
                table.columns.push_back({.item = item});
            column = at->second;
        }
        append(table.columns[column], row, batch, i);
    }
}

void ColumnTable::append(Column& column, std::size_t row, const parameter::ValueBatch& batch,
                         std::size_t at) {
    const bool raw = side_ == Side::raw;
    const Form form = form_of(batch, at, side_);
    std::uint64_t bits = raw ? batch.raw[at] : batch.value[at];
    if (form == Form::text || form == Form::bytes) {
        const std::string_view text = raw ? batch.raw_text(at) : batch.text(at);
        bits = texts_.size();
        texts_.push_back({pool_.size(), static_cast<std::uint32_t>(text.size())});
        pool_.insert(pool_.end(), text.begin(), text.end());
    }
    const std::size_t count = column.bits.size();
    if (column.rows.empty() && count != row) {
        for (std::size_t i = 0; i < count; ++i)
            column.rows.push_back(static_cast<std::uint32_t>(i));
        // Even where nothing came before: this value is not that of row 0.
        column.rows.push_back(static_cast<std::uint32_t>(row));
    } else if (!column.rows.empty()) {
        column.rows.push_back(static_cast<std::uint32_t>(row));
    }
    if (form != column.form || !column.forms.empty()) {
        if (column.form == Form::none && count == 0) {
            column.form = form;
        } else {
            if (column.forms.empty())
                column.forms.assign(count, column.form);
            if (column.form == Form::none)
                column.form = form;
            column.forms.push_back(form);
        }
    }
    column.bits.push_back(bits);
    const int dimensions = program_.items()[column.item].dimensions;
    if (dimensions == 0)
        return;
    parameter::ElementIndices element = batch.element.empty() ? 0 : batch.element[at];
    for (std::size_t d = 0; d < 4; ++d, element >>= 16) {
        const auto index = static_cast<std::uint16_t>(element);
        column.low[d] = std::min(column.low[d], index);
        column.high[d] = std::max(column.high[d], index);
    }
}

} // namespace telemetry::python
