// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

namespace telemetry::decode {

/// How far and how fast, on one line of a terminal; silent elsewhere.
class Progress {
public:
    Progress(double rate_hz, std::optional<std::int64_t> length);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void show(std::uint64_t samples, std::uint64_t frames);
    void clear(); ///< wipes the line before something else is printed

    double seconds() const; ///< since construction

private:
    using Clock = std::chrono::steady_clock;
    double rate_hz_;
    std::optional<std::int64_t> length_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point shown_ = start_;
    bool on_terminal_;
    bool line_open_ = false;
};

} // namespace telemetry::decode
