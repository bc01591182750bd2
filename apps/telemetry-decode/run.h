// SPDX-License-Identifier: GPL-3.0-or-later
// One function for each way into the chain.
#pragma once
#include "options.h"
#include "output.h"
#include "parameter_output.h"
#include "printer.h"
#include "telemetry/station/station.h"

namespace telemetry::decode {

struct Run {
    const Options& options;
    const station::Station& station;
    Output& output;
    ParameterOutput* parameters; ///< null unless the output stage is that
};

/// All yield the exit status; what is wrong has been told.
int run_samples(const Run& run);
int run_symbols(const Run& run); ///< symbols, bits and CADUs
int run_records(const Run& run); ///< frames and packets

/// The only downlink, or the one that was chosen with --downlink.
Result<int> single_downlink(const Options& options, const station::Station& station);

/// Ends the output; `status` is that of the work before.
int close(const Run& run, int status);

/// "3 frames (2 confirmed), 17 packets, 1 event"
std::string sum(const Printer& printer, const Run& run);

} // namespace telemetry::decode
