// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

void bind_blocks(pybind11::module& m);
void bind_catalogs(pybind11::module& m);
void bind_decode(pybind11::module& m);
