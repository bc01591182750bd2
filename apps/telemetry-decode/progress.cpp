// SPDX-License-Identifier: GPL-3.0-or-later
#include "progress.h"

#include <cmath>
#include <cstdio>
#include <string>

#include <unistd.h>

namespace telemetry::decode {
namespace {

std::string clock_text(double seconds) {
    const long long whole = std::llround(seconds);
    char text[48];
    if (whole >= 3600)
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                      whole % 60);
    else
        std::snprintf(text, sizeof text, "%lld:%02lld", whole / 60, whole % 60);
    return text;
}

} // namespace

Progress::Progress(double rate_hz, std::optional<std::int64_t> length)
    : rate_hz_(rate_hz), length_(length), on_terminal_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    clear();
}

double Progress::seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::show(std::uint64_t samples, std::uint64_t frames) {
    if (!on_terminal_ || Clock::now() - shown_ < std::chrono::milliseconds(200))
        return;
    shown_ = Clock::now();
    const double rate = static_cast<double>(samples) / seconds();
    std::fprintf(stderr, "\r\x1b[K");
    if (length_ && *length_ > 0)
        std::fprintf(stderr, "%3.0f%%  ",
                     100.0 * static_cast<double>(samples) / static_cast<double>(*length_));
    std::fprintf(stderr, "%s of signal, %llu frames, %.1f Msps (%.0f x real time)",
                 clock_text(static_cast<double>(samples) / rate_hz_).c_str(),
                 static_cast<unsigned long long>(frames), rate * 1e-6, rate / rate_hz_);
    if (length_ && rate > 0)
        std::fprintf(
            stderr, ", %s left",
            clock_text((static_cast<double>(*length_) - static_cast<double>(samples)) / rate)
                .c_str());
    std::fflush(stderr);
    line_open_ = true;
}

void Progress::clear() {
    if (line_open_)
        std::fprintf(stderr, "\r\x1b[K");
    line_open_ = false;
}

} // namespace telemetry::decode
