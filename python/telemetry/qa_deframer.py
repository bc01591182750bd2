#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

import numpy as np
from gnuradio import telemetry

import qa_signals
from qa_flowgraph import run, samples

FRAMES = [qa_signals.ax25_frame(i) for i in range(3)]


class Deframer(unittest.TestCase):
    def test_frames_of_any_demodulator(self):
        soft = qa_signals.symbols(qa_signals.nrzi(qa_signals.hdlc_bits(FRAMES)))
        for level in (1.0, 0.2, -1.0, 1e9):
            with self.subTest(level=level):
                found = run(samples(level * soft), telemetry.deframer("AX.25"))
                self.assertEqual(found.frames, FRAMES)
        meta = found.metadata[0]
        self.assertEqual(meta["framing"], "AX.25")
        self.assertIs(meta["confirmed"], True)
        self.assertEqual(meta["sample_index"], 39 * 8)  # symbols, where nothing else is known
        self.assertNotIn("snr_db", meta)
        self.assertNotIn("time", meta)

    def test_not_a_number_is_an_erasure(self):
        soft = qa_signals.symbols(qa_signals.nrzi(qa_signals.hdlc_bits(FRAMES)))
        soft[5] = np.nan
        self.assertEqual(run(samples(soft), telemetry.deframer("AX.25")).frames, FRAMES)

    def test_settings(self):
        with self.assertRaisesRegex(ValueError, "no framing 'AX.26'; did you mean"):
            telemetry.deframer("AX.26")
        with self.assertRaisesRegex(ValueError, "bogus: unknown key"):
            telemetry.deframer("AX.25", {"bogus": 1})


class Chain(unittest.TestCase):
    """Demodulator and deframer blocks make what the whole chain makes."""

    def setUp(self):
        self.audio = qa_signals.fsk_audio(FRAMES)

    def chain(self, source, rate=48000, type="float", **run_options):
        return run(source, telemetry.demodulator("FSK", {"baudrate": 9600}, rate, type),
                   telemetry.deframer("AX.25 G3RUH"), **run_options)

    def test_audio_and_iq(self):
        self.assertEqual(self.chain(samples(self.audio)).frames, FRAMES)
        iq = qa_signals.to_iq(self.audio, offset_hz=500)
        self.assertEqual(self.chain(samples(iq), type="complex").frames, FRAMES)

    def test_scheduling_does_not_matter(self):
        expected = self.chain(samples(self.audio)).metadata
        self.assertEqual(len(expected), 3)
        for most in (1, 7, 100, 1000):
            with self.subTest(max_noutput_items=most):
                self.assertEqual(self.chain(samples(self.audio), max_noutput_items=most).metadata, expected)

    def test_settings(self):
        with self.assertRaisesRegex(ValueError, "no modulation 'FSKK'; did you mean 'FSK'"):
            telemetry.demodulator("FSKK", {}, 48000)
        with self.assertRaisesRegex(ValueError, "baudrate"):
            telemetry.demodulator("FSK", {}, 48000)
        with self.assertRaisesRegex(ValueError, "type 'short'"):
            telemetry.demodulator("FSK", {"baudrate": 9600}, 48000, "short")

    def test_restart(self):
        from gnuradio import blocks, gr

        top = gr.top_block()
        source = samples(self.audio)
        demodulator = telemetry.demodulator("FSK", {"baudrate": 9600}, 48000)
        deframer = telemetry.deframer("AX.25 G3RUH")
        store = blocks.message_debug()
        top.connect(source, demodulator, deframer)
        top.msg_connect(deframer, "frames", store, "store")
        for again in (1, 2):
            source.rewind()
            top.run()
            self.assertEqual(store.num_messages(), 3 * again)
        self.assertEqual(deframer.frames(), 6)


    def test_psk_restarts(self):
        bits = qa_signals.nrzi(qa_signals.hdlc_bits(FRAMES))
        # Differential: the phase turns where the bit is 0; 40 samples a symbol.
        levels = np.repeat(qa_signals.symbols(bits), 40).astype(np.float64)
        levels = np.convolve(levels, np.hanning(42)[1:-1] / np.hanning(42).sum(), mode="same")
        noise = 0.05 * np.random.default_rng(3).standard_normal((2, levels.size))
        iq = (levels + noise[0] + 1j * noise[1]).astype(np.complex64)
        demodulator = telemetry.demodulator("BPSK", {"baudrate": 1200}, 48000, "complex")
        deframer = telemetry.deframer("AX.25")
        for again in (1, 2, 3):
            found = run(samples(iq), demodulator, deframer)
            self.assertEqual(found.frames, FRAMES, again)

    def test_times_after_a_change_of_rate(self):
        from qa_flowgraph import rx_time
        import pmt

        n = self.audio.size
        faster = qa_signals.fsk_audio(FRAMES, rate=96000)
        tags = [(0, "rx_time", rx_time(1000)), (n, "rx_rate", pmt.from_double(96000))]
        found = self.chain(samples(np.concatenate([self.audio, faster]), tags))
        self.assertEqual(found.frames, FRAMES * 2)
        meta = found.metadata[len(FRAMES)]
        seconds, fraction = pmt.to_python(pmt.dict_ref(pmt.car(found.messages[len(FRAMES)]), pmt.mp("rx_time"),
                                                       pmt.PMT_NIL))
        expected = 1000 + n / 48000 + (meta["sample_index"] - n) / 96000
        self.assertAlmostEqual(seconds + fraction, expected, places=6)


class Catalogs(unittest.TestCase):
    def test_every_entry_tells_its_fields(self):
        for entry in telemetry.demodulators() + telemetry.deframers():
            self.assertTrue(entry["name"] and entry["summary"])
            for field in entry["fields"]:
                self.assertTrue(field["name"] and field["help"] and field["expected"], (entry["name"], field))


if __name__ == "__main__":
    unittest.main()
