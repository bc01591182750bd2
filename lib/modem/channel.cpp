// SPDX-License-Identifier: GPL-3.0-or-later
#include "telemetry/modem/channel.h"
