// SPDX-License-Identifier: GPL-3.0-or-later
#include <pybind11/stl.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <vector>

#include "native.h"
#include "telemetry/base/text.h"
#include "telemetry/packet/packet.h"
#include "telemetry/parameter/database_open.h"
#include "telemetry/parameter/decoder.h"
#include "telemetry/parameter/value_records.h"

namespace py = pybind11;
using namespace py::literals;

namespace telemetry::python {
namespace {

using parameter::DecodeEvent;
using parameter::Form;
using parameter::ItemIndex;
using parameter::ValueBatch;
using Octets = std::span<const std::uint8_t>;

struct DatabaseError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

template <class T>
T value_or_throw(Result<T> result, const std::string& file) {
    if (!result) {
        Error error = result.error();
        if (error.file.empty())
            error.file = file;
        throw DatabaseError(error.to_string());
    }
    return std::move(*result);
}

/// Space and Encapsulation Packets say their length. A database may describe packets that are
/// neither: theirs is looked for where Space Packets have it.
std::size_t packet_length(Octets bytes) {
    const packet::Extent extent = packet::packet_extent(bytes);
    if (extent.total != 0)
        return extent.total;
    if (extent.need != 0 || bytes.size() < 6)
        return bytes.size();
    return (std::size_t{bytes[4]} << 8 | bytes[5]) + 7;
}

/// As packet::is_idle(), but not of packets without a known header.
bool is_filler(const packet::Packet& packet) {
    return (packet.space || packet::parse_encapsulation_header(packet.bytes)) &&
           packet::is_idle(packet);
}

/// Packets that follow each other; what is cut at the end is one too.
template <class Take>
void each_packet(Octets bytes, std::size_t packet_size, Take&& take) {
    while (!bytes.empty()) {
        const std::size_t length = packet_size != 0 ? packet_size : packet_length(bytes);
        packet::Packet packet;
        packet.bytes = bytes.first(std::min(length, bytes.size()));
        packet.space = packet::parse_space_header(packet.bytes);
        bytes = bytes.subspan(packet.bytes.size());
        if (packet_size != 0 || !is_filler(packet))
            take(packet);
    }
}

/// Packets whose lengths are known; their sum is that of `bytes`.
template <class Take>
void each_of(Octets bytes, const std::vector<std::size_t>& lengths, Take&& take) {
    for (const std::size_t length : lengths) {
        packet::Packet packet;
        packet.bytes = bytes.first(std::min(length, bytes.size()));
        packet.space = packet::parse_space_header(packet.bytes);
        bytes = bytes.subspan(packet.bytes.size());
        take(packet);
    }
}

Octets octets_of(const py::buffer_info& info) {
    if (info.itemsize * info.size != 0 && (info.ndim != 1 || info.strides[0] != info.itemsize))
        throw std::invalid_argument("bytes that follow each other are expected");
    return {static_cast<const std::uint8_t*>(info.ptr),
            static_cast<std::size_t>(info.size * info.itemsize)};
}

struct IgnoredEvents final : Sink<DecodeEvent> {
    void accept(const DecodeEvent&) noexcept override {}
};

class Database {
public:
    Database(const std::string& file, const std::string& root, const std::string& names)
        : Database(value_or_throw(parameter::open_database(file), file), file, root, names) {}

    py::tuple decode(const py::buffer& data, bool raw) {
        const py::buffer_info info = data.request();
        packet::Packet packet;
        packet.bytes = octets_of(info);
        packet.space = packet::parse_space_header(packet.bytes);
        OnePacket one(*this, raw ? Side::raw : Side::engineering);
        faults_.clear();
        decoder_.process(packet, one);
        decoder_.flush(one);
        return py::make_tuple(one.result(), one.container, one.time, py::cast(faults_));
    }

