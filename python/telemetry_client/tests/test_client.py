# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import json
import pathlib
import random
import re
import unittest

from telemetry_client import (Event, Frame, LossAccount, Malformed, Metrics, Subscriber,
                              make_topic, parse_message, parse_topic)
from wire_publisher import WirePublisher

FRAMES = make_topic("frame", "AO-73 (FUNcube)", "1k2")
EVENTS = make_topic("event", "AO-73 (FUNcube)", "1k2")
FRAME = {"frame": "cafe", "confirmed": True, "time": "2026-01-02T03:04:05.000000006Z",
         "snr_db": 12.5}


def parts_of(topic=FRAMES, header=None, payload=FRAME, **changes):
    values = {"version": 1, "content_type": "application/json", "epoch": "1-a", "sequence": 1,
              "sent": "2026-01-02T03:04:05.000000006Z", "traceparent": ""}
    values.update(changes)
    return [topic.encode(), json.dumps(values if header is None else header).encode(),
            payload if isinstance(payload, bytes) else json.dumps(payload).encode()]


class Messages(unittest.TestCase):
    def test_topics_read_back(self):
        for names in [("frame", "a/b", "é\n%"), ("event", "AO-73 (FUNcube)", "~")]:
            self.assertEqual(parse_topic(make_topic(*names)), names)
        self.assertEqual(make_topic("heartbeat", "", ""), "tlm1/heartbeat/-/-/")

    def test_frame(self):
        frame = parse_message(parts_of() + [b"\xca\xfe"])
        self.assertIsInstance(frame, Frame)
        self.assertEqual((frame.kind, frame.station, frame.source), ("frame", "AO-73 (FUNcube)", "1k2"))
        self.assertEqual((frame.raw, frame.confirmed, frame.snr_db), (b"\xca\xfe", True, 12.5))
        self.assertEqual(frame.header.sent_ns, 1767323045000000006)

    def test_metrics_and_event(self):
        metrics = parse_message(parts_of(make_topic("metric", "S", "d"), payload={"metrics": [
            {"name": "n", "type": "counter", "unit": "1", "value": 3, "attributes": {"a": True}},
            {"name": "n", "value": 4, "attributes": []}, 5]}))
        self.assertIsInstance(metrics, Metrics)
        self.assertEqual(metrics.value("n", a=True), 3)
        self.assertEqual(len(metrics.metrics), 2)
        event = parse_message(parts_of(EVENTS, payload={"name": "x", "severity": "warn"}))
        self.assertIsInstance(event, Event)
        self.assertEqual((event.name, event.severity, event.attributes), ("x", "warn", {}))

    def test_other_content_stays_bytes(self):
        message = parse_message(parts_of(content_type="application/x-protobuf", payload=b"\xff"))
        self.assertEqual(message.payload, b"\xff")
        self.assertIsNone(message.time)

    def test_malformed(self):
        good = parts_of()
        deep = b'{"a":' + b"[" * 100000 + b"]" * 100000 + b"}"
        for parts in ([], good[:2], good + [b"", b""], [b"tlm1/frame/a/"] + good[1:],
                      [b"tlm1/frame/a/\xff/"] + good[1:], [good[0], b"{", good[2]],
                      [good[0], b"[]", good[2]], [good[0], good[1], b"nope"],
                      [good[0], b" " * 20000 + good[1], good[2]], [good[0], good[1], deep],
                      parts_of(version=2), parts_of(version=True), parts_of(sequence=0),
                      parts_of(sequence=1.5), parts_of(sequence=1 << 54), parts_of(epoch=""),
                      parts_of(sent="2026-13-02T03:04:05Z"), parts_of(sent=1), parts_of(header={})):
            with self.assertRaises(Malformed):
                parse_message(parts)

    def test_nothing_but_malformed_is_raised(self):
        rng = random.Random(1)
        for _ in range(3000):
            parts = [bytearray(part) for part in parts_of()]
            for _ in range(rng.randrange(1, 4)):
                part = rng.choice(parts)
                part[rng.randrange(len(part))] = rng.randrange(256)
            try:
                parse_message([bytes(part) for part in parts])
            except Malformed:
                pass


class Document(unittest.TestCase):
    """The loss account that docs/wire-format.md writes out, against ours, on random streams."""

    def test_same_losses(self):
        document = (pathlib.Path(__file__).parents[3] / "docs" / "wire-format.md").read_text("utf-8")
        code = next(block for block in re.findall(r"```python\n(.*?)```", document, re.DOTALL)
                    if "class Loss" in block)
        names = {"ns": lambda sent: int(sent[20:29])}
        exec(code, names)
        topics = [make_topic("frame", "S", source) for source in "abc"]
        heartbeats = make_topic("heartbeat", "", "")
        for seed in range(300):
            rng = random.Random(seed)
            ours = LossAccount(lambda kind, station, source: source != "c")
            theirs = names["Loss"](lambda topic: topic != topics[2])
            epoch, last, joined = "1-a", {}, rng.random()
            for clock in range(2, 200):
                if rng.random() < 0.01:
                    epoch, last = f"{clock}-a", {}
                topic = rng.choice(topics + [heartbeats])
                payload = {"topics": dict(last)} if topic == heartbeats else FRAME
                if topic != heartbeats:
                    last[topic] = last.get(topic, 0) + 1
                lost = rng.random() < 0.2 or clock < 100 * joined
                if lost or topic == topics[2]:
                    continue
                message = parse_message(parts_of(
                    topic, payload=payload, epoch=epoch, sequence=last.get(topic, 1),
                    sent=f"1970-01-01T00:00:00.{clock:09d}Z"))
                ours.account(message)
                theirs.account(topic, {"epoch": epoch, "sequence": message.header.sequence,
                                       "sent": message.header.sent}, payload)
                self.assertEqual(ours.lost, theirs.lost)


