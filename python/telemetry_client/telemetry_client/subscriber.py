# SPDX-License-Identifier: GPL-3.0-or-later
"""A subscriber to iterate over, with `for` or with `async for`."""
from __future__ import annotations

import math
import time
from collections import deque
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import AsyncIterator, Callable, Iterator, Optional, Sequence, Union

import zmq
import zmq.asyncio

from .loss import Gap, LossAccount, TopicCounts
from .message import Heartbeat, Malformed, Message, make_topic, parse_message

DEFAULT_ENDPOINT = "tcp://127.0.0.1:5556"
_HEARTBEATS = make_topic("heartbeat", "", "")
_PART_BYTES_MAX = 16 * 1024 * 1024
_GAPS_KEPT = 1000
_POLL_SECONDS = 1.0

Names = Union[str, Sequence[str]]


def _list(names: Names) -> "list[str]":
    return [names] if isinstance(names, str) else list(names)


def _matches(patterns: "list[str]", name: str) -> bool:
    return not patterns or any(p == name or fnmatchcase(name, p) for p in patterns)


def _patience_with(heartbeat: Heartbeat) -> float:
    """Seconds of silence that are no longer normal; 0: not known."""
    interval_ns = heartbeat.payload.get("interval_ns")
    if type(interval_ns) is not int or not 0 < interval_ns <= 3600 * 10**9:
        return 0
    return max(5, 3 * interval_ns / 1e9)


@dataclass
class _Connection:
    endpoint: str
    socket: zmq.Socket
    account: LossAccount
    heard: float = 0
    patience: float = 0


