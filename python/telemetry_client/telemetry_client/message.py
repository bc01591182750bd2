# SPDX-License-Identifier: GPL-3.0-or-later
"""Topics, headers and payloads, as docs/wire-format.md describes them."""
from __future__ import annotations

import calendar
import json
import re
from dataclasses import dataclass, field
from typing import Any, Optional, Sequence
from urllib.parse import quote, unquote_to_bytes

VERSION = 1
SEQUENCE_MAX = 1 << 53
HEADER_BYTES_MAX = 16 * 1024
TOPIC_LENGTH_MAX = 1024
DEPTH_MAX = 32

_TOPIC = re.compile(r"tlm1/([^/]+)/([^/]+)/([^/]+)/")
_NAME = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?[Zz]", re.ASCII)
_BRACKET_OR_STRING = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)


class Malformed(ValueError):
    """A message that is not as the format wants it."""


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


@dataclass(frozen=True)
class Header:
    version: int
    content_type: str
    epoch: str  #: tells a publisher from its predecessors
    sequence: int  #: in its topic and epoch, from 1
    sent: str  #: RFC 3339 with nanoseconds
    sent_ns: int  #: the same in nanoseconds since 1970
    traceparent: str  #: W3C; empty when there is none


@dataclass(frozen=True)
class Message:
    topic: str  #: as on the wire
    kind: str
    station: str
    source: str
    header: Header
    payload: Any  #: a dict; bytes when the content type is not JSON
    raw: bytes = b""  #: the fourth part

    @property
    def time(self) -> Optional[str]:
        """When it happened (RFC 3339), as far as is known."""
        return self.payload.get("time") if isinstance(self.payload, dict) else None


@dataclass(frozen=True)
class Frame(Message):
    """A frame after error correction; `raw` are its bytes."""

    @property
    def downlink(self) -> str:
        return self.payload.get("downlink", self.source)

    @property
    def confirmed(self) -> bool:
        """A CRC or block code vouches for every byte."""
        return self.payload.get("confirmed") is True

    @property
    def snr_db(self) -> Optional[float]:
        return self.payload.get("snr_db")

    @property
    def carrier_offset_hz(self) -> Optional[float]:
        return self.payload.get("carrier_offset_hz")


@dataclass(frozen=True)
class Metric:
    name: str
    type: str  #: gauge or counter
    unit: str  #: UCUM
    value: Optional[float]  #: None: not known
    attributes: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Metrics(Message):
    @property
    def metrics(self) -> "list[Metric]":
        metrics = self.payload.get("metrics")
        return [Metric(m.get("name", ""), m.get("type", ""), m.get("unit", ""), m.get("value"),
                       _dict(m.get("attributes")))
                for m in (metrics if isinstance(metrics, list) else []) if isinstance(m, dict)]

    def value(self, name: str, **attributes: Any) -> Optional[float]:
        """The first value of that name whose attributes include the given ones."""
        for metric in self.metrics:
            if metric.name == name and attributes.items() <= metric.attributes.items():
                return metric.value
        return None


@dataclass(frozen=True)
class Event(Message):
    @property
    def name(self) -> str:
        return self.payload.get("name", "")

    @property
    def severity(self) -> str:
        return self.payload.get("severity", "info")

    @property
    def text(self) -> str:
        return self.payload.get("text", "")

    @property
    def attributes(self) -> dict:
        return _dict(self.payload.get("attributes"))


@dataclass(frozen=True)
class Heartbeat(Message):
    @property
    def topics(self) -> "dict[str, int]":
        """The last number of every topic."""
        return _dict(self.payload.get("topics"))

    @property
    def final(self) -> bool:
        """The publisher closes down."""
        return self.payload.get("final") is True


_CLASSES = {"frame": Frame, "metric": Metrics, "event": Event, "heartbeat": Heartbeat}


def make_topic(kind: str, station: str, source: str) -> str:
    return "tlm1/" + "".join(quote(name, safe="") + "/" if name else "-/"
                             for name in (kind, station, source))


def parse_topic(text: str) -> "tuple[str, str, str]":
    """Kind, station and source."""
    match = _TOPIC.fullmatch(text)
    if not match or len(text) > TOPIC_LENGTH_MAX or not all(map(_NAME.fullmatch, match.groups())):
        raise Malformed("topic: not tlm1/<kind>/<station>/<source>/")
    kind, station, source = (unquote_to_bytes(name).decode("utf-8", "replace")
                             for name in match.groups())
    return kind, station, source


def _read_object(text: bytes, part: str) -> dict:
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"{part}: not UTF-8") from None
    depth = 0
    for token in _BRACKET_OR_STRING.findall(decoded):
        depth += (token in "[{") - (token in "]}") if len(token) == 1 and token != '"' else 0
        if depth > DEPTH_MAX:
            raise Malformed(f"{part}: JSON nested deeper than {DEPTH_MAX}")
    try:
        value = json.loads(decoded)
    except (ValueError, RecursionError):
        raise Malformed(f"{part}: not JSON") from None
    if not isinstance(value, dict):
        raise Malformed(f"{part}: not a JSON object")
    return value


def _ns_of(time: str) -> int:
    match = _TIME.fullmatch(time)
    try:
        if match:
            seconds = calendar.timegm(tuple(int(group) for group in match.groups()[:6]))
            return seconds * 10**9 + int((match.group(7) or "").ljust(9, "0"))
    except ValueError:
        pass
    raise Malformed("header: no sent time")


def _read_header(text: bytes) -> Header:
    if len(text) > HEADER_BYTES_MAX:
        raise Malformed(f"header: longer than {HEADER_BYTES_MAX} bytes")
    values = _read_object(text, "header")
    if type(values.get("version")) is not int:
        raise Malformed("header: no version")
    if values["version"] != VERSION:
        raise Malformed(f"header: version {values['version']}, this program knows {VERSION}")
    for key in ("content_type", "epoch", "sent"):
        if not isinstance(values.get(key), str) or not values[key]:
            raise Malformed(f"header: no {key}")
    sequence = values.get("sequence")
    if type(sequence) is not int or not 1 <= sequence <= SEQUENCE_MAX:
        raise Malformed("header: no sequence, or out of range")
    traceparent = values.get("traceparent")
    return Header(VERSION, values["content_type"], values["epoch"], sequence, values["sent"],
                  _ns_of(values["sent"]), traceparent if isinstance(traceparent, str) else "")


def parse_message(parts: Sequence[bytes]) -> Message:
    """Raises Malformed, and nothing else, whatever the parts hold."""
    if len(parts) not in (3, 4):
        raise Malformed(f"{len(parts)} parts, expected 3 or 4")
    topic = parts[0].decode("ascii", "replace")
    kind, station, source = parse_topic(topic)
    header = _read_header(parts[1])
    raw = parts[3] if len(parts) == 4 else b""
    if header.content_type != "application/json":
        return Message(topic, kind, station, source, header, parts[2], raw)
    payload = _read_object(parts[2], "payload")
    return _CLASSES.get(kind, Message)(topic, kind, station, source, header, payload, raw)
