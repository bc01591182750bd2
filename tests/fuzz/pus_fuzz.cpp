// SPDX-License-Identifier: GPL-3.0-or-later
// Any octets as a PUS packet: the first choose the sizes of the layout.
#include <cstdlib>
#include <vector>

#include "telemetry/pus/reader.h"

using namespace telemetry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 4)
        return 0;
    pus::Layout layout;
    layout.edition = data[0] & 1 ? pus::Edition::a : pus::Edition::c;
    layout.time.code = data[0] & 2 ? parameter::TimeCode::cds : parameter::TimeCode::cuc;
    layout.time.coarse_octets = data[0] & 2 ? 2 : 4;
    layout.time.fine_octets = 2;
    layout.time.has_p_field = (data[0] & 4) != 0;
    layout.error_control = (data[0] & 8) != 0;
    layout.count = data[1] % 65;
    layout.length = data[2] % 65;
    layout.parameter = data[3] % 65;
    const pus::Reader reader(layout, {{0, {0, parameter::Form::natural, 64}},
                                      {1, {1, parameter::Form::integer, 7}},
                                      {2, {2, parameter::Form::real, 32}}});
    pus::Message message;
    const auto fault = reader.read({data + 4, size - 4}, message);
    // What a packet makes us keep is bounded by its length.
    if (const auto* statistics = std::get_if<pus::Statistics>(&message.report))
        if (fault == pus::Fault::none && statistics->entries.size() > 8 * size)
            std::abort();
    return 0;
}