    py::tuple columns(const py::buffer& data, bool raw,
                      const std::optional<std::vector<std::string>>& wanted,
                      std::size_t packet_size,
                      const std::optional<std::vector<std::size_t>>& lengths) const {
        const py::buffer_info info = data.request();
        const Octets bytes = octets_of(info);
        if (packet_size == 0)
            packet_size =
                static_cast<std::size_t>((program_->fixed_packet_bits().value_or(0) + 7) / 8);
        ColumnTable table(*program_, raw ? Side::raw : Side::engineering, items_of(wanted));
        IgnoredEvents events;
        parameter::Decoder decoder(program_, events);
        {
            const py::gil_scoped_release others_may_run;
            const auto take = [&](const packet::Packet& packet) { decoder.process(packet, table); };
            if (lengths)
                each_of(bytes, *lengths, take);
            else
                each_packet(bytes, packet_size, take);
            decoder.finish(table);
        }
        if (table.out_of_memory())
            throw std::bad_alloc();
        py::dict faults;
        const parameter::DecodeCounts& counts = decoder.counts();
        for (std::size_t i = 0; i < counts.faults.size(); ++i)
            if (counts.faults[i] != 0)
                faults[to_str(name_of(static_cast<parameter::DecodeFault>(i)))] = counts.faults[i];
        return py::make_tuple(tables_of(table), counts.packets, faults);
    }

    const std::vector<std::string>& diagnostics() const { return diagnostics_; }

    std::vector<std::string> containers() const {
        std::vector<std::string> all;
        for (parameter::ContainerIndex i = 0; i < program_->container_count(); ++i)
            all.emplace_back(names_.container(i));
        return all;
    }

    py::dict units() const {
        py::dict units;
        for (ItemIndex i = 0; i < keys_.size(); ++i)
            units[to_str(keys_[i])] = to_str(program_->items()[i].unit);
        return units;
    }

private:
    Database(parameter::Database database, const std::string& file, const std::string& root,
             const std::string& names)
        : program_(value_or_throw(parameter::compile(database, {.root = root}), file)),
          names_(*program_, style_of(names)), decoder_(program_, events_) {
        tell(database, database.diagnostics);
        tell(database, program_->diagnostics());
        for (ItemIndex i = 0; i < program_->items().size(); ++i) {
            const std::string& full = program_->items()[i].name;
            const std::size_t cut = program_->item_name(i, 0).size() - names_.item(i, 0).size();
            std::string key = full.substr(cut);
            while (key.ends_with("[]"))
                key.resize(key.size() - 2);
            keys_.push_back(std::move(key));
        }
    }

    static parameter::NameStyle style_of(const std::string& names) {
        if (names == "short")
            return parameter::NameStyle::shortest;
        if (names == "qualified")
            return parameter::NameStyle::qualified;
        throw std::invalid_argument("names '" + names +
                                    "' is not valid; expected short or qualified");
    }

    void tell(const parameter::Database& database, std::span<const parameter::Diagnostic> all) {
        for (const parameter::Diagnostic& each : all)
            if (each.severity != parameter::Diagnostic::Severity::note)
                diagnostics_.push_back(to_string(database, each.where) + ": " + each.element +
                                       ": " + each.message);
    }

    std::vector<bool> items_of(const std::optional<std::vector<std::string>>& names) const {
        std::vector<bool> wanted;
        if (!names)
            return wanted;
        wanted.resize(keys_.size(), false);
        std::vector<std::string_view> known(keys_.begin(), keys_.end());
        for (const std::string& name : *names) {
            bool found = false;
            for (ItemIndex i = 0; i < keys_.size(); ++i)
                if (keys_[i] == name || program_->items()[i].name == name)
                    wanted[i] = found = true;
            if (!found) {
                const auto near = nearest(name, known);
                throw py::key_error(
                    "no parameter '" + name + "'" +
                    (near.empty() ? "" : "; did you mean '" + std::string(near) + "'?"));
            }
        }
        return wanted;
    }

