// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/telemetry/types.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

void bind_blocks(pybind11::module& m);
void bind_catalogs(pybind11::module& m);
void bind_decode(pybind11::module& m);
void bind_parameters(pybind11::module& m);
void bind_steps(pybind11::module& m);

//! Values as they would stand in a station file: True is "true", 9600 is "9600".
gr::telemetry::settings_map to_settings(const pybind11::dict& dict);
