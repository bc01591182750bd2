// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>

#include "native.h"

namespace py = pybind11;

namespace telemetry::python {
namespace {

using parameter::Form;

py::module_ numpy() {
    return py::module_::import("numpy");
}

std::string_view text_of(const ColumnTable& table, const parameter::Program& program,
                         std::uint64_t bits, Form form) {
    if (form == Form::text || form == Form::bytes)
        return table.text(bits);
    return form == Form::label && bits < program.labels().size() ? program.labels()[bits]
                                                                 : std::string_view();
}

/// Labels are few and values many: an index each, and one look-up.
py::object labels_array(const std::vector<std::uint64_t>& bits, const std::vector<Form>& forms,
                        const parameter::Program& program) {
    std::vector<std::int64_t> place(program.labels().size(), -1);
    py::list used;
    std::vector<std::int64_t> codes;
    codes.reserve(bits.size());
    for (std::size_t i = 0; i < bits.size(); ++i) {
        const bool is_label = forms.empty() || forms[i] == Form::label;
        if (!is_label || bits[i] >= place.size()) {
            codes.push_back(0);
            continue;
        }
        std::int64_t& at = place[bits[i]];
        if (at < 0) {
            at = static_cast<std::int64_t>(used.size());
            used.append(to_str(program.labels()[bits[i]]));
        }
        codes.push_back(at);
    }
    if (used.empty())
        used.append(py::str());
    return numpy().attr("array")(used).attr("take")(
        adopt(std::move(codes), py::dtype::of<std::int64_t>()));
}

py::object objects_array(const Column& column, const ColumnTable& table,
                         const parameter::Program& program) {
    const std::size_t count = column.bits.size();
    const py::object array = numpy().attr("empty")(count, "O");
    auto* items = static_cast<PyObject**>(py::array(array).mutable_data());
    for (std::size_t i = 0; i < count; ++i) {
        const Form form = column.forms.empty() ? column.form : column.forms[i];
        PyObject* made =
            to_object(column.bits[i], form, text_of(table, program, column.bits[i], form))
                .release()
                .ptr();
        std::swap(items[i], made);
        Py_XDECREF(made);
    }
    return array;
}

/// Of numbers, an array of their type; NumPy has no unknown time but not-a-time, which is the same
/// 64 bits as kUnknownTime.
std::optional<const char*> dtype_of(Form form) {
    switch (form) {
    case Form::integer:
        return "i8";
    case Form::natural:
        return "u8";
    case Form::real:
        return "f8";
    case Form::time:
        return "M8[ns]";
    case Form::duration:
        return "m8[ns]";
    case Form::none:
    case Form::boolean:
    case Form::label:
    case Form::text:
    case Form::bytes:
        break;
    }
    return std::nullopt;
}

/// One value after the other, whatever their rows. May take the bits out of the column.
py::object flat_array(Column& column, const ColumnTable& table, const parameter::Program& program) {
    const auto is_missing = [](Form form) { return form == Form::none; };
    const bool is_mixed = std::any_of(column.forms.begin(), column.forms.end(), [&](Form form) {
        return form != column.form && form != Form::none;
    });
    if (is_mixed || column.form == Form::text || column.form == Form::bytes ||
        (column.form == Form::none && column.forms.empty()))
        return objects_array(column, table, program);
    py::object array;
    if (column.form == Form::label) {
        array = labels_array(column.bits, column.forms, program);
    } else if (column.form == Form::boolean) {
        std::vector<std::uint8_t> truths;
        truths.reserve(column.bits.size());
        for (const std::uint64_t bits : column.bits)
            truths.push_back(bits != 0 ? 1 : 0);
        array = adopt(std::move(truths), py::dtype("?"));
    } else {
        array = adopt(std::move(column.bits), py::dtype(*dtype_of(column.form)));
    }
    if (std::none_of(column.forms.begin(), column.forms.end(), is_missing))
        return array;
    std::vector<std::uint8_t> missing;
    for (const Form form : column.forms)
        missing.push_back(is_missing(form) ? 1 : 0);
    return numpy().attr("ma").attr("array")(array, py::arg("mask") =
                                                       adopt(std::move(missing), py::dtype("?")));
}

/// How often each row has one of the `count` values.
std::vector<std::size_t> counts_of(const Column& column, std::size_t count, std::size_t row_count) {
    std::vector<std::size_t> counts(row_count, 0);
    if (column.rows.empty())
        std::fill_n(counts.begin(), count, 1);
    for (const std::uint32_t row : column.rows)
        ++counts[row];
    return counts;
}

/// The shape of each row's elements: that of the array where all of it is there, else a list.
py::list element_shape(const Column& column, std::size_t count, int dimensions) {
    py::list shape;
    std::size_t product = 1;
    for (int d = 0; d < std::min(dimensions, 4); ++d) {
        const auto at = static_cast<std::size_t>(d);
        const std::size_t extent = std::size_t{column.high[at]} - column.low[at] + 1;
        product *= extent;
        shape.append(extent);
    }
    if (product == count && dimensions > 0)
        return shape;
    py::list flat;
    flat.append(count);
    return flat;
}

} // namespace

py::str to_str(std::string_view utf8) {
    PyObject* made =
        PyUnicode_DecodeUTF8(utf8.data(), static_cast<py::ssize_t>(utf8.size()), "replace");
    if (made == nullptr)
        throw py::error_already_set();
    return py::reinterpret_steal<py::str>(made);
}

py::object to_object(std::uint64_t bits, Form form, std::string_view text) {
    switch (form) {
    case Form::integer:
        return py::int_(static_cast<std::int64_t>(bits));
    case Form::natural:
        return py::int_(bits);
    case Form::real:
        return py::float_(std::bit_cast<double>(bits));
    case Form::boolean:
        return py::bool_(bits != 0);
    case Form::label:
    case Form::text:
        return to_str(text);
    case Form::bytes:
        return py::bytes(text.data(), text.size());
    case Form::time:
        return numpy().attr("datetime64")(static_cast<std::int64_t>(bits), "ns");
    case Form::duration:
        return numpy().attr("timedelta64")(static_cast<std::int64_t>(bits), "ns");
    case Form::none:
        break;
    }
    return py::none();
}

py::object to_numpy(Column&& column, const ColumnTable& table, std::size_t row_count,
                    const parameter::Program& program) {
    const int dimensions = program.items()[column.item].dimensions;
    const std::size_t count = column.bits.size();
    const bool one_a_row = column.rows.empty() && count == row_count;
    const py::object flat = flat_array(column, table, program);
    if (one_a_row && dimensions == 0)
        return flat;
    const std::vector<std::size_t> counts = counts_of(column, count, row_count);
    const std::size_t most = *std::max_element(counts.begin(), counts.end());
    const bool is_even =
        std::all_of(counts.begin(), counts.end(), [&](std::size_t each) { return each == most; });
    if (is_even) {
        py::list shape;
        shape.append(row_count);
        return flat.attr("reshape")(shape + element_shape(column, most, dimensions));
    }
    if (most == 1 && dimensions == 0) {
        const py::object sparse =
            numpy().attr("ma").attr("masked_all")(row_count, flat.attr("dtype"));
        if (column.rows.empty())
            sparse[py::slice(0, static_cast<py::ssize_t>(count), 1)] = flat;
        else
            sparse[adopt(std::move(column.rows), py::dtype::of<std::uint32_t>())] = flat;
        return sparse;
    }
    const py::object ragged = numpy().attr("empty")(row_count, "O");
    std::size_t at = 0;
    for (std::size_t row = 0; row < row_count; ++row) {
        ragged[py::int_(row)] = flat[py::slice(static_cast<py::ssize_t>(at),
                                               static_cast<py::ssize_t>(at + counts[row]), 1)];
        at += counts[row];
    }
    return ragged;
}

} // namespace telemetry::python
