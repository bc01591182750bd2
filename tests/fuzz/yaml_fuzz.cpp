// SPDX-License-Identifier: GPL-3.0-or-later
// Station files: whatever the text, an error or a station whose effective configuration reads back.
#include <cstdlib>
#include <string>

#include "telemetry/station/station.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace telemetry::station;
    const auto station = parse_station({reinterpret_cast<const char*>(data), size}, "fuzz.yml");
    if (!station)
        return 0;
    const std::string text = effective_configuration(*station);
    const auto again = parse_station(text, "again.yml");
    if (!again || effective_configuration(*again) != text)
        std::abort();
    return 0;
}
