// SPDX-License-Identifier: GPL-3.0-or-later
#include <vector>

#include "telemetry/base/catalog.h"
#include "telemetry/framing/ccsds_blocks.h"
#include "telemetry/framing/ccsds_tm.h"
#include "telemetry/framing/deframer.h"
#include "telemetry/framing/gomspace.h"
#include "telemetry/framing/hdlc.h"

namespace telemetry::framing {

std::span<const DeframerEntry> deframers() {
    static const std::vector<DeframerEntry> catalog = [] {
        std::vector<DeframerEntry> all;
        for (const auto part :
             {hdlc_deframers(), gomspace_deframers(), ccsds_deframers(), ccsds_block_deframers()})
            all.insert(all.end(), part.begin(), part.end());
        return all;
    }();
    return catalog;
}

const DeframerEntry* find_deframer(std::string_view name) {
    return find_in_catalog(deframers(), name);
}

} // namespace telemetry::framing
