// SPDX-License-Identifier: GPL-3.0-or-later
#include "bindings.h"

PYBIND11_MODULE(telemetry_python, m) {
    // The base classes are registered there.
    pybind11::module::import("gnuradio.gr");
    bind_blocks(m);
    bind_catalogs(m);
    bind_decode(m);
    bind_parameters(m);
    bind_steps(m);
}
