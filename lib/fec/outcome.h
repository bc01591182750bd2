// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace telemetry::fec {

/// What a block decoder says of one code word, or of the worst and the sum of several.
struct FecOutcome {
    bool valid = false;
    int corrected = 0; ///< symbols changed; 0 when not valid
};

} // namespace telemetry::fec
