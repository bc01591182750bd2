// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/station/receiver.h"

namespace telemetry::station {

std::string_view name_of(EventKind kind) {
    switch (kind) {
    case EventKind::lock_acquired:
        return "lock_acquired";
    case EventKind::lock_lost:
        return "lock_lost";
    case EventKind::frame_discarded:
        return "frame_discarded";
    case EventKind::samples_lost:
        return "samples_lost";
    case EventKind::samples_invalid:
        return "samples_invalid";
    }
    return "";
}

} // namespace telemetry::station
