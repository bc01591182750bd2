// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <string>
#include <string_view>

#include "telemetry/parameter/last_values.h"
#include "telemetry/station/parameter_chain.h"

namespace telemetry::station {

/// {"request": …} → its answer, one line of JSON; {"error": …} when it makes no sense.
///
/// - dictionary: {"parameters": [{name, unit, description}], "containers": [name]}; with "match",
///   those whose name has it
/// - values: {"values": [{parameter, raw, value, unit, validity, generation_time, reception_time,
///   packet, container}]}; of "parameters" (a list of names), else of all that were seen
/// - alarms: {"limit_set": …, "alarms": […]}: all that are not normal; of "alarm" alone when given
/// - act: with the members of an action (docs/alarms.md): {"done": true}, or {"error": …}
/// - begin_pass, end_pass: for the links' alarms: {"done": true}
/// - status: {"time_correlation", "packets", "values", "faults": {…}, "alarms": {…}}
std::string answer_request(std::string_view request, ParameterChain& chain,
                           const parameter::LastValues& latest, UtcNs now);

} // namespace telemetry::station
