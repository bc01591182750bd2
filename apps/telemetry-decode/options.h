// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "telemetry/source/source.h"
#include "telemetry/station/receiver.h"

namespace telemetry::decode {

/// What the shell learns; --help lists them.
enum ExitStatus : int { kDone = 0, kUsage = 2, kInputFailed = 3, kOutputFailed = 4 };

struct Options {
    std::string station;
    std::string input;
    std::string format = "jsonl";
    std::string output = "-";
    std::vector<std::string> folders; ///< where stations are looked for
    source::SourceOptions source;
    station::ReceiverOptions receiver;
    std::optional<double> frequency_hz; ///< --frequency; 0: samples are centred on the downlink
    bool verbose = false;
};

/// Reads the command line. Where that ends the program (--help, or a mistake that was reported),
/// the exit status.
std::optional<int> read_options(int count, char** arguments, Options& options);

} // namespace telemetry::decode
