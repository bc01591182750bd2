#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-rx from end to end: samples in by every way, frames and events out.

usage: receiver_test.py BUILD-FOLDER [TEST…]    as unittest takes them: Files, Hardware.test_gap
"""
import json
import os
import pathlib
import resource
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import zmq

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
PROGRAMS = BUILD / "apps"
RATE = 48000
START = 1_700_000_000_000_000_000
START_TEXT = "2023-11-14T22:13:20Z"
PATIENCE = 30

STATION = """\
name: Test Station
downlinks:
  9k6:
    frequency: 437.5e+6
    modulation: FSK
    baudrate: 9600
    deviation: 3000
    framing: AX.25 G3RUH
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=60, **options)


class Receiver:
    """telemetry-rx with a subscriber that was there before it."""

    def __init__(self, folder, *arguments, station=None, delay=0.7, limit=None, quiet=True):
        self.endpoint = f"tcp://127.0.0.1:{free_port()}"
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.setsockopt(zmq.SUBSCRIBE, b"")
        self.socket.setsockopt(zmq.RCVHWM, 0)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 20)
        self.socket.connect(self.endpoint)
        self.frames, self.events, self.metrics, self.heartbeats = [], [], [], 0
        self.raw = []
        self.packets = []
        environment = dict(os.environ, SOAPY_SDR_PLUGIN_PATH=str(BUILD / "tests/soapy"),
                           HOME=str(folder))
        command = [PROGRAMS / "telemetry-rx", station or folder / "station.yml", *arguments,
                   "--publish", self.endpoint, "--start-delay", delay]

        def before():
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        self.errors = open(folder / "stderr.txt", "w", encoding="utf-8")
        self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                        stderr=self.errors, env=environment, preexec_fn=before)
        self.changed = threading.Condition()
        self.ended = False
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def _listen(self):
        self.socket.setsockopt(zmq.RCVTIMEO, 100)
        quiet_since_end = 0
        while quiet_since_end < 3:
            try:
                parts = self.socket.recv_multipart()
            except zmq.Again:
                if self.process.poll() is not None:
                    quiet_since_end += 1
                continue
            with self.changed:
                kind = parts[0].decode().split("/")[1]
                if kind == "frame":
                    self.frames.append(json.loads(parts[2]))
                    self.raw.append(parts[3])
                elif kind == "packet":
                    self.packets.append((parts[0].decode(), json.loads(parts[2]), parts[3]))
                elif kind == "event":
                    self.events.append(json.loads(parts[2]))
                elif kind == "metric":
                    self.metrics.append((parts[0].decode(), json.loads(parts[2])))
                elif kind == "heartbeat":
                    self.heartbeats += 1
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait_for(self, condition, what, seconds=PATIENCE):
        with self.changed:
            if not self.changed.wait_for(lambda: condition(self) or self.ended, seconds) or \
                    not condition(self):
                raise AssertionError(f"no {what} within {seconds} s; {self.told()}")

    def wait_for_event(self, name, count=1):
        self.wait_for(lambda r: len(r.named(name)) >= count, f"event {name}")

    def named(self, name):
        return [event for event in self.events if event["name"] == "telemetry." + name]

    def last_metric(self, name, source="receiver"):
        for topic, payload in reversed(self.metrics):
            if topic.split("/")[3] == source:
                for metric in payload["metrics"]:
                    if metric["name"] == "telemetry." + name:
                        return metric["value"]
        return None

    def told(self):
        self.errors.flush()
        return pathlib.Path(self.errors.name).read_text()[-3000:]

    def end(self, seconds=PATIENCE):
        """Waits for its own end; yields the exit status."""
        status = self.process.wait(seconds)
        self.close()
        return status

    def stop(self, which=signal.SIGTERM, seconds=10):
        if self.process.poll() is None:
            self.process.send_signal(which)
        return self.end(seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        self.thread.join()
        self.socket.close(0)
        self.context.term()
        self.errors.close()


class Case(unittest.TestCase):
    """A folder with a station, its recording in several formats, and what telemetry-decode finds."""

    @classmethod
    def setUpClass(cls):
        cls.kept = tempfile.TemporaryDirectory(prefix="telemetry-rx-")
        cls.folder = pathlib.Path(cls.kept.name)
        (cls.folder / "station.yml").write_text(STATION)
        cls.iq = cls.folder / "signal.cf32"
        made = run(PROGRAMS / "telemetry-station", cls.folder / "station.yml", cls.iq, "--rate", RATE,
                   "--content", "random", "--frames", 8, "--interval", 0.4, "--es-n0", 16,
                   "--offset", 150, "--seed", 7, "--quiet")
        assert made.returncode == 0, made.stderr
        cls.expected = cls.decode(cls.iq, "--start-time", START_TEXT, "--rate", RATE)
        assert len(cls.expected) == 8, cls.expected

    @classmethod
    def tearDownClass(cls):
        cls.kept.cleanup()

    @classmethod
    def decode(cls, path, *arguments):
        done = run(PROGRAMS / "telemetry-decode", cls.folder / "station.yml", path, *arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def receive(self, *arguments, **options):
        receiver = Receiver(self.folder, *arguments, **options)
        self.addCleanup(receiver.close)
        return receiver

    def hexes(self, frames):
        return [frame["frame"] for frame in frames]

    def samples_of(self, path=None):
        return (path or self.iq).read_bytes()


class Files(Case):
    def test_frames_are_those_of_telemetry_decode(self):
        receiver = self.receive(self.iq, "--rate", RATE, "--start-time", START_TEXT)
        self.assertEqual(receiver.end(), 0, receiver)
        self.assertEqual(receiver.frames, self.expected)
        self.assertEqual([raw.hex() for raw in receiver.raw], self.hexes(self.expected))
        self.assertEqual(receiver.events[0]["name"], "telemetry.receiver.started")
        self.assertEqual(receiver.events[-1]["name"], "telemetry.receiver.stopped")
        started = receiver.events[0]["attributes"]
        self.assertIn("Test Station", started["stations"])
        self.assertIn("source:", started["configuration"])
        self.assertTrue(receiver.named("link.lock_acquired"))
        length = len(self.samples_of()) // 8
        self.assertEqual(receiver.last_metric("receiver.samples"), length)
        self.assertEqual(receiver.last_metric("receiver.samples_lost"), 0)
        self.assertEqual(receiver.last_metric("frames.received", "9k6"), 8)
        self.assertEqual(receiver.last_metric("receiver.samples_invalid"), 0)
        self.assertGreater(receiver.last_metric("receiver.throughput"), 0)
        for event in receiver.events[1:]:
            self.assertNotIn("Test Station", event["text"])  # that is in the topic

    def test_packets_are_those_of_telemetry_decode(self):
        station = self.folder / "packets.yml"
        station.write_text("name: Packets\ndownlinks:\n  S/X band:\n    modulation: BPSK\n    baudrate: 9600\n"
                           "    framing: CCSDS TM\n    frame_size: 100\n    packets:\n      protocol: TM\n")
        # Packets of 47 bytes, two a frame; the frame counted 3 is left out.
        content = []
        for count in (0, 1, 2, 4, 5, 6):
            packets = b"".join(struct.pack(">HHH", 42, 0xC000 | 2 * count + i, 40) + bytes([count, i]) * 20 + b"."
                               for i in range(2))
            content.append((struct.pack(">HBBH", 0x1230, count, count, 0x1800) + packets).hex())
        (self.folder / "content.hex").write_text("\n".join(content))
        recording = self.folder / "packets.cf32"
        run(PROGRAMS / "telemetry-station", station, recording, "--content", self.folder / "content.hex",
            "--interval", 0.2, "--rate", RATE, "--quiet", "--es-n0", 12).check_returncode()
        arguments = ("--rate", RATE, "--start-time", START_TEXT)
        decoded = [json.loads(line) for line in run(PROGRAMS / "telemetry-decode", station, recording, *arguments,
                                                    "--output-stage", "packets").stdout.splitlines()]
        packets = [line for line in decoded if "packet" in line]
        self.assertEqual(len(packets), 12)
        receiver = self.receive(recording, *arguments, station=station)
        self.assertEqual(receiver.end(), 0, receiver)
        self.assertEqual([payload for _, payload, _ in receiver.packets], packets)
        self.assertEqual([raw.hex() for _, _, raw in receiver.packets], [packet["packet"] for packet in packets])
        self.assertEqual({topic for topic, _, _ in receiver.packets}, {"tlm1/packet/Packets/S%2FX%20band/"})
        for name, count in (("link.frames_missing", 1), ("link.packets_missing", 2)):
            attributes = {"count": count, "spacecraft_id": 0x123, "virtual_channel": 0}
            if name == "link.packets_missing":
                attributes["apid"] = 42
            told = [event["attributes"] for event in receiver.named(name)]
            self.assertEqual([{key: event[key] for key in attributes} for event in told], [attributes])
        for name, value in (("packets.received", 12), ("packets.missing", 2), ("frames.missing", 1)):
            self.assertEqual(receiver.last_metric(name, "S%2FX%20band"), value)

    def test_standard_input(self):
        receiver = self.receive("-", "--input-format", "cf32", "--rate", RATE)
        receiver.process.stdin.write(self.samples_of())
        receiver.process.stdin.close()
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(self.hexes(receiver.frames), self.hexes(self.expected))

    def test_sigterm_in_mid_stream(self):
        receiver = self.receive(self.iq, "--rate", RATE, "--realtime", "--loop")
        receiver.wait_for(lambda r: len(r.frames) >= 2, "two frames")
        begun = time.monotonic()
        self.assertEqual(receiver.stop(), 0)
        self.assertLess(time.monotonic() - begun, 6)
        self.assertEqual(receiver.events[-1]["name"], "telemetry.receiver.stopped")
        count = len(receiver.frames)
        self.assertEqual(receiver.events[-1]["attributes"]["frames"], count)
        self.assertEqual(self.hexes(receiver.frames)[:8], self.hexes(self.expected)[:count])
        self.assertGreaterEqual(receiver.heartbeats, 1)

    def test_sigint_while_standard_input_is_silent(self):
        receiver = self.receive("-", "--input-format", "cf32", "--rate", RATE)
        receiver.process.stdin.write(self.samples_of())
        receiver.process.stdin.flush()
        receiver.wait_for(lambda r: len(r.frames) >= 7, "the frames")
        self.assertEqual(receiver.stop(signal.SIGINT), 0)
        self.assertEqual(self.hexes(receiver.frames), self.hexes(self.expected))

    def test_samples_that_are_no_numbers(self):
        samples = bytearray(self.samples_of())
        samples[8000:8 * 1500] = struct.pack("<f", float("nan")) * 1000
        broken = self.folder / "broken.cf32"
        broken.write_bytes(samples)
        receiver = self.receive(broken, "--rate", RATE)
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(sum(event["attributes"]["count"] for event in
                             receiver.named("receiver.samples_invalid")), 500)
        for source in "receiver", "9k6":
            self.assertEqual(receiver.last_metric("receiver.samples_invalid", source), 500)

    def test_a_doubled_signal_is_one(self):
        receiver = self.receive(self.iq, "--rate", RATE, "--realtime", "--loop", quiet=False)
        receiver.wait_for(lambda r: r.frames, "a frame")
        receiver.process.send_signal(signal.SIGTERM)
        time.sleep(0.02)
        self.assertEqual(receiver.stop(), 0)
        told = (self.folder / "stderr.txt").read_text()
        self.assertIn("stopping: finishing", told)
        self.assertNotIn("stopping now", told)

    def test_waits_at_the_end_when_told(self):
        receiver = self.receive(self.iq, "--rate", RATE, "--wait", "--metrics-interval", 0.5)
        receiver.wait_for(lambda r: len(r.frames) == 8, "all frames")
        self.assertIsNone(receiver.process.poll())
        receiver.wait_for(lambda r: r.last_metric("receiver.throughput") == 0, "the silence")
        self.assertEqual(receiver.stop(), 0)
        self.assertGreater(receiver.last_metric("receiver.throughput"), 0)

    def test_several_stations_on_the_same_samples(self):
        other = self.folder / "other.yml"
        other.write_text(STATION.replace("Test Station", "Other Station"))
        receiver = self.receive(self.iq, "--rate", RATE, "--station", other)
        self.assertEqual(receiver.end(), 0)
        for name in "Test Station", "Other Station":
            mine = [frame for frame in receiver.frames if frame["station"] == name]
            self.assertEqual(self.hexes(mine), self.hexes(self.expected))

    def test_downlink_beside_the_centre_is_shifted(self):
        # The samples are centred where the downlink is; told that they are not, it looks elsewhere.
        receiver = self.receive(self.iq, "--rate", RATE, "--frequency", 437.5e6, "--downlink", "9K6")
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(self.hexes(receiver.frames), self.hexes(self.expected))
        high = self.folder / "high.cf32"
        made = run(PROGRAMS / "telemetry-station", self.folder / "station.yml", high, "--rate", RATE,
                   "--content", "random", "--frames", 8, "--interval", 0.4, "--es-n0", 16,
                   "--offset", 10150, "--seed", 7, "--quiet")
        self.assertEqual(made.returncode, 0, made.stderr)
        receiver = self.receive(high, "--rate", RATE, "--frequency", 437.49e6)
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(self.hexes(receiver.frames), self.hexes(self.expected))
        for frame, want in zip(receiver.frames, self.expected):
            self.assertAlmostEqual(frame["sample_index"], want["sample_index"], delta=2)


class Outputs(Case):
    def test_kiss_clients(self):
        port = free_port()
        receiver = self.receive(self.iq, "--rate", RATE, "--kiss", port, delay=1.5)
        deaf = self.connect(port)  # never reads
        client = self.connect(port)
        client.sendall(b"\xc0\x00whatever\xc0")
        received = b""
        while chunk := client.recv(65536):
            received += chunk
        self.assertEqual(receiver.end(), 0)
        deaf.close()
        client.close()
        frames = []
        for part in received.split(b"\xc0"):
            if part:
                self.assertEqual(part[0], 0)
                frames.append(part[1:].replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb").hex())
        self.assertEqual(frames, self.hexes(self.expected))

    @unittest.skipUnless(shutil.which("kissutil"), "kissutil (direwolf) is not installed")
    def test_kissutil(self):
        port = free_port()
        receiver = self.receive(self.iq, "--rate", RATE, "--kiss", port, "--loop", "--realtime")
        self.connect(port).close()
        got = self.folder / "kissutil"
        got.mkdir()
        client = subprocess.Popen(["kissutil", "-h", "127.0.0.1", "-p", str(port), "-o", str(got)],
                                  stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + PATIENCE
            while not any(got.iterdir()) and time.monotonic() < deadline:
                time.sleep(0.1)
            self.assertTrue(any(got.iterdir()), "kissutil understood no frame")
        finally:
            client.kill()
            client.wait()
            client.stdin.close()
            receiver.stop()

    def connect(self, port):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def test_subscriber_that_never_reads(self):
        receiver = self.receive(self.iq, "--rate", RATE, "--loop", "--metrics-interval", 0.05)
        deaf = receiver.context.socket(zmq.SUB)
        deaf.setsockopt(zmq.RCVHWM, 1)
        deaf.setsockopt(zmq.SUBSCRIBE, b"")
        deaf.connect(receiver.endpoint)
        receiver.wait_for(lambda r: len(r.frames) >= 400, "reception to go on")
        deaf.close(0)
        self.assertEqual(receiver.stop(), 0)

    def test_recording_decodes_to_the_same_frames(self):
        folder = self.folder / "kept"
        receiver = self.receive(self.iq, "--rate", RATE, "--start-time", START_TEXT, "--record", folder)
        self.assertEqual(receiver.end(), 0)
        data, = folder.glob("*.sigmf-data")
        meta = json.loads(data.with_suffix(".sigmf-meta").read_text())
        self.assertEqual(data.read_bytes(), self.samples_of())
        self.assertEqual(meta["global"]["core:datatype"], "cf32_le")
        self.assertEqual(meta["global"]["core:sample_rate"], RATE)
        self.assertEqual(self.decode(data), self.expected)
        self.assertEqual(receiver.last_metric("recording.samples"), len(self.samples_of()) // 8)

    def test_full_disk(self):
        folder = self.folder / "full"
        receiver = self.receive(self.iq, "--rate", RATE, "--record", folder, limit=100_001)
        self.assertEqual(receiver.end(), 0)
        self.assertEqual(self.hexes(receiver.frames), self.hexes(self.expected))
        failed = receiver.named("recording.failed")
        self.assertEqual(len(failed), 1, failed)
        self.assertIn("large", failed[0]["text"])
        written = 100_001 // 8
        self.assertEqual(receiver.last_metric("recording.samples"), written)
        self.assertEqual(receiver.last_metric("recording.dropped"), len(self.samples_of()) // 8 - written)
        data, = folder.glob("*.sigmf-data")
        self.assertEqual(data.stat().st_size, written * 8)
        self.decode(data)

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            for option, value in (("--publish", f"tcp://127.0.0.1:{port}"), ("--kiss", port)):
                others = ["--publish", "none"] if option == "--kiss" else []
                done = run(PROGRAMS / "telemetry-rx", self.folder / "station.yml", self.iq, "--rate",
                           RATE, *others, option, value)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(str(port), done.stderr)
                self.assertIn("in use", done.stderr)

    def test_the_network_only_when_told(self):
        for option, value in ("--publish", "tcp://0.0.0.0:0"), ("--kiss", "0.0.0.0:0"):
            done = run(PROGRAMS / "telemetry-rx", self.folder / "station.yml", self.iq, "--rate", RATE,
                       option, value)
            self.assertEqual(done.returncode, 2, done.stderr)


class Streams(Case):
    def send_udp(self, port, drop=(), header=True, chunk=180, swap=()):
        samples = self.samples_of()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            order = list(enumerate(range(0, len(samples), chunk * 8)))
            for i in swap:
                order[i], order[i + 1] = order[i + 1], order[i]
            for number, at in order:
                if number in drop:
                    continue
                prefix = struct.pack("<Q", number) if header else b""
                sender.sendto(prefix + samples[at:at + chunk * 8], ("127.0.0.1", port))
                if number % 20 == 0:
                    time.sleep(0.002)  # the receiver's socket buffer is not endless

    def test_udp(self):
        port = free_port()
        receiver = self.receive(f"udp://127.0.0.1:{port}", "--rate", RATE, "--start-time", START_TEXT)
        receiver.wait_for_event("receiver.started")
        self.send_udp(port, header=False)
        receiver.wait_for(lambda r: len(r.frames) >= 8, "frames")
        self.assertEqual(receiver.stop(), 0)
        self.assertEqual(receiver.frames, self.expected)
        self.assertEqual(receiver.last_metric("receiver.samples_lost"), 0)

    def test_lost_datagrams(self):
        port = free_port()
        receiver = self.receive(f"udp://127.0.0.1:{port}", "--rate", RATE, "--header", "seq",
                                "--start-time", START_TEXT)
        receiver.wait_for_event("receiver.started")
        lost = range(390, 395)  # within the fifth frame
        self.send_udp(port, drop=lost)
        receiver.wait_for(lambda r: len(r.frames) >= 7, "frames")
        self.assertEqual(receiver.stop(), 0)
        event, = receiver.named("receiver.samples_lost")
        self.assertEqual(event["attributes"]["count"], 5 * 180)
        self.assertEqual(receiver.last_metric("receiver.samples_lost"), 5 * 180)
        # What came whole is received, at the right times.
        whole = [frame for frame in self.expected
                 if frame["sample_index"] > 395 * 180 or
                 frame["sample_index"] + frame["sample_count"] < 390 * 180]
        self.assertEqual(len(whole), 7)
        for frame in whole:
            self.assertIn(frame["frame"], self.hexes(receiver.frames))
        self.assert_same_places(receiver.frames)

    def test_datagrams_out_of_order(self):
        port = free_port()
        receiver = self.receive(f"udp://127.0.0.1:{port}", "--rate", RATE, "--header", "seq",
                                "--start-time", START_TEXT)
        receiver.wait_for_event("receiver.started")
        self.send_udp(port, swap=[392])
        receiver.wait_for(lambda r: len(r.frames) >= 7, "frames")
        self.assertEqual(receiver.stop(), 0)
        # The one that was overtaken is lost, once.
        self.assertEqual([event["attributes"]["count"] for event in
                          receiver.named("receiver.samples_lost")], [180])
        self.assertEqual(receiver.named("source.remark"), [])
        self.assert_same_places(receiver.frames)

    def assert_same_places(self, frames):
        known = {frame["frame"]: frame for frame in self.expected}
        for frame in frames:
            self.assertAlmostEqual(frame["sample_index"], known[frame["frame"]]["sample_index"], delta=1)

    def test_udp_port_in_use(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            done = run(PROGRAMS / "telemetry-rx", self.folder / "station.yml",
                       f"udp://127.0.0.1:{port}", "--rate", RATE, "--publish", "none")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"127.0.0.1:{port}", done.stderr)

    def test_zmq_sub(self):
        port = free_port()
        station = subprocess.Popen(
            [str(PROGRAMS / "telemetry-station"), str(self.folder / "station.yml"),
             f"tcp://127.0.0.1:{port}", "--rate", str(RATE), "--realtime", "--content", "random",
             "--interval", "0.3", "--es-n0", "16", "--seed", "7", "--quiet", "--format", "cf32"],
            stderr=subprocess.DEVNULL)
        try:
            receiver = self.receive(f"zmq:tcp://127.0.0.1:{port}", "--rate", RATE, "--stall", 0.5,
                                    delay=0)
            receiver.wait_for(lambda r: len(r.frames) >= 3, "frames")
            now = time.time()
            event = receiver.frames[-1]["time"]
            seconds = time.mktime(time.strptime(event[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone
            self.assertLess(abs(now - seconds), 5)
            # The sender goes away and comes back.
            station.kill()
            station.wait()
            receiver.wait_for_event("source.lost")
            count = len(receiver.frames)
            station = subprocess.Popen(station.args, stderr=subprocess.DEVNULL)
            receiver.wait_for_event("source.restored")
            receiver.wait_for_event("receiver.samples_lost")
            receiver.wait_for(lambda r: len(r.frames) >= count + 2, "frames after the outage")
            self.assertEqual(receiver.stop(), 0)
        finally:
            station.kill()
            station.wait()

    def test_zmq_push_and_broken_messages(self):
        port = free_port()
        receiver = self.receive(f"zmq:tcp://127.0.0.1:{port}", "--socket", "pull", "--attach", "bind",
                                "--rate", RATE, "--start-time", START_TEXT, delay=0)
        push = receiver.context.socket(zmq.PUSH)
        push.connect(f"tcp://127.0.0.1:{port}")
        samples = self.samples_of()
        push.send_multipart([b"key.", samples[:4096]])
        push.send(b"x" * (8 * 4096 + 3))  # tags in front of samples
        push.send(b"abc")
        for at in range(0, len(samples), 32768):
            push.send(samples[at:at + 32768])
        receiver.wait_for(lambda r: len(r.frames) >= 8, "frames")
        push.close()
        self.assertEqual(receiver.stop(), 0)
        self.assertEqual(receiver.frames, self.expected)
        self.assertEqual(len(receiver.named("source.remark")), 1)


class Hardware(Case):
    def hardware(self, *arguments, delay=0.7, **device):
        device = {"driver": "replay", "file": self.iq, **device}
        text = ",".join(f"{key}={value}" for key, value in device.items())
        return self.receive("soapy:" + text, "--rate", RATE, "--frequency", 437.5e6, *arguments,
                            delay=delay)

    def test_times_are_exact(self):
        receiver = self.hardware("--clock", "utc", "--gain", "LNA=20", "--antenna", "AUX", time=START)
        receiver.wait_for(lambda r: len(r.frames) >= 8, "frames")
        self.assertEqual(receiver.stop(), 0)
        self.assertEqual(receiver.frames, self.expected)

    def test_tuned_to_the_chosen_downlink(self):
        several = self.folder / "several.yml"
        link = STATION[STATION.index("  9k6"):]
        several.write_text("name: Several\ndownlinks:\n" +
                           link.replace("9k6:", "unknown:").replace("    frequency: 437.5e+6\n", "") +
                           link.replace("9k6:", "low:").replace("437.5e+6", "145.9e+6") +
                           link.replace("9k6:", "High:"))
        device = f"soapy:driver=replay,file={self.iq}"
        for chosen, expected in ((), 145.905e6), (("--downlink", "high"), 437.505e6):
            receiver = self.receive(device, "--rate", RATE, "--tune-offset", 5e3, *chosen,
                                    station=several, delay=0.3)
            receiver.wait_for_event("receiver.started")
            self.assertEqual(receiver.stop(), 0)
            self.assertEqual(receiver.named("receiver.started")[0]["attributes"]["frequency_hz"], expected)
        done = run(PROGRAMS / "telemetry-rx", several, device, "--rate", RATE, "--tune-offset", 25e3,
                   "--downlink", "unknown", "--publish", "none",
                   env=dict(os.environ, SOAPY_SDR_PLUGIN_PATH=str(BUILD / "tests/soapy")))
        self.assertEqual(done.returncode, 2)
        self.assertIn("source.frequency", done.stderr)

    def test_rate_of_a_device_that_comes_late(self):
        receiver = self.hardware("--retry-first", 0.1, "--wait", "--clock", "utc", time=START, absent=1,
                                 actual=RATE + 24, delay=0.3)
        receiver.wait_for(lambda r: len(r.frames) >= 8, "frames")
        self.assertEqual(receiver.stop(), 0)
        changed, = receiver.named("receiver.rate_changed")
        self.assertEqual(changed["attributes"]["rate_hz"], RATE + 24)
        wanted = START + round(receiver.frames[-1]["sample_index"] * 1e9 / (RATE + 24))
        self.assertAlmostEqual(int(receiver.frames[-1]["time"][20:29]), wanted % 10**9, delta=2000)

    def test_times_of_a_device_with_a_clock_of_its_own(self):
        receiver = self.hardware(time=0)
        receiver.wait_for(lambda r: len(r.frames) >= 8, "frames")
        self.assertEqual(receiver.stop(), 0)
        self.assertTrue(receiver.frames[0]["time"].startswith(time.strftime("%Y-%m-", time.gmtime())))

    def check_gap(self, receiver, at, count):
        receiver.wait_for(lambda r: len(r.frames) >= 6, "frames")
        receiver.wait_for_event("receiver.samples_lost")
        self.assertEqual(receiver.stop(), 0)
        event, = receiver.named("receiver.samples_lost")
        self.assertEqual(event["attributes"]["count"], count)
        self.assertEqual(receiver.last_metric("receiver.samples_lost"), count)
        known = {frame["frame"]: frame for frame in self.expected}
        after = 0
        for frame in receiver.frames:
            want = known[frame["frame"]]
            self.assertAlmostEqual(frame["sample_index"], want["sample_index"], delta=1)
            self.assertEqual(frame["time"][:22], want["time"][:22])
            after += frame["sample_index"] > at
        self.assertGreaterEqual(after, 3)

    def test_dropped_samples(self):
        self.check_gap(self.hardware("--clock", "utc", time=START, drop="60000:5000"), 60000, 5000)

    def test_overflow(self):
        folder = self.folder / "gap"
        receiver = self.hardware("--clock", "utc", "--record", folder, time=START, overflow="60000:7777")
        self.check_gap(receiver, 60000, 7777)
        data, = folder.glob("*.sigmf-data")
        meta = json.loads(data.with_suffix(".sigmf-meta").read_text())
        self.assertEqual([capture["core:sample_start"] for capture in meta["captures"]], [0, 60000])
        self.assertEqual(meta["captures"][1]["core:global_index"], 67777)
        self.assertEqual(meta["captures"][1]["core:frequency"], 437.5e6)
        again = self.decode(data)
        self.assertEqual(self.hexes(again), self.hexes(receiver.frames))
        self.assertEqual([frame["time"] for frame in again], [frame["time"] for frame in receiver.frames])

    def test_overflow_of_a_device_without_time_stamps(self):
        receiver = self.hardware(overflow="60000:5000", pace=1)
        receiver.wait_for_event("receiver.samples_lost")
        receiver.wait_for(lambda r: len(r.frames) >= 6, "frames")
        self.assertEqual(receiver.stop(), 0)
        self.assertGreaterEqual(receiver.last_metric("receiver.samples_lost"), 1)

    def test_failure_is_retried(self):
        receiver = self.hardware("--retry-first", 0.2, time=START, fail=60000, again=60000)
        receiver.wait_for_event("source.restored")
        receiver.wait_for(lambda r: len(r.frames) >= 6, "frames after the failure")
        self.assertEqual(receiver.stop(), 0)
        lost, = receiver.named("source.lost")
        self.assertIn("next attempt in 0.2 s", lost["text"])
        self.assertGreaterEqual(receiver.last_metric("receiver.samples_lost"), 1)

    def test_silence_is_a_failure(self):
        receiver = self.hardware("--retry-first", 0.2, "--stall", 0.5, time=START, silent=60000,
                                 again=60000)
        receiver.wait_for_event("source.restored")
        receiver.wait_for(lambda r: len(r.frames) >= 6, "frames after the silence")
        self.assertEqual(receiver.stop(), 0)

    def test_back_off(self):
        receiver = self.hardware("--retry-first", 0.1, "--retry-most", 0.4, "--wait", absent=5,
                                 delay=0.3)
        receiver.wait_for_event("source.restored")
        receiver.wait_for(lambda r: len(r.frames) >= 7, "frames")
        self.assertEqual(receiver.stop(), 0)
        waits = [event["text"].rsplit("in ", 1)[1] for event in receiver.named("source.lost")]
        self.assertEqual(waits, ["0.1 s", "0.2 s", "0.4 s", "0.4 s"])

    def refused(self, device, *arguments, status=1):
        done = run(PROGRAMS / "telemetry-rx", self.folder / "station.yml", "soapy:" + device,
                   "--publish", "none", *arguments,
                   env=dict(os.environ, SOAPY_SDR_PLUGIN_PATH=str(BUILD / "tests/soapy")))
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def test_device_that_is_not_there(self):
        for device, word in (("driver=none-such", "none-such"),
                             (f"driver=replay,file={self.folder}/missing.cf32", "missing.cf32")):
            self.assertIn(word, self.refused(device, "--rate", RATE))

    def test_wrong_settings_are_told(self):
        device = f"driver=replay,file={self.iq}"
        self.assertIn("RX, AUX", self.refused(device, "--rate", RATE, "--antenna", "RY"))
        self.assertIn("LNA", self.refused(device, "--rate", RATE, "--gain", "LNB=3"))
        self.assertIn("1000 to 10000000", self.refused(device, "--rate", 5e8))
        self.assertIn("rate", self.refused(device, status=2))


class Configuration(Case):
    def rx(self, *arguments, text=None):
        if text is not None:
            (self.folder / "receiver.yml").write_text(text)
            arguments = ("--config", self.folder / "receiver.yml", *arguments)
        return run(PROGRAMS / "telemetry-rx", *arguments)

    def test_check_prints_what_reads_back(self):
        text = f"""\
source:
  type: file
  path: {self.iq}
  rate: 48e3
stations:
  - station: {self.folder}/station.yml
    downlinks: [9k6]
output:
  publish: none
"""
        first = self.rx("--check", text=text)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("rate: 48000", first.stdout)
        second = self.rx("--check", text=first.stdout)
        self.assertEqual(second.stdout, first.stdout)
        changed = self.rx("--check", "--rate", 96000, text=text)
        self.assertIn("rate: 96000", changed.stdout)
        done = self.rx(text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("8 frames", done.stderr)

    def assert_refused(self, text, *words, arguments=()):
        done = self.rx("--check", *arguments, text=text)
        self.assertEqual(done.returncode, 2, done.stdout)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_errors_name_file_line_and_key(self):
        head = "source:\n  type: file\n  path: a.wav\n"
        tail = f"stations: {self.folder}/station.yml\n"
        self.assert_refused(head + "  ratte: 3\n" + tail, "receiver.yml:4:3", "source.ratte",
                            "did you mean 'rate'")
        self.assert_refused(head + "  rate: fast\n" + tail, "receiver.yml:4:3", "source.rate", "number")
        self.assert_refused(head + "  input_format: wave\n" + tail, "did you mean 'wav'")
        self.assert_refused(head.replace("file", "fille") + tail, "receiver.yml:2:3", "'file'")
        self.assert_refused(head + tail + "outptu: {}\n", "receiver.yml:5:1", "'output'")
        self.assert_refused(head, "no station")
        self.assert_refused(tail, "no source")
        self.assert_refused(head + "  - x: [\n", "receiver.yml:")
        self.assert_refused(head + "stations: No Such Station\n", "No Such Station")
        self.assert_refused(head + f"stations: {{station: {self.folder}/station.yml, downlinks: 9k7}}\n",
                            "did you mean '9k6'")
        self.assert_refused(head + tail, "--gain", arguments=("--gain", "3"))

    def test_wrong_inputs(self):
        station = self.folder / "station.yml"
        empty = self.folder / "empty.wav"
        empty.write_bytes(b"")
        (self.folder / "folder.wav").mkdir()
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        in_use = f"127.0.0.1:{taken.getsockname()[1]}"
        rated = (station, self.iq, "--rate", RATE)
        for status, arguments, word in (
                (1, (station, self.folder / "nothing.wav"), "nothing.wav"),
                (1, (station, self.folder / "folder.wav"), "directory"),
                (1, (station, empty), "empty.wav"),
                (1, (*rated, "--publish", "tcp://" + in_use), in_use),
                (1, (*rated, "--kiss", in_use), in_use),
                (2, ("No Such Station", self.iq, "--rate", RATE), "No Such Station"),
                (2, (*rated, "--downlink", "zz"), "'zz'"),
                (2, (*rated, "--publish", "bogus"), "output.publish: endpoint 'bogus'"),
                (2, (*rated, "--publish", "tcp://0.0.0.0:*"), "--allow-remote"),
                (2, (*rated, "--kiss", "nowhere"), "output.kiss: "),
                (2, (*rated, "--kiss", "0.0.0.0:0"), "--allow-remote"),
                (2, (*rated, "--start-time", "noon"), "source.start_time: "),
                (2, (station, self.iq), "source.rate: "),
                (2, (station, "udp:notaport", "--rate", 48000), "notaport"),
                (2, (station, "udp:7000"), "source.rate: "),
                (2, (station, "zmq:nonsense", "--rate", 48000), "nonsense")):
            done = self.rx("--publish", "none", *arguments) if "--publish" not in arguments else self.rx(*arguments)
            self.assertEqual(done.returncode, status, f"{arguments}: {done.stderr}")
            self.assertIn(word, done.stderr)
        self.assertEqual(self.rx("--no-such-option").returncode, 2)
        self.assertEqual(self.rx().returncode, 2)

    def test_station_and_input_by_option(self):
        station = self.folder / "station.yml"
        for arguments in ((station, self.iq), ("--station", station, self.iq), ("--station", station, "--path", self.iq),
                          (station, "--path", self.iq), ("--downlink", "9k6", station, self.iq)):
            done = self.rx(*arguments, "--rate", RATE, "--publish", "none")
            self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
            self.assertIn("8 frames", done.stderr)
        both = self.rx("--check", station, "--station", station, self.iq)
        self.assertEqual(both.stdout.count("- station:"), 2, both.stderr)
        alone = self.rx(self.iq)
        self.assertEqual(alone.returncode, 2)
        self.assertIn("signal.cf32' is taken for the station; name an INPUT after", alone.stderr)

    def test_examples_of_the_documents(self):
        root = pathlib.Path(__file__).resolve().parents[2]
        text = (root / "docs/telemetry-rx.md").read_text().split("```yaml\n")[1].split("```")[0]
        folder = ("--stations", root / "apps/stations")
        done = self.rx("--check", *folder, text=text)
        self.assertEqual(done.returncode, 0, done.stderr)
        for program in "telemetry-rx", "telemetry-station":
            for line in run(PROGRAMS / program, "--help").stdout.splitlines():
                words = shlex.split(line, comments=True) if f"{program} " in line and "'s " not in line else []
                if words[:1] != [program] or words[1].isupper() and len(words) == 2 or words[1][0] in "-[":
                    continue
                with self.subTest(line):
                    self.assertEqual(self.rx("--check", words[1], "a.wav", *folder).stderr, "")

    def test_help(self):
        self.assertRegex(self.rx("--version").stdout, r"^telemetry-rx \d+\.\d+\.\d+\n$")
        done = self.rx("--help")
        self.assertEqual(done.returncode, 0)
        for word in "Examples", "--kiss", "--record", "soapy:", "--retry-first":
            self.assertIn(word, done.stdout)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
