#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import socket
import time
import unittest

import pmt
import zmq
from gnuradio import blocks, gr, network, telemetry

import qa_signals
from qa_flowgraph import Stalling, metadata, payload, samples, station_file, wait_for

FRAMES = [qa_signals.ax25_frame(i) for i in range(3)]


class Subscriber:
    def __init__(self, test, publisher):
        self.context = zmq.Context()
        self.socket = self.context.socket(zmq.SUB)
        self.socket.subscribe(b"tlm1/")
        self.socket.connect(publisher.endpoint())
        test.addCleanup(self.context.term)
        test.addCleanup(self.socket.close, 0)
        # A heartbeat tells that the subscription is in force.
        assert self.socket.poll(10000), "no heartbeat"

    def receive(self, count):
        """Messages but heartbeats, until there are `count` frames and then nothing for a while."""
        found, frames = [], 0
        end = time.monotonic() + 20
        while time.monotonic() < end:
            if not self.socket.poll(50):
                continue
            parts = self.socket.recv_multipart()
            kind, station, source = parts[0].decode().split("/")[1:4]
            if kind == "heartbeat":
                continue
            found.append((kind, station, source, json.loads(parts[2]), parts[3:]))
            frames += kind == "frame"
            if frames >= count:
                end = time.monotonic() + 0.3
        return found


class Publisher(unittest.TestCase):
    def publish(self, source):
        publisher = telemetry.publisher("tcp://127.0.0.1:*", heartbeat=0.05)
        subscriber = Subscriber(self, publisher)
        receiver = telemetry.station_receiver(station_file(self), 48000)
        top = gr.top_block()
        top.connect(source, receiver)
        for port in ("frames", "events", "metrics"):
            top.msg_connect(receiver, port, publisher, port)
        top.run()
        return publisher, subscriber

    def test_everything_of_a_station_receiver(self):
        publisher, subscriber = self.publish(samples(qa_signals.fsk_audio(FRAMES)))
        found = subscriber.receive(len(FRAMES))
        frames = [item for item in found if item[0] == "frame"]
        self.assertEqual([raw[0] for *_, raw in frames], FRAMES)
        for _, station, source, record, raw in frames:
            self.assertEqual((station, source), ("QA", "9k6"))
            self.assertEqual(bytes.fromhex(record["frame"]), raw[0])
            self.assertEqual(record["framing"], "AX.25 G3RUH")
            self.assertIs(record["confirmed"], True)
            self.assertIsNone(record["time"])
        events = {record["name"] for kind, _, _, record, _ in found if kind == "event"}
        self.assertIn("telemetry.link.lock_acquired", events)
        last = [record for kind, _, source, record, _ in found if (kind, source) == ("metric", "9k6")][-1]
        received = [metric for metric in last["metrics"] if metric["name"] == "telemetry.frames.received"]
        self.assertEqual({metric["attributes"]["confirmed"]: metric["value"] for metric in received},
                         {True: 3, False: 0})
        self.assertEqual(publisher.refused(), 0)
        self.assertEqual(publisher.dropped(), 0)
        self.assertEqual(publisher.published(), len(found))

    def test_frames_of_another_deframer(self):
        publisher = telemetry.publisher("tcp://127.0.0.1:*", "antenna", heartbeat=0.05)
        subscriber = Subscriber(self, publisher)
        pdu = pmt.cons(pmt.make_dict(), pmt.init_u8vector(3, [1, 2, 3]))
        for message in (pdu, pmt.PMT_NIL, pmt.mp("no frame"), pmt.cons(pmt.PMT_NIL, pmt.mp("no bytes"))):
            publisher.to_basic_block()._post(pmt.mp("frames"), message)
        publisher.stop()  # works off what is queued
        ((kind, station, source, record, raw),) = subscriber.receive(1)
        self.assertEqual((kind, station, source, raw), ("frame", "-", "antenna", [b"\1\2\3"]))
        self.assertIs(record["confirmed"], False)
        self.assertEqual(publisher.refused(), 3)

    def test_two_receivers_one_publisher(self):
        publisher = telemetry.publisher("tcp://127.0.0.1:*", heartbeat=0.05)
        subscriber = Subscriber(self, publisher)
        top = gr.top_block()
        for repeats in (1, 8):
            receiver = telemetry.station_receiver(station_file(self), 48000)
            top.connect(samples(qa_signals.fsk_audio(FRAMES * repeats)), receiver)
            top.msg_connect(receiver, "frames", publisher, "frames")
        top.run()
        publisher.stop()  # the first receiver that ended has ended the publisher's thread
        self.assertEqual(len(subscriber.receive(27)), 27)

    def test_stopping_publishes_the_frame_in_flight(self):
        publisher = telemetry.publisher("tcp://127.0.0.1:*", heartbeat=0.05)
        subscriber = Subscriber(self, publisher)
        audio = qa_signals.fsk_audio(FRAMES[:1], end_flags=1)
        receiver = telemetry.station_receiver(station_file(self), 48000)
        top = gr.top_block()
        source = Stalling(audio)  # GNU Radio does not keep Python's blocks alive
        top.connect(source, receiver)
        top.msg_connect(receiver, "frames", publisher, "frames")
        top.start()
        wait_for(lambda: receiver.samples() == audio.size)
        top.stop()
        top.wait()
        publisher.stop()
        self.assertEqual([raw for *_, raw in subscriber.receive(1)], [[FRAMES[0]]])

    def test_mistakes_are_told(self):
        publisher = telemetry.publisher("tcp://127.0.0.1:*")
        for message, make in {
            publisher.endpoint(): lambda: telemetry.publisher(publisher.endpoint()),
            "remote": lambda: telemetry.publisher("tcp://0.0.0.0:*"),
            "queue_messages": lambda: telemetry.publisher("tcp://127.0.0.1:*", queue_messages=0),
            "heartbeat": lambda: telemetry.publisher("tcp://127.0.0.1:*", heartbeat=-1),
            "bogus": lambda: telemetry.publisher("bogus"),
        }.items():
            with self.subTest(message), self.assertRaisesRegex((RuntimeError, ValueError), message):
                make()


