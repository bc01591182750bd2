#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-decode from outside: formats, inputs good and bad, outputs that fail, exit statuses.

usage: decode_test.py FOLDER-OF-PROGRAMS SOURCE-TREE
"""
import array
import json
import os
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path(sys.argv[1])
del sys.argv[1:3]
STATION = """name: Test
downlinks:
  9k6-fsk:
    modulation: FSK
    baudrate: 9600
    deviation: 3000
    framing: AX.25 G3RUH
"""
# Frames of the second downlink are found by both, so they must be merged.
TWO = STATION + """  again:
    modulation: FSK
    baudrate: 9600
    deviation: 2500
    framing: AX.25 G3RUH
  golay:
    modulation: FSK
    baudrate: 9600
    deviation: 3000
    framing: AX100 ASM+Golay
"""
RATE = 48000


def decode(*arguments, **options):
    command = [str(word) for word in (PROGRAMS / "telemetry-decode", *arguments)]
    return subprocess.run(command, capture_output="stdout" not in options, timeout=120, **options)


def wav(samples, rate=RATE, promised=None, channels=1, tag=1, bits=16):
    """A WAV file of 16-bit samples, or of bytes that are there already."""
    data = samples if isinstance(samples, bytes) else array.array("h", samples).tobytes()
    size = len(data) if promised is None else promised
    block = channels * bits // 8
    head = struct.pack("<HHIIHH", tag, channels, rate, rate * block & 0xFFFFFFFF, block, bits)
    return (b"RIFF" + struct.pack("<I", 36 + size & 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<I", 16) + head +
            b"data" + struct.pack("<I", size & 0xFFFFFFFF) + data)


class Decode(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.station = cls.write("station.yml", STATION)
        cls.two = cls.write("two.yml", TWO)
        cls.recording, cls.sent = cls.play("signal.wav", "--as", "fm")

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def write(cls, name, content):
        path = cls.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    @classmethod
    def play(cls, name, *options):
        """A recording of five frames, and the frames."""
        log = cls.folder / (name + ".jsonl")
        subprocess.run([str(word) for word in (
            PROGRAMS / "telemetry-station", cls.station, cls.folder / name, "--frames", 5, "--interval", 0.3,
            "--content", "random", "--size", 60, "--log", log, "--quiet", *options)], check=True, timeout=120)
        return cls.folder / name, [json.loads(line)["frame"] for line in log.read_text().splitlines()]

    def frames(self, *arguments, **options):
        done = decode(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_refused(self, status, text, *arguments, **options):
        done = decode(*arguments, **options)
        said = done.stderr.decode()
        self.assertEqual(done.returncode, status, said)
        self.assertIn(text, said)
        self.assertTrue(said.startswith("telemetry-decode: ") or "Run with --help" in said, said)

    # What comes out

    def test_json_lines(self):
        frames = self.frames(self.station, self.recording)
        self.assertEqual([frame["frame"] for frame in frames], self.sent)
        for frame in frames:
            self.assertEqual((frame["station"], frame["downlink"], frame["framing"]),
                             ("Test", "9k6-fsk", "AX.25 G3RUH"))
            self.assertIs(frame["confirmed"], True)
            self.assertIsNone(frame["time"])
            self.assertIsInstance(frame["sample_index"], int)
            # with CRC and flags, at five samples a bit, and some stuffed bits
            bits = (len(frame["frame"]) // 2 + 4) * 8
            self.assertTrue(bits * 5 - 9 <= frame["sample_count"] <= bits * 5.5, frame)
            self.assertGreater(frame["snr_db"], 10)
            for key in ("carrier_offset_hz", "symbol_rate_error_ppm", "sync_errors", "corrected"):
                self.assertIn(key, frame)
        # The modulator sends one frame each 0.3 s.
        starts = [frame["sample_index"] for frame in frames]
        for earlier, later in zip(starts, starts[1:]):
            self.assertAlmostEqual(later - earlier, 0.3 * RATE, delta=400)

    def test_times_follow_start_time(self):
        frames = self.frames(self.station, self.recording, "--start-time", "2026-01-31T23:59:59.5+00:00")
        self.assertEqual([frame["frame"] for frame in frames], self.sent)
        for frame in frames:
            self.assertRegex(frame["time"], r"^2026-0[12]-\d\dT[\d:]{8}\.\d{9}Z$")
            seconds = float(frame["time"][17:-1]) + 60 * int(frame["time"][14:16]) + 3600 * int(frame["time"][11:13])
            expected = (86399.5 + frame["sample_index"] / RATE) % 86400
            self.assertAlmostEqual(seconds, expected, places=6)

    def test_hex(self):
        done = decode(self.station, self.recording, "--format", "hex")
        self.assertEqual(done.stdout.decode().split(), self.sent)

    def test_kiss(self):
        data = decode(self.station, self.recording, "--format", "kiss").stdout
        frames = [part for part in data.split(b"\xc0") if part]
        plain = [frame.replace(b"\xdb\xdc", b"\xc0").replace(b"\xdb\xdd", b"\xdb") for frame in frames]
        self.assertEqual([frame[:1] for frame in plain], [b"\0"] * 5)
        self.assertEqual([frame[1:].hex() for frame in plain], self.sent)

    def read_pcap(self, data):
        magic, major, minor, _, _, longest, link = struct.unpack("<IHHiIII", data[:24])
        self.assertEqual((magic, major, minor), (0xA1B23C4D, 2, 4))
        packets, at = [], 24
        while at < len(data):
            seconds, nanoseconds, size, original = struct.unpack("<IIII", data[at:at + 16])
            self.assertEqual(size, original)
            self.assertLessEqual(size, longest)
            packets.append((seconds * 10**9 + nanoseconds, data[at + 16:at + 16 + size]))
            at += 16 + size
        return link, packets

    def test_pcap(self):
        link, packets = self.read_pcap(
            decode(self.station, self.recording, "--format", "pcap", "--start-time", "1970-01-01T00:01:40Z").stdout)
        self.assertEqual(link, 202)
        self.assertEqual([packet[1:].hex() for _, packet in packets], self.sent)
        self.assertEqual({packet[:1] for _, packet in packets}, {b"\0"})
        starts = [frame["sample_index"] for frame in self.frames(self.station, self.recording)]
        for (time, _), start in zip(packets, starts):
            self.assertAlmostEqual(time, 100 * 10**9 + start / RATE * 1e9, delta=2)
        link, packets = self.read_pcap(decode(self.two, self.recording, "--format", "pcap").stdout)
        self.assertEqual(link, 147)
        self.assertEqual([packet.hex() for _, packet in packets], self.sent)

    def test_same_output_on_every_run_and_with_any_jobs(self):
        outputs = {decode(self.two, self.recording, "--jobs", jobs).stdout for jobs in (1, 1, 2, 3, 8)}
        self.assertEqual(len(outputs), 1)
        self.assertEqual([json.loads(line)["frame"] for line in outputs.pop().splitlines()], self.sent)

    def test_downlinks_can_be_chosen(self):
        chosen = self.frames(self.two, self.recording, "--downlink", "AGAIN")
        self.assertEqual({frame["downlink"] for frame in chosen}, {"again"})
        self.assertEqual(self.frames(self.two, self.recording, "--downlink", "golay"), [])
        both = self.frames(self.two, self.recording, "--downlink", "again", "--downlink", "9k6-fsk")
        self.assertEqual([frame["frame"] for frame in both], self.sent)

    def test_silence_without_terminal(self):
        done = decode(self.station, self.recording)
        self.assertEqual(done.stderr, b"")
        self.assertIn(b"5 frames (5 confirmed)", decode(self.station, self.recording, "-v").stderr)

    # Inputs

    def test_standard_input(self):
        with open(self.recording, "rb") as file:
            frames = self.frames(self.station, "-", "--input-format", "wav", stdin=file)
        self.assertEqual([frame["frame"] for frame in frames], self.sent)
        piped = self.frames(self.station, "-", "--input-format", "wav", input=self.recording.read_bytes())
        self.assertEqual(piped, frames)
        raw = self.recording.read_bytes()[44:]
        self.assertEqual([frame["frame"] for frame in self.frames(
            self.station, "-", "--input-format", "s16", "--rate", RATE, input=raw)], self.sent)

    def test_odd_rates(self):
        for rate in (44100, 32000, 22050, 96000, 250001):
            recording, sent = self.play(f"odd-{rate}.wav", "--as", "fm", "--rate", rate)
            self.assertEqual([frame["frame"] for frame in self.frames(self.station, recording)], sent, rate)

    def test_fractional_rate(self):
        recording, sent = self.play("odd.cf32", "--rate", 250000.5)
        frames = self.frames(self.station, recording, "--rate", 250000.5)
        self.assertEqual([frame["frame"] for frame in frames], sent)

    def test_every_raw_format_and_sigmf(self):
        for name in ("a.cf32", "a.ci16", "a.ci8", "a.cu8", "iq.wav"):
            recording, sent = self.play(name, "--rate", RATE)
            rate = [] if name.endswith(".wav") else ["--rate", RATE]
            frames = self.frames(self.station, recording, *rate)
            self.assertEqual([frame["frame"] for frame in frames], sent, name)
        recording, sent = self.play("a.sigmf", "--rate", RATE)
        frames = self.frames(self.station, str(recording) + "-meta")
        self.assertEqual([frame["frame"] for frame in frames], sent)

    def test_rate_too_low_for_the_downlink(self):
        self.assert_refused(2, "station.yml:3: downlinks.9k6-fsk", self.station,
                            self.write("low.wav", wav([0] * 1000, rate=8000)))

    def test_lying_and_truncated_headers(self):
        data = self.recording.read_bytes()
        done = decode(self.station, self.write("lying.wav", data[:40] + struct.pack("<I", 10**9) + data[44:]))
        self.assertEqual(done.returncode, 0)
        self.assertEqual([json.loads(line)["frame"] for line in done.stdout.splitlines()], self.sent)
        self.assertIn(b"lying.wav: header promises 1000000000 bytes of samples, the file holds", done.stderr)
        # Cut in the middle: what is there is decoded.
        for size in (0, 100):  # as a killed recorder leaves it
            done = decode(self.station, self.write("short.wav", data[:40] + struct.pack("<I", size) + data[44:]))
            self.assertEqual(done.returncode, 0)
            self.assertEqual(done.stdout.count(b"\n"), len(self.sent))
            self.assertIn(f"short.wav: header says {size} bytes of samples".encode(), done.stderr)
        done = decode(self.station, self.write("cut.wav", data[:len(data) // 2 + 1]))
        self.assertEqual(done.returncode, 0)
        found = [json.loads(line)["frame"] for line in done.stdout.splitlines()]
        self.assertEqual(found, self.sent[:len(found)])
        self.assertTrue(1 <= len(found) < 5)
        self.assertIn(b"header promises", done.stderr)
        for size in (1, 11, 12, 20, 36, 43):
            done = decode(self.station, self.write("head.wav", data[:size]))
            self.assertEqual(done.returncode, 3, (size, done.stderr))
        self.assert_refused(3, "holds no samples", self.station, self.write("none.wav", wav([])))

    def test_nonsense_headers(self):
        zeros = [0] * 100
        self.assert_refused(3, "makes no sense", self.station, self.write("a.wav", wav(zeros, rate=1)))
        self.assert_refused(3, "a.wav", self.station, self.write("a.wav", wav(zeros, rate=0)))
        self.assert_refused(3, "a.wav", self.station, self.write("a.wav", wav(zeros, channels=0)))
        self.assert_refused(3, "has 4 channels", self.station, self.write("a.wav", wav(zeros, channels=4)))
        self.assert_refused(3, "not a readable WAV file", self.station, self.write("a.wav", b"x" * 1000))

    def test_random_bytes_never_crash(self):
        source = random.Random(1)
        data = bytearray(self.recording.read_bytes()[:4000])
        for _ in range(60):
            broken = bytearray(data)
            for _ in range(source.randrange(1, 6)):
                broken[source.randrange(44)] = source.randrange(256)
            done = decode(self.station, self.write("broken.wav", bytes(broken)))
            self.assertIn(done.returncode, (0, 2, 3), (bytes(broken[:44]), done.stderr))

    def test_not_finite(self):
        samples = array.array("f", (value / 32768 for value in array.array("h", self.recording.read_bytes()[44:])))
        for at, value in ((10, "nan"), (11, "inf"), (12, "-inf"), (len(samples) - 1, "nan")):
            samples[at] = float(value)
        done = decode(self.station, self.write("odd.f32", samples.tobytes()), "--rate", RATE)
        self.assertEqual([json.loads(line)["frame"] for line in done.stdout.splitlines()], self.sent)
        self.assertIn(b"4 samples were not finite and were taken as 0", done.stderr)
        nothing = self.write("nan.f32", array.array("f", [float("nan")] * 50000).tobytes())
        self.assertEqual(self.frames(self.station, nothing, "--rate", RATE), [])

    def test_inputs_that_are_none(self):
        self.assert_refused(3, "cannot be opened: No such file", self.station, "/nowhere/x.wav")
        self.assert_refused(3, "is a directory", self.station, self.folder, "--input-format", "wav")
        self.assert_refused(3, "is a directory", self.station, self.folder, "--input-format", "cf32", "--rate", "1e6")
        self.assert_refused(3, "is empty", self.station, self.write("empty.wav", b""))
        self.assert_refused(2, "--rate", self.station, self.write("a.cu8", b"ab"))
        self.assert_refused(2, "makes no sense", self.station, self.write("a.cu8", b"ab"), "--rate", "-5")
        self.assert_refused(2, "--input-format", self.station, self.write("unnamed", b"ab"))
        self.assert_refused(2, "'mp3' is not known", self.station, self.recording, "--input-format", "mp3")
        self.assert_refused(3, "contradicts", self.station, self.recording, "--rate", "44100")
        self.assert_refused(3, "--iq needs two", self.station, self.recording, "--iq")
        self.assert_refused(2, "--input-format: needed", self.station, "-", input=b"")

    # Stations

    def test_stations(self):
        folder = self.folder / "stations"
        folder.mkdir()
        (folder / "a.yml").write_text(STATION.replace("Test", "Alpha\nnorad: 77\nalternative_names: [A-1]"))
        for name in ("alpha", "ALPHA", "a-1", "77"):
            frames = self.frames(name, self.recording, "--stations", folder)
            self.assertEqual([frame["station"] for frame in frames], ["Alpha"] * 5)
        self.assert_refused(2, "did you mean 'Alpha'?", "Alpah", self.recording, "--stations", folder)
        self.assert_refused(2, "no station is called 'xyzzy'", "xyzzy", self.recording)
        self.assert_refused(2, "cannot be listed", "x", self.recording, "--stations", "/nowhere")
        self.assert_refused(2, "has no downlink '1k2'; it has '9k6-fsk'", self.station, self.recording,
                            "--downlink", "1k2")
        broken = self.write("broken.yml", STATION.replace("baudrate", "baudrat"))
        self.assert_refused(2, "broken.yml:5:", broken, self.recording)
        self.assert_refused(2, "not valid YAML", self.write("broken.yml", "{"), self.recording)
        self.assert_refused(2, "cannot be read", "./missing.yml", self.recording)

    def test_command_line(self):
        for arguments in ([], [self.station], [self.station, self.recording, "--format", "xml"],
                          [self.station, self.recording, "--jobs", "0"], [self.station, self.recording, "--what"],
                          [self.station, self.recording, "--rate", "fast"],
                          [self.station, self.recording, "--start-time", "noon"]):
            done = decode(*arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertNotEqual(done.stderr, b"")
        done = decode("--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn(b"Exit status", done.stdout)
        self.assertRegex(decode("--version").stdout.decode(), r"^telemetry-decode \d+\.\d+\.\d+\n$")

    # Outputs

    def test_output_file(self):
        path = self.folder / "frames.jsonl"
        self.assertEqual(decode(self.station, self.recording, "--output", path).stdout, b"")
        self.assertEqual([json.loads(line)["frame"] for line in path.read_text().splitlines()], self.sent)
        self.assertEqual(list(self.folder.glob("*.part")), [])
        self.assert_refused(4, "cannot be written: No such file", self.station, self.recording,
                            "--output", "/nowhere/out")
        self.assert_refused(4, "cannot be written: Is a directory", self.station, self.recording,
                            "--output", self.folder)

    def test_failed_input_leaves_no_output(self):
        path = self.folder / "never.jsonl"
        self.assert_refused(2, "rate", self.station, self.write("low.wav", wav([0] * 1000, rate=8000)), "--output", path)
        self.assertFalse(path.exists())
        self.assert_refused(3, "holds no samples", self.station, self.write("none.wav", wav([])), "--output", path)
        self.assertFalse(path.exists())
        self.assertEqual(list(self.folder.glob("*.part")), [])

    def test_signals_leave_no_output(self):
        path = self.folder / "killed.jsonl"
        part = self.folder / "killed.jsonl.part"
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process = subprocess.Popen(
                [str(word) for word in (PROGRAMS / "telemetry-decode", self.station, "-", "--input-format", "s16",
                                        "--rate", RATE, "--output", path)],
                stdin=subprocess.PIPE, stderr=subprocess.PIPE)
            with process:
                deadline = time.monotonic() + 30
                while not part.exists():
                    self.assertLess(time.monotonic(), deadline)
                    self.assertIsNone(process.poll())
                    time.sleep(0.01)
                process.send_signal(number)
                self.assertEqual(process.wait(30), -number)
            self.assertEqual(list(self.folder.glob("killed*")), [])

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("skipped: no /dev/full here")
        self.assert_refused(4, "cannot be written: No space left", self.station, self.recording,
                            "--output", "/dev/full")
        with open("/dev/full", "wb") as full:
            done = decode(self.station, self.recording, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"standard output: cannot be written: No space left", done.stderr)

    def test_closed_output(self):
        command = [PROGRAMS / "telemetry-decode", self.station, self.recording]
        quoted = " ".join(f"'{word}'" for word in command)
        done = subprocess.run(["sh", "-c", quoted + " >&-"], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"standard output: cannot be written", done.stderr)
        reader, writer = os.pipe()
        os.close(reader)
        done = decode(self.station, self.recording, stdout=writer, stderr=subprocess.PIPE)
        os.close(writer)
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"Broken pipe", done.stderr)


if __name__ == "__main__":
    unittest.main()
