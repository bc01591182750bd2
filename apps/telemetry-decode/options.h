// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "telemetry/source/source.h"
#include "telemetry/station/ad_hoc.h"
#include "telemetry/station/receiver.h"

namespace telemetry::decode {

/// What the shell learns; --help lists them.
enum ExitStatus : int { kDone = 0, kUsage = 2, kInputFailed = 3, kOutputFailed = 4 };

/// What the input is made of: where the chain is entered.
enum class InputStage : std::uint8_t { samples, symbols, bits, cadu, frames, packets };

/// What is written: where the chain is left.
enum class OutputStage : std::uint8_t { frames, packets, parameters };

struct Options {
    std::string station; ///< empty: `link` describes the signal
    station::AdHocLink link;
    std::string input;
    InputStage input_stage = InputStage::samples;
    OutputStage output_stage = OutputStage::frames;
    std::size_t frame_size = 0; ///< bytes; 0: as the framing says
    std::string format = "jsonl";
    std::string database;  ///< mission database; empty: none
    std::string container; ///< that packets begin with; empty: as the database has it
    bool qualified_names = false;
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

/// The end of the program for an error, which is told.
int refuse(const Error& error, ExitStatus status);

/// What is odd, for people.
void remark(const std::string& text);

} // namespace telemetry::decode
