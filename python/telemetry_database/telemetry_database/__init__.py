# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets decoded by a mission database: one as a dictionary, a file as NumPy columns. Needs no GNU Radio.

    import telemetry_database

    database = telemetry_database.load("mission.xml")
    database.decode(packet)["battery_voltage"]
    database.columns("packets.bin")["Housekeeping"]["battery_voltage"].mean()
"""
import os
import pathlib

from . import _native
from ._native import DatabaseError

__all__ = ["Columns", "Database", "DatabaseError", "Packet", "Table", "load"]


class Packet(dict):
    """The values of one packet by parameter, in the order of its entries.

    Arrays and what comes more than once are lists; times numpy.datetime64, durations numpy.timedelta64, in ns; None:
    no value. `container`: the most derived one; None: the database describes no such packet. `time`: of the packet's
    own, numpy.datetime64; None: it has none. `faults`: names of what is odd, such as "packet_too_short".
    """

    def __init__(self, values, container, time, faults):
        super().__init__(values)
        self.container, self.time, self.faults = container, time, faults


class Table(dict):
    """The packets of one container: an array by parameter, whose first axis is the packets.

    `packet`: the number of each in its file, from 0. `time`: its own time; NaT: not known.
    """

    def __init__(self, columns, packet, time):
        super().__init__(columns)
        self.packet, self.time = packet, time


class Columns(dict):
    """A Table by container; under None what no container describes.

    `packets`: how many were decoded, idle ones left out. `faults`: how many were odd, by what is odd about them.
    """

    def __init__(self, tables, packets, faults):
        super().__init__((name, Table(*table)) for name, table in tables.items())
        self.packets, self.faults = packets, faults


class Database:
    """A mission database, compiled to a decoder. load() makes one."""

    def __init__(self, path, root="", names="short"):
        self._native = _native.Database(os.fspath(path), root, names)

    def decode(self, packet, raw=False):
        """The values of one packet (bytes, or anything like them) as a Packet; `raw`: before calibration.

        Packets are decoded one after the other: what the database says of earlier values counts.
        """
        return Packet(*self._native.decode(packet, raw))

    def columns(self, packets, raw=False, parameters=None, packet_size=0):
        """The values of many packets as Columns.

        `packets`: the path of a file, or bytes, in which packets follow each other; an iterable of bytes, a packet each.
        `parameters`: names; None: all. `packet_size`: in bytes, where neither headers nor the database say it.

        Integers are int64 or uint64, reals float64, booleans bool, enumerations arrays of text, times datetime64[ns],
        durations timedelta64[ns], texts and octets objects. Arrays have further axes. Where a packet lacks a value the
        array is masked; where the number of values changes from packet to packet it holds an array for each.
        """
        if packet_size < 0:
            raise ValueError("packet_size: expected bytes, 0 or more")
        if isinstance(packets, (str, os.PathLike)):
            packets = pathlib.Path(packets).read_bytes()
        if parameters is not None:
            parameters = [parameters] if isinstance(parameters, str) else list(parameters)
        lengths = None
        if not isinstance(packets, (bytes, bytearray, memoryview)) and not hasattr(packets, "__array_interface__"):
            packets = [bytes(packet) for packet in packets]
            lengths = [len(packet) for packet in packets]
            packets = b"".join(packets)
        return Columns(*self._native.columns(packets, raw, parameters, packet_size, lengths))

    @property
    def containers(self):
        """The names of all containers."""
        return self._native.containers()

    @property
    def units(self):
        """The unit of each parameter; "" where it has none."""
        return self._native.units()

    @property
    def diagnostics(self):
        """What of the database is doubtful or not understood: "file:line: element: message"."""
        return self._native.diagnostics()


def load(path, root="", names="short"):
    """Reads a mission database: XTCE, or the YAML and CSV forms of gr-telemetry.

    `root`: the container that packets begin with; "": as the database says. `names`: "short", the last name where only
    one parameter has it, or "qualified", with its systems. DatabaseError, a ValueError, names the file and the line.
    """
    return Database(path, root, names)
