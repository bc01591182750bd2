#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chains built step by step: Viterbi, synchroniser, randomiser, block codes, packets."""
import random
import time
import unittest

import numpy as np
import pmt
from gnuradio import blocks, gr, telemetry

import qa_ccsds
from qa_flowgraph import Collector, metadata, payload, samples

SOURCE = random.Random(5)
PACKETS = [qa_ccsds.space_packet(7, i, SOURCE.randbytes(SOURCE.randrange(1, 300))) for i in range(40)]


def run(stream, *steps, port="frames", max_noutput_items=100000):
    """Streams as far as blocks have streams, then messages; what the last block sent."""
    top = gr.top_block()
    for before, step in zip((stream, *steps), steps):
        if before.output_signature().max_streams() > 0 and step.input_signature().max_streams() > 0:
            top.connect(before, step)
        else:
            top.msg_connect(before, "frames", step, "frames")
    collectors = [Collector(top, steps[-1], name) for name in port.split()]
    top.run(max_noutput_items)
    return collectors if len(collectors) > 1 else collectors[0]


def bytes_source(bits):
    return blocks.vector_source_b([int(bit) for bit in bits], False)


class Steps(unittest.TestCase):
    def test_concatenated_to_packets(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223 * 4)
        line = qa_ccsds.convolutional(qa_ccsds.bits_of(qa_ccsds.cadus(frames, 4) + bytes(20)))
        for most in (100000, 37):
            viterbi = telemetry.viterbi_decoder()
            synchroniser = telemetry.frame_synchronizer("byte", frame_size=1020)
            solomon = telemetry.reed_solomon_decoder(basis="conventional", interleaving=4)
            receiver = telemetry.packet_receiver(protocol="TM")
            packets, events = run(samples(qa_ccsds.soft(line, 0.6)), viterbi, synchroniser, telemetry.derandomizer(),
                                  solomon, receiver, port="packets events", max_noutput_items=most)
            self.assertEqual(packets.frames, PACKETS)
            self.assertEqual(events.messages, [])
            self.assertEqual(synchroniser.frames(), len(frames))
            self.assertEqual((solomon.decoded(), solomon.failed()), (len(frames), 0))
            self.assertGreater(viterbi.wrong(), 0.02 * viterbi.symbols())
            meta = packets.metadata[0]
            self.assertEqual((meta["spacecraft_id"], meta["virtual_channel"], meta["apid"], meta["type"],
                              meta["sequence_flags"], meta["confirmed"]),
                             (0x123, 0, 7, "telemetry", "whole", True))

    def test_same_frames_as_the_deframer(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        line = qa_ccsds.soft(qa_ccsds.convolutional(qa_ccsds.bits_of(qa_ccsds.cadus(frames) + bytes(40))), 0.7, 3)
        one = run(samples(line), telemetry.deframer("CCSDS Concatenated", {"rs_basis": "conventional"}))
        steps = run(samples(line), telemetry.viterbi_decoder(), telemetry.frame_synchronizer("byte", frame_size=255),
                    telemetry.derandomizer(), telemetry.reed_solomon_decoder(basis="conventional"))
        self.assertEqual(one.frames, frames)
        self.assertEqual(steps.frames, frames)
        self.assertEqual([meta["sample_index"] // 2 for meta in one.metadata],
                         [meta["sample_index"] for meta in steps.metadata])

    def test_punctured(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        mother = [symbol ^ (i & 1) for i, symbol in
                  enumerate(qa_ccsds.convolutional(qa_ccsds.bits_of(qa_ccsds.cadus(frames) + bytes(60))))]
        for rate, pattern in (("2/3", "1101"), ("3/4", "110110"), ("5/6", "1101100110"), ("7/8", "11010101100110")):
            line = [0] + qa_ccsds.puncture(mother, pattern)
            for told in ({}, {"synchronise": "fixed", "skip": 1}):
                found = run(samples(qa_ccsds.soft(line, 0.2)),
                            telemetry.viterbi_decoder(code="CCSDS uninverted", puncturing=rate, **told),
                            telemetry.frame_synchronizer("byte", frame_size=255), telemetry.derandomizer(),
                            telemetry.reed_solomon_decoder(basis="conventional"))
                self.assertEqual(found.frames, frames, (rate, told))

    def test_pairing_is_found_and_followed(self):
        """A symbol before the stream, one lost within, every second one inverted, QPSK turned."""
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        line = qa_ccsds.convolutional(qa_ccsds.bits_of(qa_ccsds.cadus(frames) + bytes(40)))
        shifted = [0, *line]
        middle = (len(frames) // 2) * 259 * 16 + 2000
        slipped = [*shifted[:middle], *shifted[middle + 1:]]
        inverted = [symbol ^ (i & 1) for i, symbol in enumerate(line)]
        turned = [symbol for first, second in zip(line[::2], line[1::2]) for symbol in (second, 1 - first)]
        for symbols, settings, lost in ((shifted, {}, 0), (slipped, {}, 1), (inverted, {}, 0),
                                        (turned, {"quarter_turns": True}, 0)):
            for most in (100000, 37):
                found = run(samples(qa_ccsds.soft(symbols, 0.5)), telemetry.viterbi_decoder(**settings),
                            telemetry.frame_synchronizer("byte", frame_size=255, slip=0), telemetry.derandomizer(),
                            telemetry.reed_solomon_decoder(basis="conventional"), max_noutput_items=most)
                missing = [i for i, frame in enumerate(frames) if frame not in found.frames]
                self.assertLessEqual(len(missing), lost, (settings, most))

    def test_soft_frames_mend_more(self):
        """Bytes that soft symbols call doubtful are erased: seventeen errors and more are mended."""
        frames = qa_ccsds.tm_frames(PACKETS, 223)[:3]
        symbols = qa_ccsds.soft(qa_ccsds.bits_of(qa_ccsds.cadus(frames)))
        for frame in range(3):
            for byte in SOURCE.sample(range(255), 18):
                symbols[(259 * frame + 4 + byte) * 8] *= -0.05
        soft = run(samples(symbols), telemetry.frame_synchronizer(frame_size=255), telemetry.derandomizer(),
                   telemetry.reed_solomon_decoder(basis="conventional"))
        self.assertEqual(soft.frames, frames)
        hard = telemetry.reed_solomon_decoder(basis="conventional")
        found = run(bytes_source(symbols > 0), telemetry.frame_synchronizer("byte", frame_size=255),
                    telemetry.derandomizer(), hard)
        self.assertEqual((found.frames, hard.failed()), ([], 3))

    def test_inverted_and_unaligned(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        bits = np.concatenate([[0, 1, 1], 1 - qa_ccsds.bits_of(qa_ccsds.cadus(frames))])
        found = run(bytes_source(bits), telemetry.frame_synchronizer("byte", frame_size=255), telemetry.derandomizer(),
                    telemetry.reed_solomon_decoder(basis="conventional"))
        self.assertEqual(found.frames, frames)
        self.assertEqual(found.metadata[0]["sample_index"], 3)

    def test_block_codes(self):
        """The word of zeros is one of every linear code; noise puts errors on it."""
        for decoder, symbols, size, sigma, marker in (
                (telemetry.ldpc_decoder(code="ar4ja-1/2-1024"), 2048, 128, 0.7, "034776c7272895b0"),
                (telemetry.ldpc_decoder(code="c2-8160"), 8160, 892, 0.42, "1acffc1d"),
                (telemetry.turbo_decoder(rate="1/4", frame_size=223), 7152, 223, 1.1,
                 "034776c7272895b0fcb88938d8d76a4f"),
                (telemetry.turbo_decoder(rate="1/2", frame_size=446), 7144, 446, 0.7, "034776c7272895b0")):
            word = bytes.fromhex(marker) + qa_ccsds.sequence(symbols // 8)
            errors = 3 if len(marker) == 8 else len(marker)
            found = run(samples(qa_ccsds.soft(qa_ccsds.bits_of(3 * word), sigma, 4)),
                        telemetry.frame_synchronizer(marker=marker, frame_size=symbols // 8, search_errors=errors,
                                                     lock_errors=errors + 3, correlation=50),
                        telemetry.derandomizer(), decoder)
            self.assertEqual(found.frames, [bytes(size)] * 3, (symbols, size))
            self.assertEqual((decoder.decoded(), decoder.failed()), (3, 0))
            self.assertGreater(found.metadata[0]["corrected"], 20)

    def test_words_of_no_whole_bytes(self):
        """Turbo 1/3: 5364 symbols."""
        marker = "25d5c0ce8990f6c9461bf79c"
        word = np.concatenate([qa_ccsds.bits_of(bytes.fromhex(marker)),
                               qa_ccsds.bits_of(qa_ccsds.sequence(671))[:5364]])
        line = np.tile(word, 3)
        for stream, kind in ((samples(qa_ccsds.soft(line, 0.7, 4)), "soft"), (bytes_source(line), "byte")):
            decoder = telemetry.turbo_decoder(rate="1/3", frame_size=223)
            found = run(stream, telemetry.frame_synchronizer(*([kind] if kind == "byte" else []), marker=marker,
                                                             frame_bits=5364, search_errors=24, lock_errors=27),
                        telemetry.derandomizer(), decoder)
            self.assertEqual(found.frames, [bytes(223)] * 3, kind)

    def test_tags_stamp_frames(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        symbols = qa_ccsds.soft(qa_ccsds.bits_of(qa_ccsds.cadus(frames)))
        tag = pmt.to_pmt({"count": len(symbols), "first_position": 1000.0, "samples_per_symbol": 4.0,
                          "rate_hz": 8000.0, "anchor_index": 0, "anchor_utc_ns": 10 ** 18})
        tags = [gr.python_to_tag((0, pmt.intern("soft_symbols"), tag, pmt.intern("test")))]
        for source, kind in ((blocks.vector_source_f([float(symbol) for symbol in symbols], False, 1, tags), "float"),
                             (blocks.vector_source_b([int(symbol > 0) for symbol in symbols], False, 1, tags), "byte")):
            found = run(source, telemetry.frame_synchronizer(kind, frame_size=255), telemetry.derandomizer(),
                        telemetry.reed_solomon_decoder(basis="conventional"), max_noutput_items=37)
            self.assertEqual(found.frames, frames)
            for i, (meta, message) in enumerate(zip(found.metadata, found.messages)):
                self.assertEqual((meta["sample_index"], meta["sample_count"]), (1000 + 4 * 2072 * i, 4 * 2072))
                time_of_frame = pmt.dict_ref(pmt.car(message), pmt.intern("rx_time"), pmt.PMT_NIL)
                seconds, fraction = pmt.to_python(time_of_frame)
                self.assertAlmostEqual(seconds - 10 ** 9 + fraction, (1000 + 4 * 2072 * i) / 8000, 6)

    def test_qpsk_turned(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        bits = qa_ccsds.bits_of(qa_ccsds.cadus(frames))
        turned = [symbol for first, second in zip(bits[::2], bits[1::2]) for symbol in (second, 1 - first)]
        found = run(samples(qa_ccsds.soft(turned, 0.2)),
                    telemetry.frame_synchronizer(frame_size=255, constellation="QPSK"), telemetry.derandomizer(),
                    telemetry.reed_solomon_decoder(basis="conventional"))
        self.assertEqual(found.frames, frames)

    def test_missing_frames_are_events(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        kept = frames[:4] + frames[6:]
        packets, events = run(bytes_source(qa_ccsds.bits_of(qa_ccsds.cadus(kept))),
                              telemetry.frame_synchronizer("byte", frame_size=255), telemetry.derandomizer(),
                              telemetry.reed_solomon_decoder(basis="conventional"),
                              telemetry.packet_receiver(protocol="TM"), port="packets events")
        told = [metadata(message) for message in events.messages]
        self.assertEqual([(event["count"], event["virtual_channel"]) for event in told
                          if event["event"] == "frames_missing"], [(2, 0)])
        missing = sum(event["count"] for event in told if event["event"] == "packets_missing")
        self.assertEqual(missing + len(packets.messages), len(PACKETS))

    def test_wrong_messages_are_counted(self):
        for decoder in (telemetry.reed_solomon_decoder(), telemetry.ldpc_decoder(), telemetry.turbo_decoder()):
            top = gr.top_block()
            source = blocks.message_strobe(pmt.intern("no PDU"), 10)
            top.msg_connect(source, "strobe", decoder, "frames")
            collector = Collector(top, decoder)
            for data in (pmt.init_u8vector(3, [1, 2, 3]), pmt.init_f32vector(2, [0.5, float("nan")]),
                         pmt.init_s8vector(1, [-128]), pmt.init_u8vector(0, []), pmt.PMT_NIL):
                decoder.to_basic_block()._post(pmt.intern("frames"), pmt.cons(pmt.PMT_NIL, data))
            top.start()
            deadline = time.monotonic() + 20
            while decoder.failed() < 6 and time.monotonic() < deadline:
                time.sleep(0.01)
            top.stop()
            top.wait()
            self.assertGreaterEqual(decoder.failed(), 6)
            self.assertEqual(collector.messages, [])

    def test_settings(self):
        for wrong, make in (
                ("interleaving: '6' is not valid", lambda: telemetry.reed_solomon_decoder(interleaving=6)),
                ("bases: unknown key; did you mean 'basis'", lambda: telemetry.reed_solomon_decoder(bases="dual")),
                ("frame_size: '0' is not valid", lambda: telemetry.frame_synchronizer(frame_size=0)),
                ("QPSK needs soft", lambda: telemetry.frame_synchronizer("byte", frame_size=10, constellation="QPSK")),
                ("slip: expected less", lambda: telemetry.frame_synchronizer(frame_size=4, slip=16)),
                ("marker: 'xyz' is not valid", lambda: telemetry.frame_synchronizer(frame_size=10, marker="xyz")),
                ("search_errors: expected less than half",
                 lambda: telemetry.frame_synchronizer(frame_size=10, search_errors=16)),
                ("type 'short'", lambda: telemetry.frame_synchronizer("short", frame_size=10)),
                ("code: 'ar4ja' is not valid", lambda: telemetry.ldpc_decoder(code="ar4ja")),
                ("skip: makes sense with", lambda: telemetry.viterbi_decoder(skip=1)),
                ("quarter_turns: makes no sense", lambda: telemetry.viterbi_decoder(quarter_turns=True,
                                                                                     puncturing="2/3")),
                ("puncturing", lambda: telemetry.viterbi_decoder(puncturing="4/5")),
                ("insert_zone: TM frames have no", lambda: telemetry.packet_receiver(insert_zone=3))):
            with self.assertRaisesRegex(ValueError, wrong):
                make()

    def test_restart(self):
        frames = qa_ccsds.tm_frames(PACKETS, 223)
        source = samples(qa_ccsds.soft(qa_ccsds.convolutional(qa_ccsds.bits_of(qa_ccsds.cadus(frames) + bytes(20)))))
        viterbi = telemetry.viterbi_decoder()
        synchroniser = telemetry.frame_synchronizer("byte", frame_size=255)
        top = gr.top_block()
        top.connect(source, viterbi, synchroniser)
        collector = Collector(top, synchroniser)
        for again in (1, 2):
            source.rewind()
            top.run()
            self.assertEqual(len(collector.messages), again * len(frames))
        self.assertEqual(payload(collector.messages[0]), payload(collector.messages[len(frames)]))


class Catalog(unittest.TestCase):
    def test_every_step_tells_its_fields(self):
        names = [step["name"] for step in telemetry.steps()]
        self.assertEqual(names, ["viterbi_decoder", "frame_synchronizer", "derandomizer", "reed_solomon_decoder",
                                 "ldpc_decoder", "turbo_decoder", "packet_receiver"])
        for step in telemetry.steps():
            maker = getattr(telemetry, step["name"])
            self.assertIn(step["summary"], maker.__doc__)
            for field in step["fields"]:
                self.assertTrue(field["help"] and field["expected"], field)
                self.assertIn(field["name"], maker.__doc__)


if __name__ == "__main__":
    unittest.main()
