// SPDX-License-Identifier: GPL-3.0-or-later
#include "log.h"

#include <cstdio>

#include "telemetry/base/time.h"

namespace telemetry::rx {

void Log::write(Verbosity least, const std::string& text) {
    if (verbosity_ < least)
        return;
    // Milliseconds are enough for people.
    const std::string time = to_rfc3339(utc_now()).substr(0, 23) + "Z";
    const std::lock_guard lock(mutex_);
    std::fprintf(stderr, "%s %s\n", time.c_str(), text.c_str());
}

} // namespace telemetry::rx
