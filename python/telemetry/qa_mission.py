# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets of the example mission (tests/vectors/gnuradio/demo_mission.xml), packed by hand, with their values.

Run as a program it writes the packets that the example flow graphs play.
"""
import struct
import sys

START = 1767225600  # 2026-01-01T00:00:00Z
MODES = ("SAFE", "NOMINAL", "PAYLOAD")


def space_packet(apid, count, data):
    return struct.pack(">HHH", apid, 0xC000 | count & 0x3FFF, len(data) - 1) + data


def housekeeping(count, mode=1, heater=False, voltage_mv=7500, current_ma=-120, cells=(0, 8, 16), transmitter=24):
    bits = 0
    for cell in (*cells, transmitter):
        bits = bits << 12 | cell & 0xFFF
    return space_packet(1, count, struct.pack(">IBHh", START + count, mode << 1 | heater, voltage_mv, current_ma)
                        + bits.to_bytes(6, "big"))


def payload(count, images, target):
    return space_packet(2, count, struct.pack(">IH", START + count, images) + target.encode().ljust(8, b"\0"))


def housekeeping_values(count, mode=1, heater=False, voltage_mv=7500, current_ma=-120, cells=(0, 8, 16), transmitter=24):
    return {"mode": MODES[mode], "heater": heater, "battery_voltage": 0.001 * voltage_mv,
            "battery_current": float(current_ma),
            **{f"cell_temperatures[{i}]": 20 + 0.125 * cell for i, cell in enumerate(cells)},
            "transmitter_temperature": 20 + 0.125 * transmitter}


def passage(count):
    """A pass: the battery drains while the payload works, the transmitter heats up; then the satellite goes to safe mode."""
    mode = 0 if count >= 50 else 2 if 15 <= count < 45 else 1
    drained = min(max(count - 15, 0), 30)
    return {"mode": mode, "heater": count % 20 < 5, "voltage_mv": 7500 - 40 * drained + (900 if mode == 0 else 0),
            "current_ma": -850 if mode == 2 else -120, "cells": (0, 8, 16 + 4 * drained), "transmitter": 24 + 12 * drained}


def example_packets():
    packets = []
    for count in range(60):
        packets.append(housekeeping(count, **passage(count)))
        if passage(count)["mode"] == 2 and count % 5 == 0:
            packets.append(payload(count, count // 5, ("Andes", "Sahara", "Ganges")[count // 5 % 3]))
    return packets


if __name__ == "__main__":
    with open(sys.argv[1], "wb") as file:
        file.write(b"".join(example_packets()))
