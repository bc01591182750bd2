# SPDX-License-Identifier: GPL-3.0-or-later
"""Receives the frames, metrics and events that gr-telemetry publishes over ZeroMQ.

    from telemetry_client import Subscriber

    with Subscriber("tcp://127.0.0.1:5556", kinds=["frame"]) as subscriber:
        for frame in subscriber:
            print(frame.station, frame.time, frame.snr_db, frame.raw.hex())
"""
from .loss import Gap, LossAccount, TopicCounts
from .message import (Event, Frame, Header, Heartbeat, Malformed, Message, Metric, Metrics,
                      make_topic, parse_message, parse_topic)
from .subscriber import DEFAULT_ENDPOINT, Subscriber

__version__ = "0.1.0"
__all__ = ["DEFAULT_ENDPOINT", "Event", "Frame", "Gap", "Header", "Heartbeat", "LossAccount",
           "Malformed", "Message", "Metric", "Metrics", "Subscriber", "TopicCounts", "make_topic",
           "parse_message", "parse_topic"]
