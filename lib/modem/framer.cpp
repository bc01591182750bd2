// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/modulator.h"

namespace telemetry::modem {

Result<std::unique_ptr<Framer>> make_framer(std::string_view framing,
                                            const Settings& /*settings*/) {
    return fail("no transmitter for the framing '" + std::string(framing) + "'");
}

} // namespace telemetry::modem
