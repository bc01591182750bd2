// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/base/result.h"

namespace telemetry {

std::string Error::to_string() const {
    std::string text;
    if (!file.empty()) {
        text += file;
        if (line > 0) {
            text += ':' + std::to_string(line);
            if (column > 0)
                text += ':' + std::to_string(column);
        }
        text += ": ";
    }
    if (!key.empty())
        text += key + ": ";
    return text + message;
}

} // namespace telemetry
