// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <span>

#include "telemetry/base/fields.h"
#include "telemetry/base/result.h"
#include "telemetry/packet/packet_receiver.h"

namespace telemetry::packet {

/// What a mission fixes for a physical channel and frames do not say ("managed parameters"), as a
/// station file has it under `packets`.
std::span<const Field> packet_fields();

/// What those settings stand for; an error where they contradict each other or the protocol.
Result<PacketReceiverOptions> packet_options(const Settings& settings);

} // namespace telemetry::packet
