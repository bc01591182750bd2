#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-decode --database: packets to the values of parameters, in every output format.

usage: parameters_test.py FOLDER-OF-PROGRAMS SOURCE-TREE
"""
import csv
import gzip
import json
import os
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path(sys.argv[1])
TREE = pathlib.Path(sys.argv[2])
del sys.argv[1:3]
SHARED = next((folder for folder in (pathlib.Path(os.environ.get("TELEMETRY_SHARED", "/nowhere")),
                                     TREE / "../shared", TREE / "../../shared") if folder.is_dir()), None)

XTCE = """<SpaceSystem name="Sat" xmlns="http://www.omg.org/spec/XTCE/20180204">
  <TelemetryMetaData>
    <ParameterTypeSet>
      <IntegerParameterType name="u8" signed="false"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType>
      <IntegerParameterType name="u11" signed="false"><IntegerDataEncoding sizeInBits="11"/></IntegerParameterType>
      <IntegerParameterType name="u5" signed="false"><IntegerDataEncoding sizeInBits="5"/></IntegerParameterType>
      <IntegerParameterType name="u32" signed="false"><IntegerDataEncoding sizeInBits="32"/></IntegerParameterType>
      <FloatParameterType name="volt">
        <UnitSet><Unit>V</Unit></UnitSet>
        <IntegerDataEncoding sizeInBits="8">
          <DefaultCalibrator><PolynomialCalibrator><Term coefficient="0.5" exponent="1"/><Term coefficient="1" exponent="0"/></PolynomialCalibrator></DefaultCalibrator>
        </IntegerDataEncoding>
      </FloatParameterType>
      <EnumeratedParameterType name="mode">
        <IntegerDataEncoding sizeInBits="8"/>
        <EnumerationList><Enumeration value="1" label="SAFE, &quot;low&quot;"/></EnumerationList>
      </EnumeratedParameterType>
      <AbsoluteTimeParameterType name="time">
        <Encoding><IntegerDataEncoding sizeInBits="32"/></Encoding>
        <ReferenceTime><Epoch>UNIX</Epoch></ReferenceTime>
      </AbsoluteTimeParameterType>
    </ParameterTypeSet>
    <ParameterSet>
      <Parameter name="version" parameterTypeRef="u5"/><Parameter name="apid" parameterTypeRef="u11"/>
      <Parameter name="rest" parameterTypeRef="u32"/><Parameter name="when" parameterTypeRef="time"/>
      <Parameter name="battery" parameterTypeRef="volt"/><Parameter name="mode" parameterTypeRef="mode"/>
      <Parameter name="a" parameterTypeRef="u8"/><Parameter name="b" parameterTypeRef="u8"/>
    </ParameterSet>
    <ContainerSet>
      <SequenceContainer name="Packet" abstract="true"><EntryList>
        <ParameterRefEntry parameterRef="version"/><ParameterRefEntry parameterRef="apid"/>
        <ParameterRefEntry parameterRef="rest"/></EntryList></SequenceContainer>
      <SequenceContainer name="Power"><EntryList>
        <ParameterRefEntry parameterRef="when"/><ParameterRefEntry parameterRef="battery"/>
        <ParameterRefEntry parameterRef="mode"/></EntryList>
        <BaseContainer containerRef="Packet"><RestrictionCriteria>
          <Comparison parameterRef="apid" value="5"/></RestrictionCriteria></BaseContainer></SequenceContainer>
      <SequenceContainer name="Table"><EntryList>
        <ParameterRefEntry parameterRef="a"/><ParameterRefEntry parameterRef="b"/></EntryList></SequenceContainer>
    </ContainerSet>
  </TelemetryMetaData>
