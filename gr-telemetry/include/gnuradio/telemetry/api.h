// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <gnuradio/attributes.h>

#ifdef gnuradio_telemetry_EXPORTS
#define TELEMETRY_API __GR_ATTR_EXPORT
#else
#define TELEMETRY_API __GR_ATTR_IMPORT
#endif