class Stream(unittest.TestCase):
    """Against a publisher written from the description of the format."""

    def setUp(self):
        self.publisher = WirePublisher()
        self.addCleanup(lambda: self.publisher.close())

    def join(self, subscriber):
        """Until a heartbeat has come: the subscription stands."""
        while not subscriber.heartbeats:
            self.publisher.heartbeat()
            subscriber.receive(0.02)

    def drain(self, subscriber):
        messages = []
        while (message := subscriber.receive(0.3)) is not None:
            messages.append(message)
        return messages

    def test_iterates_and_filters(self):
        with Subscriber(self.publisher.endpoint, kinds=["frame"], stations="AO-73*",
                        timeout=0.3) as subscriber:
            self.join(subscriber)
            self.publisher.send(FRAMES, FRAME, b"\x01")
            self.publisher.send(EVENTS, {"name": "x"})
            self.publisher.send(make_topic("frame", "other", "x"), FRAME)
            self.publisher.skip(EVENTS, 5)  # not asked for, so not lost
            self.publisher.heartbeat()
            self.assertEqual([m.raw for m in subscriber], [b"\x01"])
            self.assertEqual(subscriber.lost, 0)

    def test_asyncio(self):
        async def receive():
            async with Subscriber(self.publisher.endpoint, timeout=0.5) as subscriber:
                while not subscriber.heartbeats:
                    self.publisher.heartbeat()
                    await subscriber.receive_async(0.02)
                for number in range(5):
                    self.publisher.send(FRAMES, FRAME, bytes([number]))
                return [message.raw async for message in subscriber]

        self.assertEqual(asyncio.run(receive()), [bytes([n]) for n in range(5)])

    def test_late_join_is_no_loss(self):
        for _ in range(5):
            self.publisher.send(FRAMES, FRAME)
        self.publisher.skip(EVENTS, 3)
        with Subscriber(self.publisher.endpoint) as subscriber:
            self.join(subscriber)
            self.publisher.send(FRAMES, FRAME)
            self.publisher.heartbeat()
            self.assertEqual(len(self.drain(subscriber)), 1)
            self.assertEqual(subscriber.lost, 0)

    def test_loss_in_between_at_the_end_and_of_a_whole_topic(self):
        gaps = []
        with Subscriber(self.publisher.endpoint, on_gap=gaps.append) as subscriber:
            self.join(subscriber)
            self.publisher.send(FRAMES, FRAME)
            self.publisher.skip(FRAMES, 2)
            self.publisher.send(FRAMES, FRAME)
            self.publisher.skip(FRAMES, 4)
            self.publisher.skip(EVENTS, 1)
            self.publisher.heartbeat()
            self.publisher.heartbeat()  # tells the same again: counted once
            self.assertEqual(len(self.drain(subscriber)), 2)
            self.assertEqual([(g.topic, g.first, g.last) for g in gaps],
                             [(FRAMES, 2, 3), (FRAMES, 5, 8), (EVENTS, 1, 1)])
            self.assertEqual(subscriber.lost, 7)
            self.assertEqual(subscriber.topics[FRAMES].lost, 6)
            self.assertEqual(subscriber.topics[FRAMES].received, 2)

    def test_restart(self):
        restarts = []
        with Subscriber(self.publisher.endpoint, on_restart=restarts.append) as subscriber:
            self.join(subscriber)
            self.publisher.send(FRAMES, FRAME)
            self.drain(subscriber)
            self.publisher.restart()
            self.publisher.skip(FRAMES, 2)
            self.publisher.send(FRAMES, FRAME)
            self.assertEqual(len(self.drain(subscriber)), 1)
            self.assertEqual(restarts, [self.publisher.endpoint])
            self.assertEqual((subscriber.restarts, subscriber.lost), (1, 2))

    def test_malformed_messages_are_counted(self):
        with Subscriber(self.publisher.endpoint) as subscriber:
            self.join(subscriber)
            self.publisher.send_parts([FRAMES, "nonsense", "{}"])
            self.publisher.send(FRAMES, FRAME)
            self.assertEqual(len(self.drain(subscriber)), 1)
            self.assertEqual(subscriber.malformed, 1)

    def test_waits_for_a_publisher_that_comes_later(self):
        endpoint = self.publisher.endpoint
        self.publisher.close()
        with Subscriber(endpoint) as subscriber:
            self.assertIsNone(subscriber.receive(0.1))
            self.publisher = WirePublisher(endpoint)
            self.join(subscriber)
            self.publisher.send(FRAMES, FRAME)
            self.assertIsNotNone(subscriber.receive(5))

    def test_bad_endpoint(self):
        with self.assertRaisesRegex(ValueError, "nonsense"):
            Subscriber("nonsense")


if __name__ == "__main__":
    unittest.main()
