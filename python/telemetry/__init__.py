# SPDX-License-Identifier: GPL-3.0-or-later
"""Ground-station telemetry for GNU Radio: samples to frames, published with their quality."""

from .telemetry_python import (
    deframer,
    deframers,
    demodulator,
    demodulators,
    kiss_encoder,
    publisher,
    station_receiver,
    to_json,
)

__all__ = [
    "deframer",
    "deframers",
    "demodulator",
    "demodulators",
    "kiss_encoder",
    "publisher",
    "station_receiver",
    "to_json",
]
