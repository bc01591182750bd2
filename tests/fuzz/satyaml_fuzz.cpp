// SPDX-License-Identifier: GPL-3.0-or-later
// SatYAML import: whatever the text, an error or a station file that our reader takes.
#include <cstdlib>
#include <string>
#include <vector>

#include "telemetry/station/station.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace telemetry::station;
    std::vector<std::string> notes;
    const auto text =
        import_satyaml({reinterpret_cast<const char*>(data), size}, "fuzz.yml", notes);
    if (text && !parse_station(*text, "ours.yml"))
        std::abort();
    return 0;
}
