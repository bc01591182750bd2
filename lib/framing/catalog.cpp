// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/catalog.h"
#include "telemetry/framing/deframer.h"

namespace telemetry::framing {

std::span<const DeframerEntry> deframers() {
    return {};
}

const DeframerEntry* find_deframer(std::string_view name) {
    return find_in_catalog(deframers(), name);
}

} // namespace telemetry::framing
