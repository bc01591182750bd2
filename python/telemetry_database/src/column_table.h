// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "telemetry/base/stage.h"
#include "telemetry/parameter/program.h"
#include "telemetry/parameter/value.h"

namespace telemetry::python {

/// Which of a value's two sides goes into the columns.
enum class Side : std::uint8_t { engineering, raw };

/// How a value is read; none: it has no value on this side. What could not be calibrated has its
/// raw value in a batch, which among engineering values would pass for one.
inline parameter::Form form_of(const parameter::ValueBatch& batch, std::size_t at, Side side) {
    if (side == Side::raw)
        return batch.raw_form[at];
    return batch.validity[at] == parameter::Validity::not_calibrated ? parameter::Form::none
                                                                     : batch.value_form[at];
}

/// The values of one parameter in the packets of one container, in their order.
struct Column {
    parameter::ItemIndex item = parameter::kNone;
    /// As in ValueBatch; of text and bytes: index into ColumnTable::texts().
    std::vector<std::uint64_t> bits = {};
    /// Row of each value; empty: value i is that of row i.
    std::vector<std::uint32_t> rows = {};
    parameter::Form form = parameter::Form::none; ///< of the first value that has one
    /// Of each value; empty: all have `form`.
    std::vector<parameter::Form> forms = {};
    /// Of arrays: the least and the greatest index of each dimension.
    std::array<std::uint16_t, 4> low = {0xffff, 0xffff, 0xffff, 0xffff};
    std::array<std::uint16_t, 4> high = {};
};

/// A row a packet of one container.
struct ContainerTable {
    std::vector<std::int64_t> packets = {}; ///< PacketRecord::number of each row
    std::vector<std::int64_t> times = {};   ///< its generation
    std::vector<Column> columns = {};       ///< in the order in which they were first seen
    // The k-th value of a packet mostly belongs to the column that the k-th of the last one did.
    std::vector<std::uint32_t> column_of_place = {};
    std::unordered_map<parameter::ItemIndex, std::uint32_t> column_of_item = {};
};

/// Values → columns, by container: what becomes NumPy arrays. Nothing here knows Python, so that
/// other Python threads run while packets are decoded.
class ColumnTable final : public Sink<parameter::ValueBatch> {
public:
    struct Text {
        std::uint64_t offset = 0; ///< in pool()
        std::uint32_t length = 0;
    };

    /// `wanted`: by item; empty: all.
    ColumnTable(const parameter::Program& program, Side side, std::vector<bool> wanted);

    void accept(const parameter::ValueBatch& batch) noexcept override;

    /// By container; one more for packets that no container describes.
    std::vector<ContainerTable>& containers() { return containers_; }
    std::span<const Text> texts() const { return texts_; }
    std::string_view text(std::uint64_t index) const {
        return {pool_.data() + texts_[index].offset, texts_[index].length};
    }
    bool out_of_memory() const { return out_of_memory_; }

private:
    void add_packet(const parameter::ValueBatch& batch, const parameter::PacketRecord& packet);
    void append(Column& column, std::size_t row, const parameter::ValueBatch& batch,
                std::size_t at);

    const parameter::Program& program_;
    const Side side_;
    const std::vector<bool> wanted_;
    std::vector<ContainerTable> containers_;
    std::vector<Text> texts_;
    std::vector<char> pool_;
    bool out_of_memory_ = false;
};

} // namespace telemetry::python