class Subscriber:
    """Receives from one or several publishers; one loss account for each.

    Kinds, stations and sources are names or patterns; none means all (of the kinds: all but
    heartbeats). ZeroMQ reconnects by itself, and a publisher that is not there yet is waited for.
    For one thread, or one event loop.
    """

    def __init__(self, endpoint: Names = DEFAULT_ENDPOINT, kinds: Names = (), stations: Names = (),
                 sources: Names = (), *, timeout: Optional[float] = None,
                 on_gap: Optional[Callable[[Gap], None]] = None,
                 on_restart: Optional[Callable[[str], None]] = None,
                 on_malformed: Optional[Callable[[str], None]] = None):
        self._wanted = (_list(kinds), _list(stations), _list(sources))
        self._timeout = timeout
        self._on_gap = on_gap
        self._on_restart = on_restart
        self._on_malformed = on_malformed
        self._context = zmq.Context()
        self._connections: "list[_Connection]" = []
        self._ready: "deque[Message]" = deque()
        self.gaps: "deque[Gap]" = deque(maxlen=_GAPS_KEPT)
        self.received = 0
        self.malformed = 0
        self.heartbeats = 0
        try:
            for one in _list(endpoint):
                self._connections.append(
                    _Connection(one, self._connect(one), LossAccount(self._wants)))
        except zmq.ZMQError as error:
            self.close()
            raise ValueError(f"cannot connect to '{one}': {error}") from None

    def _connect(self, endpoint: str) -> zmq.Socket:
        socket = self._context.socket(zmq.SUB)
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.RCVHWM, 65536)
        socket.setsockopt(zmq.MAXMSGSIZE, _PART_BYTES_MAX)
        socket.setsockopt(zmq.IPV6, 1 if "[" in endpoint else 0)
        try:
            socket.connect(endpoint)
        except zmq.ZMQError:
            socket.close()
            raise
        # In this order: the first heartbeat then proves that the other subscriptions stand.
        for prefix in self._prefixes():
            socket.subscribe(prefix)
        socket.subscribe(_HEARTBEATS)
        return socket

    def _prefixes(self) -> "list[str]":
        prefixes = ["tlm1/"]
        for names in self._wanted:
            if not names or any(c in name for name in names for c in "*?["):
                break
            prefixes = [p + make_topic(name, "", "").split("/")[1] + "/"
                        for p in prefixes for name in names]
        return prefixes

    def _wants(self, kind: str, station: str, source: str) -> bool:
        kinds, stations, sources = self._wanted
        if not kinds and kind == "heartbeat":
            return False
        return (_matches(kinds, kind) and _matches(stations, station)
                and _matches(sources, source))

    # What was lost

    @property
    def lost(self) -> int:
        """Messages that were published but never came."""
        return sum(connection.account.lost for connection in self._connections)

    @property
    def restarts(self) -> int:
        return sum(connection.account.restarts for connection in self._connections)

    @property
    def topics(self) -> "dict[str, TopicCounts]":
        """Received and lost by topic, over all endpoints."""
        total: "dict[str, TopicCounts]" = {}
        for connection in self._connections:
            for topic, counts in connection.account.topics.items():
                sums = total.setdefault(topic, TopicCounts())
                sums.received += counts.received
                sums.lost += counts.lost
        return total

    # Receiving

    def _take(self, connection: "_Connection") -> None:
        try:
            parts = connection.socket.recv_multipart(zmq.NOBLOCK)
        except zmq.Again:
            return
        try:
            message = parse_message(parts)
        except Malformed as error:
            self.malformed += 1
            if self._on_malformed:
                self._on_malformed(str(error))
            return
        wanted = self._wants(message.kind, message.station, message.source)
        connection.heard = time.monotonic()
        if isinstance(message, Heartbeat):
            self.heartbeats += 1
            connection.patience = _patience_with(message)
        if not wanted and not isinstance(message, Heartbeat):
            return
        finding = connection.account.account(message)
        if finding.restarted and self._on_restart:
            self._on_restart(connection.endpoint)
        for gap in finding.gaps:
            self.gaps.append(gap)
            if self._on_gap:
                self._on_gap(gap)
        if wanted:
            self.received += 1
            self._ready.append(message)

    def _renew_silent_connections(self) -> None:
        """ZeroMQ gives a connection up for good when the other side breaks its protocol or sends a
        part that is too long, and may not notice a peer that vanished. Heartbeats tell."""
        now = time.monotonic()
        for connection in self._connections:
            if connection.patience and now - connection.heard > connection.patience:
                connection.socket.close(0)
                connection.socket = self._connect(connection.endpoint)
                connection.heard = now

    def _take_all(self, ready: "list[tuple[zmq.Socket, int]]") -> None:
        if not ready:
            self._renew_silent_connections()
        for connection in self._connections:
            if any(connection.socket == socket for socket, _ in ready):
                self._take(connection)

    def _register(self, poller: zmq.Poller) -> zmq.Poller:
        for connection in self._connections:
            poller.register(connection.socket, zmq.POLLIN)
        return poller

    def receive(self, timeout: Optional[float] = None) -> Optional[Message]:
        """The next message; None when there was none for `timeout` seconds (None: wait)."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        while not self._ready:
            left = end - time.monotonic()
            if left < 0:
                return None
            self._take_all(self._register(zmq.Poller()).poll(1000 * min(left, _POLL_SECONDS)))
        return self._ready.popleft()

    async def receive_async(self, timeout: Optional[float] = None) -> Optional[Message]:
        """The same, for asyncio."""
        end = math.inf if timeout is None else time.monotonic() + timeout
        while not self._ready:
            left = end - time.monotonic()
            if left < 0:
                return None
            poller = self._register(zmq.asyncio.Poller())
            self._take_all(await poller.poll(1000 * min(left, _POLL_SECONDS)))
        return self._ready.popleft()

    def __iter__(self) -> Iterator[Message]:
        while (message := self.receive(self._timeout)) is not None:
            yield message

    async def __aiter__(self) -> AsyncIterator[Message]:
        while (message := await self.receive_async(self._timeout)) is not None:
            yield message

    def close(self) -> None:
        for connection in self._connections:
            connection.socket.close(0)
        self._context.term()

    def __enter__(self) -> "Subscriber":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    async def __aenter__(self) -> "Subscriber":
        return self

    async def __aexit__(self, *exception: object) -> None:
        self.close()
