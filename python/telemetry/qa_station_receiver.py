#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

import numpy as np
import pmt
from gnuradio import blocks, gr, telemetry

import qa_signals
from qa_flowgraph import (AFSK_STATION, RECORDING, Collector, Stalling, rx_time, run, samples, station_file,
                          wait_for)

FRAMES = [qa_signals.ax25_frame(i) for i in range(4)]
RATE = 48000


class StationReceiver(unittest.TestCase):
    def setUp(self):
        self.station = station_file(self)
        self.audio = qa_signals.fsk_audio(FRAMES)

    def receive(self, source, *, max_noutput_items=100000, **options):
        """Frames, events and metrics of a run."""
        receiver = telemetry.station_receiver(self.station, RATE, **options)
        top = gr.top_block()
        top.connect(source, receiver)
        result = [Collector(top, receiver, port) for port in ("frames", "events", "metrics")]
        top.run(max_noutput_items)
        self.assertEqual(receiver.frames(), len(result[0].messages))
        return result

    def test_metadata(self):
        start = "2026-11-23T01:00:00.5Z"
        frames, _, _ = self.receive(samples(self.audio), start_time=start)
        self.assertEqual(frames.frames, FRAMES)
        meta = frames.metadata[0]
        self.assertEqual((meta["station"], meta["downlink"], meta["framing"]), ("QA", "9k6", "AX.25 G3RUH"))
        self.assertIs(meta["confirmed"], True)
        index = meta["sample_index"]
        self.assertAlmostEqual(index, 39 * 8 * 5, delta=10)
        expected_ns = 500_000_000 + round(index * 1e9 / RATE)
        self.assertEqual(meta["time"], f"2026-11-23T01:00:00.{expected_ns:09d}Z")
        seconds, fraction = pmt.to_python(pmt.dict_ref(pmt.car(frames.messages[0]), pmt.mp("rx_time"), pmt.PMT_NIL))
        self.assertEqual(seconds, 1795395600)
        self.assertAlmostEqual(fraction, expected_ns * 1e-9, places=9)
        self.assertGreater(meta["snr_db"], 8)
        for key in ("sample_count", "sync_errors", "corrected"):
            self.assertIsInstance(meta[key], int)

    def test_the_last_frame_of_a_recording(self):
        source = blocks.wavfile_source(str(RECORDING), False)
        found = run(source, telemetry.station_receiver(station_file(self, AFSK_STATION), source.sample_rate()))
        self.assertEqual(len(found.frames), 2)
        self.assertIn(b"The last frame ends with the file", found.frames[1])

    def test_scheduling_does_not_matter(self):
        expected = [part.metadata for part in self.receive(samples(self.audio), metrics_interval=0.05)]
        self.assertEqual(len(expected[0]), len(FRAMES))
        for most in (1, 13, 512):
            with self.subTest(max_noutput_items=most):
                found = self.receive(samples(self.audio), metrics_interval=0.05, max_noutput_items=most)
                self.assertEqual([part.metadata for part in found], expected)

    def test_stopping_finishes_the_frame_in_flight(self):
        # Nothing follows the frame's last bit: it is still in the filters when the flow graph stops.
        audio = qa_signals.fsk_audio(FRAMES[:1], end_flags=1)
        source = Stalling(audio)
        receiver = telemetry.station_receiver(self.station, RATE)
        top = gr.top_block()
        top.connect(source, receiver)
        top.start()
        wait_for(lambda: receiver.samples() == audio.size)
        self.assertEqual(receiver.frames(), 0)
        top.stop()
        top.wait()
        self.assertEqual(receiver.frames(), 1)

    def test_iq_and_rx_freq(self):
        iq = qa_signals.to_iq(self.audio, offset_hz=300)
        frames, _, _ = self.receive(samples(iq, [(0, "rx_freq", pmt.from_double(437.5e6))]), type="complex")
        self.assertEqual(frames.frames, FRAMES)
        self.assertEqual(frames.metadata[0]["rx_freq"], 437.5e6)
        self.assertLess(abs(frames.metadata[0]["carrier_offset_hz"] - 300), 400)

    def test_chosen_downlinks(self):
        frames, _, metrics = self.receive(samples(self.audio), downlinks=["9K6"])
        self.assertEqual(frames.frames, FRAMES)
        self.assertEqual({item["downlink"] for item in metrics.metadata}, {"9k6"})
        frames, _, metrics = self.receive(samples(self.audio), downlinks=["1k2"])
        self.assertEqual(frames.frames, [])
        self.assertEqual({item["downlink"] for item in metrics.metadata}, {"1k2"})

    def test_rx_time_and_a_gap_in_it(self):
        gap_s = 2.5
        twice = np.concatenate([self.audio, self.audio])
        n = self.audio.size
        second = 1000 + n / RATE + gap_s
        tags = [(0, "rx_time", rx_time(1000)), (n, "rx_time", rx_time(int(second), second % 1))]
        frames, events, metrics = self.receive(samples(twice, tags))
        self.assertEqual(frames.frames, FRAMES * 2)
        lost = [event for event in events.metadata if event["event"] == "samples_lost"]
        self.assertEqual([(event["count"], event["sample_index"]) for event in lost], [(120000, n + 120000)])
        first, again = frames.metadata[0], frames.metadata[len(FRAMES)]
        self.assertEqual(again["sample_index"] - first["sample_index"], n + 120000)
        self.assertEqual(metrics.metadata[-1]["samples_lost"], 120000)

    def test_jitter_of_rx_time_is_no_gap(self):
        tags = [(0, "rx_time", rx_time(1000)), (4800, "rx_time", rx_time(1000, 0.1005))]
        frames, events, _ = self.receive(samples(self.audio, tags))
        self.assertEqual(frames.frames, FRAMES)
        self.assertNotIn("samples_lost", [event["event"] for event in events.metadata])

    def test_samples_lost_tag(self):
        twice = np.concatenate([self.audio, self.audio])
        n = self.audio.size
        for count in (pmt.from_long(7777), pmt.from_uint64(7777)):
            frames, events, _ = self.receive(samples(twice, [(n, "samples_lost", count)]))
            self.assertEqual(frames.frames, FRAMES * 2)
            lost = [event for event in events.metadata if event["event"] == "samples_lost"]
            self.assertEqual([(event["count"], event["sample_index"]) for event in lost], [(7777, n + 7777)])

    def test_clock_that_is_set_is_no_gap(self):
        n = self.audio.size
        tags = [(0, "rx_time", rx_time(0)), (n, "rx_time", rx_time(1795395600))]
        frames, events, metrics = self.receive(samples(np.concatenate([self.audio, self.audio]), tags))
        self.assertEqual(frames.frames, FRAMES * 2)
        self.assertNotIn("samples_lost", [event["event"] for event in events.metadata])
        self.assertEqual(metrics.metadata[-1]["samples_lost"], 0)
        self.assertTrue(frames.metadata[-1]["time"].startswith("2026-11-23T01:00:0"))

    def test_endless_loss_is_bounded(self):
        n = self.audio.size
        for count in (pmt.from_uint64(2**64 - 1), pmt.from_uint64(2**63), pmt.from_long(2**63 - 1)):
            tags = [(0, "rx_time", rx_time(0)), (n, "samples_lost", count), (n + 500, "samples_lost", count)]
            frames, _, metrics = self.receive(samples(np.concatenate([self.audio, self.audio]), tags))
            self.assertEqual(frames.frames[:4], FRAMES)
            indices = [frame["sample_index"] for frame in frames.metadata]
            self.assertEqual(indices, sorted(indices))
            self.assertEqual(metrics.metadata[-1]["samples_lost"], 2**52 - n)

    def test_rx_rate_makes_the_chain_anew(self):
        faster = qa_signals.fsk_audio(FRAMES, rate=96000)
        tags = [(0, "rx_rate", pmt.from_double(48000.001)), (self.audio.size, "rx_rate", pmt.from_double(96000))]
        frames, events, _ = self.receive(samples(np.concatenate([self.audio, faster]), tags))
        self.assertEqual(frames.frames, FRAMES * 2)
        changes = [event for event in events.metadata if event["event"].startswith("rate_")]
        self.assertEqual([(event["event"], event["rate_hz"], event["sample_index"]) for event in changes],
                         [("rate_changed", 96000, self.audio.size)])
        self.assertGreater(frames.metadata[4]["sample_index"], self.audio.size)

    def test_impossible_rate_is_refused_and_survived(self):
        tags = [(0, "rx_rate", pmt.from_double(100.0)), (1000, "rx_rate", pmt.from_double(48000))]
        source = samples(np.concatenate([np.zeros(1000, np.float32), self.audio]), tags)
        frames, events, _ = self.receive(source)
        self.assertEqual(frames.frames, FRAMES)
        self.assertEqual([event["event"] for event in events.metadata if event["event"].startswith("rate_")],
                         ["rate_refused", "rate_changed"])

    def test_odd_tags_are_harmless(self):
        odd = [(i, key, value) for i, (key, value) in enumerate(
            (key, value) for key in ("rx_time", "rx_freq", "rx_rate", "samples_lost")
            for value in (pmt.PMT_NIL, pmt.mp("x"), pmt.from_long(-5), pmt.make_tuple(pmt.mp(1)),
                          pmt.from_double(float("nan")), pmt.from_double(-1.0)))]
        frames, _, _ = self.receive(samples(self.audio, odd))
        self.assertEqual(frames.frames, FRAMES)

    def test_mistakes_are_told(self):
        for message, make in {
            "no-such-station": lambda: telemetry.station_receiver("no-such-station", RATE),
            "downlink": lambda: telemetry.station_receiver(self.station, RATE, downlinks=["none"]),
            "start_time 'soon' is not valid": lambda: telemetry.station_receiver(self.station, RATE, start_time="soon"),
            "metrics_interval": lambda: telemetry.station_receiver(self.station, RATE, metrics_interval=-1),
        }.items():
            with self.subTest(message), self.assertRaisesRegex(ValueError, message):
                make()


if __name__ == "__main__":
    unittest.main()
