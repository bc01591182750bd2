#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-sub against a publisher in bare pyzmq: output, filters, loss, restarts, bad input.

usage: sub_test.py FOLDER-OF-PROGRAMS
"""
import json
import os
import pathlib
import pty
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
try:
    import zmq

    from wire_publisher import WirePublisher, now
except ImportError:  # a python3 without pyzmq comes first on PATH
    if sys.executable != "/usr/bin/python3":
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    raise

PROGRAM = str(pathlib.Path(sys.argv.pop(1)) / "telemetry-sub")
FRAMES = "tlm1/frame/AO-73/1k2/"
EVENTS = "tlm1/event/AO-73/1k2/"
METRICS = "tlm1/metric/AO-73/1k2/"
FRAME = {"frame": "cafe", "confirmed": True, "time": "2026-01-02T03:04:05.000000006Z",
         "snr_db": 12.5, "carrier_offset_hz": -50.0, "corrected": 2}


class Sub(unittest.TestCase):
    def setUp(self):
        self.publisher = WirePublisher()
        self.addCleanup(lambda: self.publisher.close())

    def start(self, *options, **kwargs):
        """The program, once its subscription stands."""
        ready = self.publisher.socket.get_monitor_socket(zmq.EVENT_HANDSHAKE_SUCCEEDED)
        process = subprocess.Popen(
            [PROGRAM, "--connect", self.publisher.endpoint, *options],
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **kwargs})
        self.addCleanup(process.kill)
        self.assertTrue(ready.poll(10000))
        time.sleep(0.2)  # subscriptions follow the handshake at once
        self.publisher.heartbeat()
        self.publisher.socket.disable_monitor()
        ready.close()
        return process

    def finish(self, process, expected=0):
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, expected, err)
        return [json.loads(line) for line in out.splitlines()], err

    def test_json_lines(self):
        process = self.start("--count", "2")
        self.publisher.send(FRAMES, FRAME, b"\xca\xfe")
        self.publisher.send(EVENTS, {"name": "x"})
        lines, err = self.finish(process)
        self.assertEqual([line["topic"] for line in lines], [FRAMES, EVENTS])
        self.assertEqual(lines[0]["payload"], FRAME)
        self.assertEqual(lines[0]["raw"], "cafe")
        self.assertEqual(lines[0]["header"]["sequence"], 1)
        self.assertIsNone(lines[1]["raw"])
        self.assertIn("none lost", err)

    def test_filters(self):
        process = self.start("--kind", "frame", "--station", "AO-*", "--source", "1k2",
                             "--count", "1", "--seconds", "10")
        for topic in (EVENTS, "tlm1/frame/AO/1k2/", "tlm1/frame/AO-73/9k6/", FRAMES):
            self.publisher.send(topic, FRAME)
        lines, _ = self.finish(process)
        self.assertEqual([line["topic"] for line in lines], [FRAMES])

    def test_loss_restart_and_exit_status(self):
        process = self.start("--fail-on-loss")
        self.publisher.send(FRAMES, FRAME)
        self.publisher.skip(FRAMES, 3)
        self.publisher.skip(EVENTS, 2)
        self.publisher.heartbeat()
        self.publisher.restart()
        self.publisher.send(FRAMES, FRAME)
        self.publisher.heartbeat(final=True)
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        lines, err = self.finish(process, 1)
        self.assertEqual(len(lines), 2)
        self.assertIn(f"lost 3 of {FRAMES}, numbers 2 to 4", err)
        self.assertIn(f"lost 2 of {EVENTS}, numbers 1 to 2", err)
        self.assertIn("restarted", err)
        self.assertIn("closed down", err)
        self.assertIn("2 messages received, 5 lost", err)

    def test_loss_alone_is_no_failure_and_sigint_is_a_good_end(self):
        process = self.start()
        self.publisher.skip(FRAMES, 3)
        self.publisher.send(FRAMES, FRAME)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.finish(process, 0)

    def test_malformed_messages_are_counted(self):
        process = self.start("--count", "1")
        for parts in ([FRAMES], [FRAMES, "{}", "{}"], [FRAMES, "[" * 100000, "{}"],
                      ["tlm1/\x1b[2J", "{}", "{}"], [FRAMES, "{}", "{}", "", "", "", ""]):
            self.publisher.send_parts(parts)
        self.publisher.send(FRAMES, FRAME, b"\0" * 100)
        lines, err = self.finish(process)
        self.assertEqual(len(lines), 1)
        self.assertIn("5 malformed", err)

    def test_a_message_too_long_is_lost_and_said(self):
        process = self.start("--count", "1", "--seconds", "15")
        self.publisher.send(FRAMES, FRAME, bytes(17 * 1024 * 1024))
        while process.poll() is None:  # ZeroMQ has cut the connection; silence makes it anew
            self.publisher.send(FRAMES, FRAME)
            time.sleep(0.2)
        _, err = self.finish(process)
        self.assertRegex(err, f"lost \\d+ of {FRAMES}, numbers 1 to")

    def test_output_file_and_count_not_reached(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "out.jsonl"
            process = self.start("--output", str(path), "--count", "9", "--seconds", "1")
            self.publisher.send(FRAMES, FRAME)
            self.finish(process, 3)
            self.assertEqual(len(path.read_text().splitlines()), 1)

    def test_reader_that_goes_away(self):
        process = self.start("--format", "jsonl")
        process.stdout.close()
        for _ in range(20):
            self.publisher.send(FRAMES, FRAME)
            time.sleep(0.05)
        self.assertEqual(process.wait(timeout=10), 0)
        process.stderr.close()

    def test_full_disk(self):
        for options in ([], ["--count", "5"]):
            with open("/dev/full", "w") as full:
                process = self.start("--format", "jsonl", *options, stdout=full)
            for _ in range(20):
                self.publisher.send(FRAMES, FRAME)
                time.sleep(0.05)
            _, err = process.communicate(timeout=10)
            self.assertEqual(process.returncode, 2, err)
            self.assertIn("cannot write to standard output", err)

    def test_terminal(self):
        main, other = pty.openpty()
        process = self.start("--count", "3", stdout=other)
        os.close(other)
        self.publisher.send(EVENTS, {"name": "telemetry.x", "severity": "warn",
                                     "text": "evil \x1b[2J\u009b text"})
        self.publisher.send(METRICS, {"time": now(), "metrics": [
            {"name": "telemetry.link.locked", "value": 1, "unit": "1"},
            {"name": "telemetry.link.snr", "value": 7.25, "unit": "dB"}]})
        self.publisher.send(FRAMES, FRAME, b"Hello, ground")
        text = b""
        try:
            while chunk := os.read(main, 65536):
                text += chunk
        except OSError:  # how a pty says that its other end is closed
            pass
        os.close(main)
        self.finish_quietly(process)
        text = text.decode()
        for part in ("03:04:05.000", "AO-73 1k2", "12.5 dB", "evil ?[2J? text", "locked", "7.2",
                     "4865 6c6c", "3 messages received"):
            self.assertIn(part, text)

    def finish_quietly(self, process):
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 0)

    def test_text_without_a_terminal_has_no_colours(self):
        process = self.start("--format", "text", "--count", "1")
        self.publisher.send(METRICS, {"metrics": [{"name": "telemetry.link.snr", "value": 7.25,
                                                   "unit": "dB", "attributes": {"a": 1}}]})
        out, _ = process.communicate(timeout=10)
        self.assertIn("link.snr{a=1}=7.25 dB", out)
        self.assertNotIn("\x1b", out)

    def text_of_frame(self, raw, framing):
        process = self.start("--format", "text", "--count", "1", "--bytes", "4")
        self.publisher.send(FRAMES, {**FRAME, "framing": framing}, raw)
        out, _ = process.communicate(timeout=10)
        return out

    def test_callsigns_stand_for_an_ax25_header(self):
        # AX.25 v2.2, figure 3.5: NJ7P for N7LEM by way of N7OO-1.
        header = bytes.fromhex("9c6e988a9a40e0" "9c946ea04040e0" "9c6e9e9e4040e3")
        for end, payload in ((b"\x03\xf0", b"data"), (b"\x13\xf0", b"data"), (b"\x00\xf0", b"data"),
                             (b"\x01", b""), (b"\x3f", b"")):
            text = self.text_of_frame(header + end + payload, "AX.25 G3RUH")
            self.assertIn("Hz  NJ7P>N7LEM,N7OO-1", text)
            self.assertEqual("6461 7461 |data|" in text, payload != b"", text)
            self.assertNotIn("9c6e", text)

    def test_what_is_no_ax25_header_is_shown_as_it_is(self):
        header = bytes.fromhex("9c6e988a9a40e0" "9c946ea04040e1" "03f0")
        for raw, framing in ((header, "USP"), (header[:13], "AX.25"), (header[:14], "AX.25"),
                             (header[:15], "AX.25"), (header[:6] + b"\xe1" + header[7:], "AX.25"),
                             (b"\x9c\x6f" + header[2:], "AX.25"), (b"\x9c\x40" + header[2:], "AX.25"),
                             (header[:7] * 11 + header[7:], "AX.25"), (header, None)):
            text = self.text_of_frame(raw, framing)
            self.assertRegex(text, r"Hz  9c[64]", framing)
            self.assertNotIn(">", text)
        self.assertIn(" B ", self.text_of_frame(b"", "AX.25"))

    def test_a_kind_that_is_not_known_is_waited_for_but_not_in_silence(self):
        for kind, warned in (("bogus", True), ("frame", False), ("f*", False)):
            result = subprocess.run([PROGRAM, "--connect", self.publisher.endpoint, "--kind", kind,
                                     "--seconds", "0.1"], capture_output=True, text=True, timeout=10)
            self.assertEqual(result.returncode, 0)
            self.assertEqual("none of frame, packet, parameter, alarm, audit, metric, event and" in result.stderr, warned,
                             result.stderr)

    def test_says_that_nothing_is_there(self):
        self.publisher.close()
        process = subprocess.Popen(
            [PROGRAM, "--connect", "tcp://127.0.0.1:1", "--seconds", "4"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        _, err = self.finish(process)
        self.assertIn("nothing heard yet at tcp://127.0.0.1:1", err)

    def test_wrong_usage(self):
        for options in (["--connect", "nonsense"], ["--kind"], ["--format", "xml"],
                        ["--count", "-1"], ["--output", "/nowhere/at/all"], ["--unknown"],
                        ["--seconds", "0"], ["--count", "0"]):
            result = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=10)
            self.assertEqual(result.returncode, 2, options)
            self.assertTrue(result.stderr, options)
            self.assertLess(len(result.stderr), 200, options)
        self.assertIn("nonsense", subprocess.run([PROGRAM, "--connect", "nonsense"],
                                                 capture_output=True, text=True).stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
