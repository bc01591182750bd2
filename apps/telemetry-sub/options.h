// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "telemetry/publish/subscriber.h"

namespace telemetry::sub {

enum ExitStatus : int {
    exit_good = 0,
    exit_loss = 1,   ///< --fail-on-loss, and something was lost
    exit_usage = 2,  ///< wrong options, endpoint or output file
    exit_few = 3,    ///< --count was not reached in time
    exit_refused = 4 ///< --ask: no answer, or an error
};

enum class Format : std::uint8_t { text, jsonl };

struct Options {
    publish::SubscriberOptions subscriber;
    std::optional<Format> format; ///< none: text on a terminal, else JSON Lines
    std::string output;           ///< empty: standard output
    std::string colour = "auto";  ///< auto, always, never
    std::uint64_t count = 0;      ///< 0: no end
    double seconds = 0;           ///< 0: no end
    int dump_bytes = 16;          ///< of each frame, in text
    std::string ask;              ///< empty: listen; else a request, or a word for one
    std::string control = "tcp://127.0.0.1:5557";
    bool fail_on_loss = false;
    bool quiet = false;
};

/// Reads the command line. Exits the program after --help, --version and errors.
Options read_options(int argc, char** argv);

} // namespace telemetry::sub
