# SPDX-License-Identifier: GPL-3.0-or-later
"""Ground-station telemetry for GNU Radio: samples to frames and packets, published with their quality."""

import os.path

from .telemetry_python import (
    decode,
    deframer,
    deframers,
    demodulator,
    demodulators,
    derandomizer,
    frame_synchronizer,
    kiss_encoder,
    ldpc_decoder,
    packet_receiver,
    packet_splitter,
    packet_to_parameters,
    publisher,
    reed_solomon_decoder,
    soapy_source,
    station_receiver,
    stations,
    steps,
    to_json,
    turbo_decoder,
    viterbi_decoder,
)

__all__ = [
    "decode",
    "deframer",
    "deframers",
    "demodulator",
    "demodulators",
    "derandomizer",
    "example_database",
    "example_packets",
    "example_recording",
    "example_symbols",
    "frame_list",
    "frame_synchronizer",
    "kiss_encoder",
    "ldpc_decoder",
    "packet_receiver",
    "packet_splitter",
    "packet_to_parameters",
    "parameter_display",
    "publisher",
    "reed_solomon_decoder",
    "soapy_source",
    "station_receiver",
    "stations",
    "steps",
    "to_json",
    "turbo_decoder",
    "viterbi_decoder",
]


def example_recording():
    """The path of a recording that the example flow graphs play: AFSK at 12 kHz with two AX.25 frames."""
    return _beside("ax25_afsk1200.wav")


def example_symbols():
    """The path of soft symbols, a signed byte each: CCSDS TM frames, Reed-Solomon inside a convolutional code."""
    return _beside("ccsds_concatenated.s8")


def example_database():
    """The path of a mission database in XTCE."""
    return _beside("demo_mission.xml")


def example_packets():
    """The path of a file of Space Packets that the example database describes."""
    return _beside("demo_mission.bin")


def _beside(name):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), name)


def __getattr__(name):
    # Headless receivers need no Qt.
    if name == "frame_list":
        from .qt_frame_list import frame_list

        globals()[name] = frame_list
        return frame_list
    if name == "parameter_display":
        from .qt_parameter_display import parameter_display

        globals()[name] = parameter_display
        return parameter_display
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
