#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets to parameters and alarms, by the mission database of the examples."""
import json
import pathlib
import tempfile
import time
import unittest

import pmt
from gnuradio import blocks, gr, telemetry

import qa_mission
from qa_flowgraph import SOURCE, Collector, metadata, payload, wait_for

DATABASE = str(SOURCE / "tests/vectors/gnuradio/demo_mission.xml")
PORTS = ("parameters", "alarms", "events")


def pdu(data, **meta):
    metadata = pmt.make_dict()
    for key, value in meta.items():
        metadata = pmt.dict_add(metadata, pmt.intern(key), pmt.to_pmt(value))
    return pmt.cons(metadata, pmt.init_u8vector(len(data), list(data)))


def values_of(message):
    return pmt.to_python(pmt.dict_ref(message, pmt.intern("values"), pmt.PMT_NIL))


def json_of(message):
    return json.loads(telemetry.to_json(message))


class Bench:
    """A block, and what it sends."""

    def __init__(self, test, block):
        self.block = block
        self.top = gr.top_block()
        self.out = {port: Collector(self.top, block, port) for port in PORTS}
        self.top.start()
        test.addCleanup(self.stop)

    def put(self, *messages):
        before = self.block.packets()
        for message in messages:
            self.block.to_basic_block()._post(pmt.intern("packets"), message)
        wait_for(lambda: self.block.packets() >= before + len(messages))

    def wait(self, port, count):
        wait_for(lambda: len(self.out[port].messages) >= count)
        return self.out[port].messages

    def stop(self):
        self.top.stop()
        self.top.wait()


