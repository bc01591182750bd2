// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <string_view>

#include "column_table.h"

namespace telemetry::python {

/// What is malformed is replaced, so that a packet's noise raises no exception.
pybind11::str to_str(std::string_view utf8);

/// One value as Python has it. Of text and bytes: `text`.
pybind11::object to_object(std::uint64_t bits, parameter::Form form, std::string_view text);

/// The array of a column, which is used up: one axis for the rows, further ones for the elements of
/// arrays. Masked where packets have no value; of arrays where their number changes from packet to
/// packet.
pybind11::object to_numpy(Column&& column, const ColumnTable& table, std::size_t row_count,
                          const parameter::Program& program);

/// Takes the place of the vector; no copy. `dtype` has items of the size of T.
template <class T>
pybind11::array adopt(std::vector<T>&& values, const pybind11::dtype& dtype) {
    auto* kept = new std::vector<T>(std::move(values));
    const pybind11::capsule owner(kept, [](void* p) { delete static_cast<std::vector<T>*>(p); });
    return pybind11::array(dtype, {static_cast<pybind11::ssize_t>(kept->size())}, {}, kept->data(),
                           owner);
}

} // namespace telemetry::python
