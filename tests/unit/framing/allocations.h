// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

/// Calls of operator new in this program so far.
std::uint64_t allocations();