class Kiss(unittest.TestCase):
    def test_encoding(self):
        encoder = telemetry.kiss_encoder(1)
        top = gr.top_block()
        strobe = blocks.message_strobe(
            pmt.cons(pmt.dict_add(pmt.make_dict(), pmt.mp("station"), pmt.mp("X")),
                     pmt.init_u8vector(4, [0x01, 0xC0, 0xDB, 0x02])), 10)
        store = blocks.message_debug()
        top.msg_connect(strobe, "strobe", encoder, "frames")
        top.msg_connect(encoder, "kiss", store, "store")
        top.start()
        deadline = time.monotonic() + 20
        while store.num_messages() < 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        top.stop()
        top.wait()
        message = store.get_message(0)
        self.assertEqual(payload(message), bytes.fromhex("c0 10 01 dbdc dbdd 02 c0"))
        self.assertEqual(metadata(message), {"station": "X"})
        with self.assertRaisesRegex(ValueError, "port"):
            telemetry.kiss_encoder(16)

    def test_over_tcp(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = network.socket_pdu("TCP_SERVER", "127.0.0.1", str(port), 10000, False)
        encoder = telemetry.kiss_encoder()
        strobe = blocks.message_strobe(pmt.cons(pmt.PMT_NIL, pmt.init_u8vector(2, [7, 8])), 20)
        top = gr.top_block()
        top.msg_connect(strobe, "strobe", encoder, "frames")
        top.msg_connect(encoder, "kiss", server, "pdus")
        top.start()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
                received = b""
                while len(received) < 5:
                    received += client.recv(5 - len(received))
            self.assertEqual(received, bytes.fromhex("c0 00 07 08 c0"))
        finally:
            top.stop()
            top.wait()


if __name__ == "__main__":
    unittest.main()
