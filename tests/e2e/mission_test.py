#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Samples in, parameters and alarms out: telemetry-rx with a station that has a mission database.

usage: mission_test.py BUILD-FOLDER SOURCE-TREE
"""
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import zmq

PROGRAMS = pathlib.Path(sys.argv[1]).resolve() / "apps"
PATIENCE = 60

STATION = """\
name: Test Sat
telemetry:
  database: test-sat.xml
pus:
  epoch: GPS
downlinks:
  9k6:
    modulation: FSK
    baudrate: 9600
    deviation: 3000
    framing: AX100 ASM+Golay
"""

DATABASE = """\
<SpaceSystem name="Sat" xmlns="http://www.omg.org/spec/XTCE/20180204"><TelemetryMetaData>
<ParameterTypeSet>
 <IntegerParameterType name="u16"><IntegerDataEncoding sizeInBits="16"/></IntegerParameterType>
 <IntegerParameterType name="u11"><IntegerDataEncoding sizeInBits="11"/></IntegerParameterType>
 <IntegerParameterType name="u5"><IntegerDataEncoding sizeInBits="5"/></IntegerParameterType>
 <FloatParameterType name="celsius"><UnitSet><Unit>Cel</Unit></UnitSet>
  <IntegerDataEncoding sizeInBits="16" encoding="twosComplement"><DefaultCalibrator><PolynomialCalibrator>
   <Term coefficient="0" exponent="0"/><Term coefficient="0.1" exponent="1"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding>
  <DefaultAlarm><StaticAlarmRanges><WarningRange maxInclusive="40"/><CriticalRange maxInclusive="60"/></StaticAlarmRanges></DefaultAlarm>
 </FloatParameterType>
</ParameterTypeSet>
<ParameterSet>
 <Parameter parameterTypeRef="u5" name="start"/><Parameter parameterTypeRef="u11" name="apid"/>
 <Parameter parameterTypeRef="u16" name="sequence"/><Parameter parameterTypeRef="u16" name="length"/>
 <Parameter parameterTypeRef="celsius" name="temperature"/>
</ParameterSet>
<ContainerSet>
 <SequenceContainer name="Packet" abstract="true"><EntryList><ParameterRefEntry parameterRef="start"/>
  <ParameterRefEntry parameterRef="apid"/><ParameterRefEntry parameterRef="sequence"/>
  <ParameterRefEntry parameterRef="length"/></EntryList></SequenceContainer>
 <SequenceContainer name="HK"><EntryList><ParameterRefEntry parameterRef="temperature"/></EntryList>
  <BaseContainer containerRef="Packet"><RestrictionCriteria><Comparison parameterRef="apid" value="1"/></RestrictionCriteria></BaseContainer>
 </SequenceContainer>
