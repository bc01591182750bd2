// SPDX-License-Identifier: GPL-3.0-or-later
#include <gnuradio/telemetry/keys.h>

namespace gr {
namespace telemetry {
namespace keys {

// Interned once: comparing symbols is comparing pointers then.
#define TELEMETRY_KEY(name)                                                                        \
    const pmt::pmt_t& name() {                                                                     \
        static const pmt::pmt_t symbol = pmt::mp(#name);                                           \
        return symbol;                                                                             \
    }

TELEMETRY_KEY(frames)
TELEMETRY_KEY(packets)
TELEMETRY_KEY(events)
TELEMETRY_KEY(metrics)
TELEMETRY_KEY(parameters)
TELEMETRY_KEY(alarms)
TELEMETRY_KEY(records)
TELEMETRY_KEY(kiss)
TELEMETRY_KEY(rx_time)
TELEMETRY_KEY(rx_freq)
TELEMETRY_KEY(rx_rate)
TELEMETRY_KEY(samples_lost)
TELEMETRY_KEY(soft_symbols)

} // namespace keys
} // namespace telemetry
} // namespace gr
