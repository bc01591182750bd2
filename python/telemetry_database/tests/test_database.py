# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets as dictionaries and columns: of the example mission, of a database made for the corners, of a real spacecraft."""
import csv
import gzip
import os
import pathlib
import sys
import tempfile
import time
import unittest

import numpy as np
import telemetry_database

SOURCE = pathlib.Path(os.environ["TELEMETRY_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "python/telemetry"))
import qa_mission  # noqa: E402

MISSION = SOURCE / "tests/vectors/gnuradio/demo_mission.xml"

# Kind 1: a flag, a number only where the flag is set, a label that not every number has. Kind 2: so many numbers as a
# count says. Kind 3: octets, a float, a duration.
CORNERS = """<SpaceSystem name="C" xmlns="http://www.omg.org/spec/XTCE/20180204"><TelemetryMetaData>
<ParameterTypeSet>
 <IntegerParameterType name="u8" signed="false"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType>
 <IntegerParameterType name="i16"><IntegerDataEncoding sizeInBits="16" encoding="twosComplement"/></IntegerParameterType>
 <IntegerParameterType name="u64" signed="false" sizeInBits="64"><IntegerDataEncoding sizeInBits="64"/></IntegerParameterType>
 <FloatParameterType name="f32"><FloatDataEncoding sizeInBits="32"/></FloatParameterType>
 <BooleanParameterType name="flag"><IntegerDataEncoding sizeInBits="8"/></BooleanParameterType>
 <EnumeratedParameterType name="label"><IntegerDataEncoding sizeInBits="8"/><EnumerationList>
  <Enumeration value="1" label="one"/><Enumeration value="2" label="zwölf"/></EnumerationList></EnumeratedParameterType>
 <BinaryParameterType name="octets"><BinaryDataEncoding><SizeInBits><FixedValue>24</FixedValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>
 <RelativeTimeParameterType name="span"><Encoding units="seconds" scale="0.001"><IntegerDataEncoding sizeInBits="16"/></Encoding></RelativeTimeParameterType>
 <ArrayParameterType name="list" arrayTypeRef="i16"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex>
  <EndingIndex><DynamicValue><ParameterInstanceRef parameterRef="count"/><LinearAdjustment intercept="-1"/></DynamicValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>
 <ArrayParameterType name="matrix" arrayTypeRef="u8"><DimensionList>
  <Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>1</FixedValue></EndingIndex></Dimension>
  <Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>2</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>
</ParameterTypeSet>
<ParameterSet>
 <Parameter name="kind" parameterTypeRef="u8"/><Parameter name="set" parameterTypeRef="flag"/>
 <Parameter name="extra" parameterTypeRef="i16"/><Parameter name="colour" parameterTypeRef="label"/>
 <Parameter name="count" parameterTypeRef="u8"/><Parameter name="numbers" parameterTypeRef="list"/>
 <Parameter name="key" parameterTypeRef="octets"/><Parameter name="level" parameterTypeRef="f32"/>
 <Parameter name="span" parameterTypeRef="span"/><Parameter name="big" parameterTypeRef="u64"/>
 <Parameter name="table" parameterTypeRef="matrix"/>
</ParameterSet>
<ContainerSet>
 <SequenceContainer name="Any" abstract="true"><EntryList><ParameterRefEntry parameterRef="kind"/></EntryList></SequenceContainer>
 <SequenceContainer name="Optional"><EntryList><ParameterRefEntry parameterRef="set"/>
  <ParameterRefEntry parameterRef="extra"><IncludeCondition><Comparison parameterRef="set" value="True"/></IncludeCondition></ParameterRefEntry>
  <ParameterRefEntry parameterRef="colour"/></EntryList>
  <BaseContainer containerRef="Any"><RestrictionCriteria><Comparison parameterRef="kind" value="1"/></RestrictionCriteria></BaseContainer></SequenceContainer>
 <SequenceContainer name="List"><EntryList><ParameterRefEntry parameterRef="count"/><ParameterRefEntry parameterRef="numbers"/></EntryList>
  <BaseContainer containerRef="Any"><RestrictionCriteria><Comparison parameterRef="kind" value="2"/></RestrictionCriteria></BaseContainer></SequenceContainer>
 <SequenceContainer name="Rest"><EntryList><ParameterRefEntry parameterRef="key"/><ParameterRefEntry parameterRef="level"/>
  <ParameterRefEntry parameterRef="span"/><ParameterRefEntry parameterRef="big"/><ParameterRefEntry parameterRef="table"/></EntryList>
  <BaseContainer containerRef="Any"><RestrictionCriteria><Comparison parameterRef="kind" value="3"/></RestrictionCriteria></BaseContainer></SequenceContainer>
</ContainerSet></TelemetryMetaData></SpaceSystem>"""


def shared(*names):
    """A folder of the shared files; None: they are not here."""
    for root in filter(None, (os.environ.get("TELEMETRY_SHARED"), SOURCE / "../shared", SOURCE / "../../shared")):
        if (path := pathlib.Path(root).joinpath(*names)).exists():
            return path
    return None


class Mission(unittest.TestCase):
    def setUp(self):
        self.database = telemetry_database.load(MISSION)

    def test_a_packet(self):
        packet = self.database.decode(qa_mission.housekeeping(3, heater=True, cells=(0, -8, 16)))
        expected = qa_mission.housekeeping_values(3, heater=True, cells=(0, -8, 16))
        self.assertEqual(packet["cell_temperatures"], [20.0, 19.0, 22.0])
        for name in ("mode", "heater", "battery_voltage", "battery_current", "transmitter_temperature"):
            self.assertEqual(packet[name], expected[name], name)
        self.assertIs(packet["heater"], True)
        self.assertEqual(packet["onboard_time"], np.datetime64("2026-01-01T00:00:03"))
        self.assertEqual((packet.container, packet.faults), ("Housekeeping", []))
        self.assertEqual(packet.time, packet["onboard_time"])
        raw = self.database.decode(qa_mission.housekeeping(3, heater=True), raw=True)
        self.assertEqual((raw["mode"], raw["battery_voltage"], raw["cell_temperatures"]), (1, 7500, [0, 8, 16]))
        self.assertEqual(list(packet)[:4], ["version", "type", "secondary_header", "apid"])

    def test_faults(self):
        self.assertEqual(self.database.decode(qa_mission.housekeeping(0)[:-2]).faults,
                         ["packet_too_short", "length_mismatch"])
        unknown = self.database.decode(qa_mission.space_packet(9, 0, b"x"))
        self.assertIn("container_not_found", unknown.faults)
        for nothing in (b"", bytearray(), memoryview(b"")):
            self.assertTrue(self.database.decode(nothing).faults)

    def test_columns(self):
        packets = qa_mission.example_packets()
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"".join(packets))
            file.flush()
            found = self.database.columns(file.name)
        self.assertEqual((found.packets, found.faults, sorted(found)), (66, {}, ["Housekeeping", "Payload"]))
        table = found["Housekeeping"]
        states = [qa_mission.passage(count) for count in range(60)]
        self.assertEqual(table["mode"].tolist(), [qa_mission.MODES[state["mode"]] for state in states])
        self.assertEqual(table["mode"].dtype.kind, "U")
        np.testing.assert_array_equal(table["heater"], [state["heater"] for state in states])
        self.assertEqual(table["heater"].dtype, bool)
        np.testing.assert_allclose(table["battery_voltage"], [0.001 * state["voltage_mv"] for state in states], rtol=1e-15)
        self.assertEqual(table["cell_temperatures"].shape, (60, 3))
        np.testing.assert_array_equal(table["cell_temperatures"], [[20 + cell / 8 for cell in state["cells"]] for state in states])
        self.assertEqual(table["onboard_time"].dtype, np.dtype("M8[ns]"))
        np.testing.assert_array_equal(table["onboard_time"],
                                      np.datetime64("2026-01-01T00:00:00") + np.arange(60).astype("m8[s]"))
        np.testing.assert_array_equal(table.time, table["onboard_time"])
        self.assertEqual(table["apid"].dtype.kind, "u")
        self.assertEqual(found["Payload"]["target"].tolist(), ["Andes", "Sahara", "Ganges"] * 2)
        self.assertEqual(found["Payload"].packet.tolist(), [16, 22, 28, 34, 40, 46])
        for same in (self.database.columns(b"".join(packets)), self.database.columns(iter(packets)),
                     self.database.columns(np.frombuffer(b"".join(packets), np.uint8))):
            np.testing.assert_array_equal(same["Housekeeping"]["battery_current"], table["battery_current"])

    def test_some_columns(self):
        data = b"".join(qa_mission.example_packets())
        found = self.database.columns(data, parameters=["mode", "/DemoMission/images"], raw=True)
        self.assertEqual(list(found["Housekeeping"]), ["mode"])
        self.assertEqual(list(found["Payload"]), ["images"])
        self.assertEqual(found["Housekeeping"]["mode"].dtype.kind, "u")
        with self.assertRaisesRegex(KeyError, "no parameter 'mod'; did you mean 'mode'"):
            self.database.columns(data, parameters="mod")

    def test_arrays_outlive_the_database(self):
        mode = telemetry_database.load(MISSION).columns(b"".join(qa_mission.example_packets()))["Housekeeping"]["battery_current"]
        mode += 1
        self.assertEqual(mode[0], -119)

    def test_about_the_database(self):
        self.assertEqual(self.database.containers, ["Packet", "Housekeeping", "Payload"])
        self.assertEqual(self.database.units["battery_voltage"], "V")
        self.assertEqual(self.database.units["mode"], "")
        self.assertEqual(self.database.diagnostics, [])
        qualified = telemetry_database.load(MISSION, names="qualified")
        self.assertIn("/DemoMission/cell_temperatures", qualified.decode(qa_mission.housekeeping(0)))

    def test_mistakes(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder, "broken.xml")
            broken.write_text("<SpaceSystem name='x'>\n<TelemetryMetaData>\n</SpaceSystem>")
            for wrong, do in ((r"broken\.xml:3", lambda: telemetry_database.load(broken)),
                              ("no_such.xml", lambda: telemetry_database.load("no_such.xml")),
                              ("demo_mission.xml.*NoSuch", lambda: telemetry_database.load(MISSION, root="NoSuch"))):
                with self.assertRaisesRegex(telemetry_database.DatabaseError, wrong):
                    do()
        with self.assertRaises(FileNotFoundError):
            self.database.columns("no_such.bin")
        with self.assertRaises(TypeError):
            self.database.decode("text")
        with self.assertRaisesRegex(ValueError, "names 'long'"):
            telemetry_database.load(MISSION, names="long")
        with self.assertRaisesRegex(ValueError, "packet_size"):
            self.database.columns(b"", packet_size=-1)
        self.assertEqual(self.database.columns(b""), {})


class Corners(unittest.TestCase):
    def setUp(self):
        with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
            file.write(CORNERS)
            file.flush()
            self.database = telemetry_database.load(file.name)
        self.assertEqual(self.database.diagnostics, [])

    def test_values_that_not_all_packets_have(self):
        found = self.database.columns([b"\1\0\1", b"\1\1\xff\xfe\2", b"\1\0\7", b"\1\1\0\3\1"])["Optional"]
        self.assertEqual(found["set"].tolist(), [False, True, False, True])
        self.assertEqual(found["extra"].tolist(), [None, -2, None, 3])
        self.assertEqual(found["extra"].dtype, np.int64)
        self.assertEqual(found["colour"].tolist(), ["one", "zwölf", None, "one"])
        late = self.database.columns([b"\1\1\0\5\1", b"\1\0\1"])["Optional"]
        self.assertEqual(late["extra"].tolist(), [5, None])
        self.assertIsNone(self.database.decode(b"\1\0\7")["colour"])

    def test_arrays(self):
        ragged = self.database.columns([b"\2\2\0\1\0\2", b"\2\1\0\3", b"\2\0"])["List"]["numbers"]
        self.assertEqual([each.tolist() for each in ragged], [[1, 2], [3], []])
        even = self.database.columns([b"\2\2\0\1\0\2", b"\2\2\0\3\0\4"])["List"]["numbers"]
        self.assertEqual(even.tolist(), [[1, 2], [3, 4]])
        single = self.database.columns([b"\2\1\0\1", b"\2\1\0\3"])["List"]["numbers"]
        self.assertEqual(single.tolist(), [[1], [3]])
        self.assertEqual(self.database.decode(b"\2\1\0\3")["numbers"], [3])

    def test_other_types(self):
        packet = b"\3abc\x3f\x80\0\0\x05\xdc" + b"\xff" * 8 + bytes(range(6))
        one = self.database.decode(packet)
        self.assertEqual((one["key"], one["level"], one["span"], one["big"]),
                         (b"abc", 1.0, np.timedelta64(1500, "ms"), 2**64 - 1))
        table = self.database.columns([packet, packet])["Rest"]
        self.assertEqual(table["key"].tolist(), [b"abc", b"abc"])
        self.assertEqual(table["span"].dtype, np.dtype("m8[ns]"))
        self.assertEqual(table["big"].dtype, np.uint64)
        self.assertEqual(table["table"].tolist(), 2 * [[[0, 1, 2], [3, 4, 5]]])

    def test_noise(self):
        random = np.random.default_rng(1)
        packets = [random.integers(0, 256, random.integers(0, 40), np.uint8).tobytes() for _ in range(3000)]
        found = self.database.columns(packets)
        self.assertEqual(found.packets, 3000)
        for name, table in found.items():
            for column in table.values():
                self.assertEqual(len(column), len(table.packet), name)
        self.database.columns(b"".join(packets))


class RealSpacecraft(unittest.TestCase):
    def test_every_value_of_jpss(self):
        folder = shared("packets", "jpss")
        if not folder:
            self.skipTest("skipped: no shared packets; set TELEMETRY_SHARED")
        database = telemetry_database.load(folder / "xtce.xml")
        for raw, key in ((False, "value"), (True, "raw")):
            found = database.columns(folder / "packets.bin", raw=raw)
            self.assertEqual((found.packets, found.faults, len(found)), (7200, {}, 1))
            table = next(iter(found.values()))
            expected = {}
            with gzip.open(folder / "expected.csv.gz", "rt") as file:
                for line in csv.DictReader(file):
                    expected.setdefault(line["parameter"], []).append(float(line[key]))
            self.assertEqual(list(table), list(expected))
            for name, values in expected.items():
                np.testing.assert_array_equal(table[name].astype(float), values, name)
        packets = (folder / "packets.bin").read_bytes() * 50
        database.columns(packets)
        best = min(elapsed(lambda: database.columns(packets)) for _ in range(3))
        print(f"{360000 / best / 1e6:.2f} million packets/s, {360000 * 27 / best / 1e6:.0f} million values/s ", end="")


def elapsed(work):
    begin = time.process_time()
    work()
    return time.process_time() - begin


if __name__ == "__main__":
    unittest.main()
