// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "telemetry/parameter/model.h"

namespace telemetry::parameter {

/// What is possible to write and hardly meant: labels and comparisons that can never be met,
/// overlapping enumerations, containers that no packet can be or that cannot be told apart, sizes
/// that contradict each other, things that nothing uses. For a database that check() finds sound.
std::vector<Diagnostic> cross_check(const Database& database);

/// Bits of a parameter of that type in a packet; nothing where the packet tells, or when it has no
/// encoding.
std::optional<std::int64_t> fixed_bits(const Database& database, TypeIndex type);

} // namespace telemetry::parameter