</SpaceSystem>
"""


def decode(*arguments):
    command = [str(word) for word in (PROGRAMS / "telemetry-decode", *arguments)]
    return subprocess.run(command, capture_output=True, timeout=120)


def packet(apid, data, version=0):
    return struct.pack(">HHH", version << 13 | apid, 0xC000, len(data) - 1) + data


class Parameters(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        (self.path / "sat.xml").write_text(XTCE)

    def decode(self, packets, *arguments):
        (self.path / "packets").write_bytes(packets)
        return decode("--database", self.path / "sat.xml", "--input-stage", "packets",
                      self.path / "packets", *arguments)

    def values(self, packets, *arguments):
        done = self.decode(packets, "--format", "parameters", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_json_lines(self):
        values = self.values(packet(5, struct.pack(">IBB", 1577836800, 13, 1)))
        self.assertEqual([value["parameter"] for value in values],
                         ["version", "apid", "rest", "when", "battery", "mode"])
        self.assertEqual(values[4], {"packet": 0, "container": "Power", "parameter": "battery", "raw": 13,
                                     "value": 7.5, "unit": "V", "time": "2020-01-01T00:00:00.000000000Z",
                                     "validity": "valid"})
        self.assertEqual(values[5]["value"], 'SAFE, "low"')

    def test_csv_and_sqlite_say_the_same(self):
        data = b"".join(packet(5, struct.pack(">IBB", i, i, 1)) for i in range(50))
        lines = self.values(data)
        done = self.decode(data, "--format", "parameters-csv")
        rows = list(csv.DictReader(done.stdout.decode().splitlines()))
        self.assertEqual([str(line["value"]) for line in lines], [row["value"] for row in rows])
        self.assertEqual([line["time"] for line in lines], [row["time"] for row in rows])
        file = self.path / "values.sqlite"
        done = self.decode(data, "--format", "parameters-sqlite", "-o", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        with sqlite3.connect(file) as database:
            table = database.execute("SELECT packet, container, parameter, raw, value, unit, time, validity "
                                     "FROM parameters ORDER BY rowid").fetchall()
        self.assertEqual([tuple(line.values()) for line in lines], table)
        self.assertEqual(sorted(p.name for p in self.path.iterdir()), ["packets", "sat.xml", "values.sqlite"])

    def test_sqlite_needs_a_file(self):
        done = self.decode(packet(5, bytes(6)), "--format", "parameters-sqlite")
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"--output", done.stderr)

    def test_qualified_names(self):
        values = self.values(packet(5, bytes(6)), "--qualified-names")
        self.assertEqual(values[1]["parameter"], "/Sat/apid")
        self.assertEqual(values[1]["container"], "/Sat/Power")

    def test_what_nobody_described_is_told(self):
        data = packet(6, bytes(6)) + packet(5, bytes(2)) + packet(5, bytes(7)) + packet(5, bytes(6))
        done = self.decode(data, "-v")
        self.assertEqual(done.returncode, 0)
        for words in (b"packet 0 (APID 6): container_not_found", b"packet 1 (APID 5): packet_too_short",
                      b"packet 2 (APID 5): bits_left_over, 8 bits", b"1 bits_left_over"):
            self.assertIn(words, done.stderr)
        numbers = [json.loads(line)["packet"] for line in done.stdout.splitlines()]
        self.assertEqual(numbers, [0] * 3 + [1] * 3 + [2] * 6 + [3] * 6)

    def test_a_cut_packet_keeps_what_it_holds(self):
        values = self.values(packet(5, bytes(6))[:11])
        self.assertEqual([value["parameter"] for value in values], ["version", "apid", "rest", "when", "battery"])

    def test_packets_of_an_unknown_version(self):
        self.assertEqual(len(self.values(packet(5, bytes(6), version=1) * 3)), 18)

    def test_packets_without_header(self):
        values = self.values(bytes([1, 2, 3, 4]), "--container", "Table")
        self.assertEqual([value["value"] for value in values], [1, 2, 3, 4])
        self.assertEqual([value["packet"] for value in values], [0, 0, 1, 1])

    def test_wrong_use(self):
        (self.path / "bad.xml").write_text("<SpaceSystem name='x'>")
        (self.path / "packets").write_bytes(packet(5, bytes(6)))
        base = ("--input-stage", "packets", self.path / "packets")
        for arguments, words in (
                (("--format", "parameters", *base), b"--database"),
                (("--database", self.path / "sat.xml", "--format", "hex", *base), b"--database"),
                (("--database", self.path / "none.xml", *base), b"none.xml"),
                (("--database", self.path / "bad.xml", *base), b"bad.xml"),
                (("--database", self.path / "sat.xml", "--container", "Nothing", *base), b"Nothing")):
            done = decode(*arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(words, done.stderr)
            self.assertEqual(done.stdout, b"")

    @unittest.skipUnless(SHARED and (SHARED / "packets/jpss").is_dir(), "no shared packets; set TELEMETRY_SHARED")
    def test_every_value_of_jpss(self):
        folder = SHARED / "packets/jpss"
        done = decode("--database", folder / "xtce.xml", folder / "packets.bin", "--input-stage", "packets",
                      "--format", "parameters")
        with gzip.open(folder / "expected.csv.gz", "rt") as file:
            expected = [(int(row["packet"]), row["parameter"], float(row["raw"]), float(row["value"]))
                        for row in csv.DictReader(file)]
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(line["packet"], line["parameter"], line["raw"], line["value"]) for line in lines], expected)


if __name__ == "__main__":
    unittest.main()
