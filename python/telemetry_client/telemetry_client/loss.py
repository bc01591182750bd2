# SPDX-License-Identifier: GPL-3.0-or-later
"""Proves that nothing was lost between a publisher and a subscriber, or says what was.

The rules are those of docs/wire-format.md, "What was lost".
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Callable

from .message import SEQUENCE_MAX, Heartbeat, Malformed, Message, parse_topic

_EPOCHS_MAX = 16
_TOPICS_MAX = 8192
_START = re.compile(r"(\d{1,19})-")


@dataclass(frozen=True)
class Gap:
    """Messages `first` to `last` of a topic never came."""
    epoch: str
    topic: str
    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass
class TopicCounts:
    received: int = 0
    lost: int = 0


@dataclass
class Finding:
    gaps: "list[Gap]" = field(default_factory=list)
    restarted: bool = False


@dataclass
class _Epoch:
    complete: bool = False  #: every topic it has is known: unknown ones start from 1
    last: "dict[str, int]" = field(default_factory=dict)


def _start_of(epoch: str) -> int:
    match = _START.match(epoch)
    return int(match.group(1)) if match else 0


class LossAccount:
    """Of one connection. `wants(kind, station, source)`: whether that topic is subscribed to."""

    def __init__(self, wants: Callable[[str, str, str], bool]):
        self._wants = wants
        self._epochs: "dict[str, _Epoch]" = {}
        self._heard_ns = 0
        self.topics: "dict[str, TopicCounts]" = {}
        self.lost = 0
        self.restarts = 0

    def account(self, message: Message) -> Finding:
        """Call with every message of the connection, heartbeats included, in order of arrival."""
        finding = Finding()
        name = message.header.epoch
        epoch = self._epoch_of(name, finding)
        self._heard_ns = max(self._heard_ns, message.header.sent_ns)
        if isinstance(message, Heartbeat):
            for topic, number in message.topics.items():
                if self._is_counted(topic, number):
                    self._advance(epoch, name, topic, min(number, SEQUENCE_MAX), number, finding)
            epoch.complete = True
            return finding
        counts = self._counts_of(message.topic)
        counts.received += 1
        self._advance(epoch, name, message.topic, message.header.sequence - 1,
                      message.header.sequence, finding)
        return finding

    def _epoch_of(self, name: str, finding: Finding) -> _Epoch:
        epoch = self._epochs.get(name)
        if epoch is None:
            if len(self._epochs) >= _EPOCHS_MAX:
                del self._epochs[min(self._epochs)]
            epoch = self._epochs[name] = _Epoch()
            if self._heard_ns and _start_of(name) > self._heard_ns:
                epoch.complete = finding.restarted = True
                self.restarts += 1
        return epoch

    def _is_counted(self, topic: str, number: object) -> bool:
        if type(number) is not int or not 0 <= number <= SEQUENCE_MAX:
            return False
        try:
            return self._wants(*parse_topic(topic))
        except Malformed:
            return False

    def _counts_of(self, topic: str) -> TopicCounts:
        if topic in self.topics or len(self.topics) < _TOPICS_MAX:
            return self.topics.setdefault(topic, TopicCounts())
        return TopicCounts()

    def _advance(self, epoch: _Epoch, name: str, topic: str, present: int, number: int,
                 finding: Finding) -> None:
        """All up to `present` should have come before; `number` is now accounted for."""
        if topic not in epoch.last:
            if len(epoch.last) >= _TOPICS_MAX:
                return
            epoch.last[topic] = 0 if epoch.complete else present
        last = epoch.last[topic]
        if present > last:
            gap = Gap(name, topic, last + 1, present)
            finding.gaps.append(gap)
            self._counts_of(topic).lost += gap.count
            self.lost += gap.count
        epoch.last[topic] = max(last, number)