    py::dict tables_of(ColumnTable& table) const {
        py::dict tables;
        for (std::size_t c = 0; c < table.containers().size(); ++c) {
            ContainerTable& container = table.containers()[c];
            const std::size_t rows = container.packets.size();
            if (rows == 0)
                continue;
            py::dict columns;
            for (Column& column : container.columns) {
                const py::str key = to_str(keys_[column.item]);
                columns[key] = to_numpy(std::move(column), table, rows, *program_);
            }
            const py::object name =
                c < program_->container_count()
                    ? py::object(to_str(names_.container(static_cast<std::uint32_t>(c))))
                    : py::object(py::none());
            tables[name] =
                py::make_tuple(columns, adopt(std::move(container.packets), py::dtype("i8")),
                               adopt(std::move(container.times), py::dtype("M8[ns]")));
        }
        return tables;
    }

    /// A packet's values as a dictionary; lists of arrays and of what comes more than once.
    class OnePacket final : public Sink<ValueBatch> {
    public:
        OnePacket(const Database& database, Side side) : database_(database), side_(side) {}

        void accept(const ValueBatch& batch) noexcept override {
            try {
                for (std::size_t i = 0; i < batch.size(); ++i)
                    add(batch, i);
                const parameter::PacketRecord& record = batch.packets.back();
                if (record.container < database_.program_->container_count())
                    container = to_str(database_.names_.container(record.container));
                if (record.generation_ns != kUnknownTime)
                    time =
                        to_object(static_cast<std::uint64_t>(record.generation_ns), Form::time, {});
            } catch (py::error_already_set& raised) {
                error_.emplace(std::move(raised));
            }
        }

        py::dict result() {
            if (error_)
                throw std::move(*error_);
            return values_;
        }
        py::object container = py::none();
        py::object time = py::none();

    private:
        void add(const ValueBatch& batch, std::size_t at) {
            const ItemIndex item = batch.item[at];
            const Form form = form_of(batch, at, side_);
            const py::object value = side_ == Side::raw
                                         ? to_object(batch.raw[at], form, batch.raw_text(at))
                                         : to_object(batch.value[at], form, batch.text(at));
            const py::str key = to_str(database_.keys_[item]);
            const bool is_array = database_.program_->items()[item].dimensions > 0;
            if (!values_.contains(key)) {
                if (is_array) {
                    py::list list;
                    list.append(value);
                    values_[key] = list;
                } else {
                    values_[key] = value;
                }
            } else if (py::isinstance<py::list>(values_[key])) {
                values_[key].cast<py::list>().append(value);
            } else {
                py::list list;
                list.append(values_[key]);
                list.append(value);
                values_[key] = list;
            }
        }

        const Database& database_;
        const Side side_;
        py::dict values_;
        std::optional<py::error_already_set> error_;
    };

    struct Events final : Sink<DecodeEvent> {
        explicit Events(std::vector<std::string>& list) : faults(list) {}
        void accept(const DecodeEvent& event) noexcept override {
            faults.emplace_back(name_of(event.fault));
        }
        std::vector<std::string>& faults;
    };

    std::shared_ptr<const parameter::Program> program_;
    parameter::Names names_;
    std::vector<std::string> keys_; ///< by item
    std::vector<std::string> diagnostics_;
    std::vector<std::string> faults_; ///< of the packet that was decoded last
    Events events_{faults_};
    parameter::Decoder decoder_;
};

} // namespace

PYBIND11_MODULE(_native, m) {
    py::register_exception<DatabaseError>(m, "DatabaseError", PyExc_ValueError);
    py::class_<Database>(m, "Database")
        .def(py::init<const std::string&, const std::string&, const std::string&>(), "file"_a,
             "root"_a, "names"_a)
        .def("decode", &Database::decode, "packet"_a, "raw"_a)
        .def("columns", &Database::columns, "packets"_a, "raw"_a, "parameters"_a, "packet_size"_a,
             "lengths"_a)
        .def("diagnostics", &Database::diagnostics)
        .def("containers", &Database::containers)
        .def("units", &Database::units);
}

} // namespace telemetry::python
