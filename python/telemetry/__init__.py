# SPDX-License-Identifier: GPL-3.0-or-later
"""Ground-station telemetry for GNU Radio: samples to frames, published with their quality."""

import os.path

from .telemetry_python import (
    decode,
    deframer,
    deframers,
    demodulator,
    demodulators,
    kiss_encoder,
    publisher,
    soapy_source,
    station_receiver,
    stations,
    to_json,
)

__all__ = [
    "decode",
    "deframer",
    "deframers",
    "demodulator",
    "demodulators",
    "example_recording",
    "frame_list",
    "kiss_encoder",
    "publisher",
    "soapy_source",
    "station_receiver",
    "stations",
    "to_json",
]


def example_recording():
    """The path of a recording that the example flow graphs play: AFSK at 12 kHz with two AX.25 frames."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "ax25_afsk1200.wav")


def __getattr__(name):
    # Headless receivers need no Qt.
    if name == "frame_list":
        from .qt_frame_list import frame_list

        globals()[name] = frame_list
        return frame_list
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