</ContainerSet></TelemetryMetaData></SpaceSystem>
"""


def housekeeping(count, tenths):
    return f"0001{0xc000 | count:04x}0001{tenths:04x}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mission(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(lambda: subprocess.run(["rm", "-rf", self.folder], check=False))
        self.station = self.folder / "test-sat.yml"
        self.station.write_text(STATION)
        (self.folder / "test-sat.xml").write_text(DATABASE)

    def samples(self, frames):
        content = self.folder / "frames.hex"
        content.write_text("\n".join(frames) + "\n")
        wav = self.folder / "samples.wav"
        made = subprocess.run([PROGRAMS / "telemetry-station", self.station, wav, "--as", "fm",
                               "--content", content, "--frames", str(len(frames))],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(made.returncode, 0, made.stderr)
        return wav

    def receive(self, wav, *more, ask=None):
        """Runs telemetry-rx to the end of the file; what it published, by kind."""
        endpoint = f"tcp://127.0.0.1:{free_port()}"
        control = f"tcp://127.0.0.1:{free_port()}"
        context = zmq.Context()
        subscriber = context.socket(zmq.SUB)
        subscriber.setsockopt(zmq.RCVHWM, 0)
        subscriber.setsockopt(zmq.RECONNECT_IVL, 20)
        subscriber.setsockopt(zmq.SUBSCRIBE, b"tlm1/")
        subscriber.connect(endpoint)
        told = {}
        errors = open(self.folder / "stderr.txt", "w+", encoding="utf-8")
        command = [PROGRAMS / "telemetry-rx", self.station, wav, "--publish", endpoint,
                   "--control", control, "--start-delay", "0.7",
                   "--start-time", "2023-11-14T22:13:20Z",
                   "--alarm-states", self.folder / "states", *more]
        process = subprocess.Popen([str(word) for word in command], stderr=errors,
                                   stdin=subprocess.DEVNULL)
        answers = []

        def listen():
            subscriber.setsockopt(zmq.RCVTIMEO, 200)
            quiet = 0
            while quiet < 3:
                try:
                    parts = subscriber.recv_multipart()
                except zmq.Again:
                    quiet += process.poll() is not None
                    continue
                told.setdefault(parts[0].decode().split("/")[1], []).append(
                    (parts[0].decode(), json.loads(parts[2])))

        listener = threading.Thread(target=listen)
        listener.start()
        if ask:
            deadline = time.monotonic() + PATIENCE
            while "parameter" not in told and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)
            client = context.socket(zmq.REQ)
            client.setsockopt(zmq.LINGER, 0)
            client.setsockopt(zmq.RCVTIMEO, 10000)
            client.connect(control)
            for request in ask:
                client.send_json(request)
                answers.append(client.recv_json())
            client.close()
            process.terminate()
        process.wait(PATIENCE)
        listener.join()
        errors.seek(0)
        self.errors = errors.read()
        errors.close()
        subscriber.close()
        context.term()
        return told, answers

    def test_values_alarms_and_requests(self):
        wav = self.samples([housekeeping(0, 200), housekeeping(1, 410), housekeeping(2, 610),
                            "0007c0000001ffff"])
        told, answers = self.receive(wav, "--wait", ask=[
            {"request": "values", "parameters": ["/Sat/temperature"]},
            {"request": "alarms"},
            {"request": "act", "action": "acknowledge", "alarm": "/Sat/temperature", "person": "ada"},
            {"request": "act", "action": "acknowledge", "alarm": "/Sat/temperature", "person": "ada"},
            {"request": "values", "station": "Other"},
        ])
        topic, first = told["parameter"][0]
        self.assertEqual(topic, "tlm1/parameter/Test%20Sat/%2FSat%2FHK/")
        temperature = [v for v in first["values"] if v["parameter"] == "/Sat/temperature"][0]
        self.assertEqual(temperature["raw"], 200)
        self.assertAlmostEqual(temperature["value"], 20)
        self.assertEqual(temperature["unit"], "Cel")
        changes = [(a["change"], a["level"]) for _, a in told["alarm"]]
        self.assertEqual(changes, [("raised", "warning"), ("escalated", "critical"),
                                   ("acknowledged", "critical")], self.errors)
        self.assertEqual(answers[0]["values"][0]["raw"], 610)
        self.assertEqual(answers[1]["alarms"][0]["state"], "unacknowledged")
        self.assertEqual(answers[2], {"done": True})
        self.assertIn("nothing to acknowledge", answers[3]["error"])
        self.assertIn("Test Sat", answers[4]["error"])
        self.assertEqual(len(told["audit"]), 2)
        remarks = [e for _, e in told["event"] if e["name"] == "telemetry.packet.remark"]
        self.assertIn("container_not_found", [e["attributes"]["kind"] for e in remarks])

        # A restart knows the alarm and that it was acknowledged.
        wav = self.samples([housekeeping(3, 620), housekeeping(4, 200)])
        told, _ = self.receive(wav)
        self.assertEqual([(a["change"], a["state"]) for _, a in told["alarm"]],
                         [("returned", "normal")], self.errors)

    def test_a_database_that_is_none(self):
        (self.folder / "test-sat.xml").write_text("<html/>")
        wav = self.samples([housekeeping(0, 200)])
        self.receive(wav)
        self.assertIn("test-sat.xml", self.errors)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]], verbosity=1)
