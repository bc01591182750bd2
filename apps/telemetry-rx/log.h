// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>
#include <mutex>
#include <string>

namespace telemetry::rx {

enum class Verbosity : std::uint8_t {
    quiet,  ///< errors
    normal, ///< and what happens: frames, losses, start and end
    verbose ///< and every lock and discarded frame
};

/// Lines for people on standard error. Any thread.
class Log {
public:
    explicit Log(Verbosity verbosity) : verbosity_(verbosity) {}

    void error(const std::string& text) { write(Verbosity::quiet, text); }
    void note(const std::string& text) { write(Verbosity::normal, text); }
    void detail(const std::string& text) { write(Verbosity::verbose, text); }

private:
    void write(Verbosity least, const std::string& text);

    Verbosity verbosity_;
    std::mutex mutex_;
};

} // namespace telemetry::rx
