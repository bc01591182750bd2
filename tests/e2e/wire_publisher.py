# SPDX-License-Identifier: GPL-3.0-or-later
"""A publisher in bare pyzmq, written from docs/wire-format.md, that can also misbehave."""
import json
import secrets
import time

import zmq


def now():
    ns = time.time_ns()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ns // 10**9)) + f".{ns % 10**9:09d}Z"


class WirePublisher:
    def __init__(self, endpoint="tcp://127.0.0.1:*"):
        self.socket = zmq.Context.instance().socket(zmq.PUB)
        self.socket.set(zmq.LINGER, 1000)
        self.socket.bind(endpoint)
        self.endpoint = self.socket.get(zmq.LAST_ENDPOINT).decode().rstrip("\0")
        self.restart()

    def restart(self):
        self.epoch = f"{time.time_ns()}-{secrets.token_hex(4)}"
        self.last = {}

    def skip(self, topic, count=1):
        """Spends numbers without sending, as a full queue does."""
        self.last[topic] = self.last.get(topic, 0) + count

    def header(self, topic):
        self.skip(topic)
        return {"version": 1, "content_type": "application/json", "epoch": self.epoch,
                "sequence": self.last[topic], "sent": now(),
                "traceparent": f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"}

    def send(self, topic, payload, raw=None):
        self.send_parts([topic, json.dumps(self.header(topic)), json.dumps(payload)] +
                        ([] if raw is None else [raw]))

    def send_parts(self, parts):
        self.socket.send_multipart([p.encode() if isinstance(p, str) else p for p in parts])

    def heartbeat(self, final=False):
        topic = "tlm1/heartbeat/-/-/"
        topics = {name: number for name, number in self.last.items() if name != topic}
        self.send(topic, {"interval_ns": 10**9, "final": final, "dropped": 0, "topics": topics})

    def close(self):
        self.socket.close()