class PacketToParameters(unittest.TestCase):
    def test_values(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE))
        bench.put(pdu(qa_mission.housekeeping(3, heater=True), station="Demo", downlink="9k6",
                      time="2026-01-01T00:00:07.5Z"), pdu(qa_mission.payload(4, 77, "Andes")))
        first, second = bench.wait("parameters", 2)
        values = values_of(first)
        for name, value in qa_mission.housekeeping_values(3, heater=True).items():
            self.assertAlmostEqual(values[name], value) if isinstance(value, float) else \
                self.assertEqual(values[name], value)
        self.assertIs(values["heater"], True)
        self.assertEqual(values["onboard_time"], (qa_mission.START + 3, 0.0))
        self.assertEqual((values["apid"], values["sequence_count"]), (1, 3))
        told = json_of(first)
        self.assertEqual((told["station"], told["downlink"], told["container"], told["packet"]),
                         ("Demo", "9k6", "Housekeeping", 0))
        self.assertEqual(told["units"]["battery_voltage"], "V")
        self.assertEqual(told["units"]["cell_temperatures[2]"], "Cel")
        self.assertNotIn("mode", told["units"])
        self.assertNotIn("validity", told)
        self.assertEqual(list(told["values"])[:7], ["version", "type", "secondary_header", "apid", "sequence_flags",
                                                    "sequence_count", "length"])
        self.assertEqual(pmt.to_python(pmt.dict_ref(first, pmt.intern("rx_time"), pmt.PMT_NIL)),
                         (qa_mission.START + 7, 0.5))
        told = json_of(second)
        self.assertEqual((told["container"], told["values"]["images"], told["values"]["target"]),
                         ("Payload", 77, "Andes"))
        self.assertEqual(bench.block.values(), 16 + 10)
        self.assertEqual(bench.out["events"].messages, [])

    def test_alarms(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE))
        for count, (voltage, temperature) in enumerate(((7500, 0), (6900, 0), (6900, 0), (6400, 8 * 45), (5900, 0), (5900, 0),
                                                 (7500, 0))):
            bench.put(pdu(qa_mission.housekeeping(count, voltage_mv=voltage, transmitter=temperature),
                          time=f"2026-01-01T00:00:{count:02}Z"))
        told = [json_of(message) for message in bench.wait("alarms", 5)]
        voltage = [(each["change"], each["level_before"], each["level"]) for each in told
                   if each["parameter"] == "battery_voltage"]
        self.assertEqual(voltage[0], ("raised", "normal", "warning"))  # the second below 7 V
        self.assertEqual(voltage[-1][0], "returned")
        self.assertIn("severe", [level for _, _, level in voltage])
        first = told[0]
        self.assertEqual((first["alarm"], first["violations"], first["annunciate"]),
                         ("/DemoMission/battery_voltage", 2, True))
        self.assertAlmostEqual(first["value"], 6.9)
        self.assertEqual([(each["change"], each["level"], each["change_time"]) for each in told
                          if each["parameter"] == "transmitter_temperature"],
                         [("raised", "distress", "2026-01-01T00:00:03.000000000Z"),
                          ("returned", "normal", "2026-01-01T00:00:04.000000000Z")])

    def test_events(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE))
        bench.put(pdu(qa_mission.space_packet(9, 0, bytes(4)), station="Demo"),
                  pdu(qa_mission.housekeeping(0)[:-4]))
        told = [json_of(message) for message in bench.wait("events", 2)]
        self.assertEqual({each["event"] for each in told} & {"container_not_found", "packet_too_short"},
                         {"container_not_found", "packet_too_short"})
        unknown = next(each for each in told if each["event"] == "container_not_found")
        self.assertEqual((unknown["apid"], unknown["station"], unknown["count"]), (9, "Demo", 1))

    def test_messages_that_are_no_packets(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE))
        for message in (pmt.PMT_NIL, pmt.intern("x"), pmt.cons(pmt.PMT_NIL, pmt.init_f32vector(1, [1.0]))):
            bench.block.to_basic_block()._post(pmt.intern("packets"), message)
        bench.put(pdu(b""), pdu(b"\xff"), pmt.cons(pmt.PMT_NIL, pmt.init_u8vector(21, list(qa_mission.housekeeping(0)))))
        self.assertEqual(json_of(bench.wait("parameters", 2)[1])["container"], "Housekeeping")
        self.assertEqual(bench.block.packets(), 3)

    def test_pus_reports(self):
        """ST[05] and ST[01] of packets with a secondary header of PUS-C: version, service, subtype, counter, destination,
        time."""
        def report(service, subtype, data):
            return qa_mission.space_packet(0x0809, 0, bytes([0x20, service, subtype, 0, 0, 0, 0]) + bytes(6) + data)

        bench = Bench(self, telemetry.packet_to_parameters(DATABASE, pus={"time_coarse": 4, "time_fine": 2}))
        bench.put(pdu(report(5, 3, b"\x12\x34\xaa")), pdu(report(1, 1, b"\x18\x09\xc0\x07")))
        told = {each["event"]: each for each in map(json_of, bench.wait("events", 3))}
        self.assertEqual((told["pus_event"]["severity"], told["pus_event"]["definition"], told["pus_event"]["apid"]),
                         ("medium", 0x1234, 9))
        self.assertEqual((told["pus_verification"]["stage"], told["pus_verification"]["success"],
                          told["pus_verification"]["request_sequence_count"]), ("acceptance", True, 7))

    def test_what_nothing_vouches_for(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE))
        post = bench.block.to_basic_block()._post
        post(pmt.intern("packets"), pdu(qa_mission.housekeeping(0, mode=0), confirmed=False))
        bench.put(pdu(qa_mission.housekeeping(1), confirmed=True), pdu(qa_mission.housekeeping(2)))
        told = [json_of(message)["values"]["sequence_count"] for message in bench.wait("parameters", 2)]
        self.assertEqual((told, bench.block.unconfirmed(), bench.out["alarms"].messages), ([1, 2], 1, []))

    def test_records_are_published(self):
        block = telemetry.packet_to_parameters(DATABASE)
        top = gr.top_block()
        splitter = telemetry.packet_splitter()
        publisher = telemetry.publisher("tcp://127.0.0.1:*", heartbeat=0)
        top.connect(blocks.file_source(1, telemetry.example_packets(), False), splitter)
        top.msg_connect(splitter, "packets", block, "packets")
        top.msg_connect(block, "records", publisher, "records")
        collector = Collector(top, block, "records")
        alarms = Collector(top, block, "alarms")
        top.run()
        publisher.stop()
        self.assertEqual((publisher.refused(), publisher.dropped()), (0, 0))
        self.assertEqual(publisher.published(), 66 + len(alarms.messages))
        records = [(metadata(message), json.loads(payload(message))) for message in collector.messages]
        meta, record = records[0]
        self.assertEqual(meta, {"kind": "parameter", "source": "/DemoMission/Housekeeping"})
        voltage = next(value for value in record["values"] if value["parameter"] == "/DemoMission/battery_voltage")
        self.assertEqual(voltage, {"packet": 0, "container": "/DemoMission/Housekeeping",
                                   "parameter": "/DemoMission/battery_voltage", "raw": 7500, "value": 7.5, "unit": "V",
                                   "time": "2026-01-01T00:00:00.000000000Z", "validity": "valid"})
        alarm = next(record for meta, record in records if meta["kind"] == "alarm")
        self.assertEqual((alarm["alarm"], alarm["change"]), ("/DemoMission/transmitter_temperature", "raised"))

    def test_qualified_names(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE, names="qualified"))
        bench.put(pdu(qa_mission.housekeeping(0)))
        self.assertIn("/DemoMission/cell_temperatures[2]", values_of(bench.wait("parameters", 1)[0]))

    def test_alarm_state_survives(self):
        with tempfile.TemporaryDirectory() as folder:
            state = pathlib.Path(folder) / "alarms.json"
            bench = Bench(self, telemetry.packet_to_parameters(DATABASE, alarm_state=str(state)))
            bench.put(pdu(qa_mission.housekeeping(0, mode=0), time="2026-01-01T00:00:00Z"))
            bench.stop()
            wait_for(state.exists)
            self.assertIn("/DemoMission/mode", state.read_text())
            again = Bench(self, telemetry.packet_to_parameters(DATABASE, alarm_state=str(state)))
            again.put(pdu(qa_mission.housekeeping(1, mode=0), time="2026-01-01T00:00:01Z"))
            again.wait("parameters", 1)
            self.assertEqual(again.out["alarms"].messages, [])  # it is known
            again.put(pdu(qa_mission.housekeeping(2, mode=1), time="2026-01-01T00:00:02Z"))
            self.assertEqual(json_of(again.wait("alarms", 1)[0])["change"], "returned")
            again.stop()

    def test_clock_of_the_computer(self):
        bench = Bench(self, telemetry.packet_to_parameters(DATABASE, clock="system"))
        bench.put(pdu(qa_mission.housekeeping(0)))
        time.sleep(1.2)
        self.assertEqual(len(bench.wait("parameters", 1)), 1)
        bench.stop()

    def test_mistakes_name_their_place(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = pathlib.Path(folder) / "broken.xml"
            broken.write_text("<SpaceSystem name='x'>\n<TelemetryMetaData>\n</SpaceSystem>")
            for wrong, make in (
                    ("no_such.xml", lambda: telemetry.packet_to_parameters("no_such.xml")),
                    (r"broken\.xml:3", lambda: telemetry.packet_to_parameters(str(broken))),
                    (r"demo_mission\.xml.*NoSuch", lambda: telemetry.packet_to_parameters(DATABASE, "NoSuch")),
                    ("time_corse: unknown key; did you mean 'time_coarse'",
                     lambda: telemetry.packet_to_parameters(DATABASE, pus={"time_corse": 4})),
                    ("names 'long'", lambda: telemetry.packet_to_parameters(DATABASE, names="long")),
                    ("clock 'sun'", lambda: telemetry.packet_to_parameters(DATABASE, clock="sun"))):
                with self.assertRaisesRegex(ValueError, wrong):
                    make()


class PacketSplitter(unittest.TestCase):
    def split(self, data, most=100000, **options):
        top = gr.top_block()
        splitter = telemetry.packet_splitter(**options)
        top.connect(blocks.vector_source_b(list(data)), splitter)
        collector = Collector(top, splitter, "packets")
        top.run(most)
        return splitter, collector

    def test_packets_of_a_file(self):
        packets = qa_mission.example_packets()
        for most in (100000, 5):
            splitter, found = self.split(b"".join(packets), most)
            self.assertEqual(found.frames, packets)
            self.assertEqual((splitter.packets(), splitter.bytes_skipped()), (len(packets), 0))
        self.assertEqual([meta["apid"] for meta in found.metadata][15:18], [1, 2, 1])

    def test_what_is_between_and_behind(self):
        packets = qa_mission.example_packets()[:2]
        splitter, found = self.split(b"\x7f\x80" + b"".join(packets) + packets[0][:9])
        self.assertEqual(found.frames, packets)
        self.assertEqual(splitter.bytes_skipped(), 2 + 9)

    def test_fixed_size(self):
        splitter, found = self.split(b"\xffabcdefgh", packet_size=3)
        self.assertEqual(found.frames, [b"\xffab", b"cde", b"fgh"])
        with self.assertRaisesRegex(ValueError, "packet_size"):
            telemetry.packet_splitter(-1)

    def test_file_to_parameters(self):
        """Nothing is lost at the end of the stream."""
        top = gr.top_block()
        splitter = telemetry.packet_splitter()
        parameters = telemetry.packet_to_parameters(DATABASE)
        top.connect(blocks.file_source(1, telemetry.example_packets(), False), splitter)
        top.msg_connect(splitter, "packets", parameters, "packets")
        out = {port: Collector(top, parameters, port) for port in PORTS}
        top.run()
        packets = qa_mission.example_packets()
        self.assertEqual(parameters.packets(), len(packets))
        self.assertEqual(len(out["parameters"].messages), len(packets))
        self.assertEqual(out["events"].messages, [])
        raised = [json_of(message)["parameter"] for message in out["alarms"].messages
                  if json_of(message)["change"] == "raised"]
        self.assertIn("battery_voltage", raised)
        self.assertIn("mode", raised)


if __name__ == "__main__":
    unittest.main()
