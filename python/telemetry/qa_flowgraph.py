# SPDX-License-Identifier: GPL-3.0-or-later
"""What the QA of every block needs: run a chain, collect its messages."""

import json
import os
import pathlib
import tempfile
import time

import numpy as np
import pmt
from gnuradio import blocks, gr, telemetry

import qa_signals

SOURCE = pathlib.Path(os.environ["TELEMETRY_SOURCE_DIR"])
RECORDING = SOURCE / "tests/vectors/gnuradio/ax25_afsk1200.wav"

AFSK_STATION = """
name: Direwolf
downlinks:
  1k2:
    modulation: AFSK
    baudrate: 1200
    af_carrier: 1700
    deviation: 500
    framing: AX.25
"""


def station_file(test, text=qa_signals.QA_STATION):
    """The path of a station file with this text, for as long as the test runs."""
    file = tempfile.NamedTemporaryFile("w", suffix=".yml")
    test.addCleanup(file.close)
    file.write(text)
    file.flush()
    return file.name


def metadata(message):
    return json.loads(telemetry.to_json(pmt.car(message) if is_pdu(message) else message))


def payload(message):
    return bytes(pmt.u8vector_elements(pmt.cdr(message)))


def is_pdu(message):
    return pmt.is_pair(message) and pmt.is_u8vector(pmt.cdr(message))


class Collector:
    """Everything that came out of a message port."""

    def __init__(self, top, block, port="frames"):
        self.store = blocks.message_debug()
        top.msg_connect(block, port, self.store, "store")

    @property
    def messages(self):
        return [self.store.get_message(i) for i in range(self.store.num_messages())]

    @property
    def frames(self):
        return [payload(message) for message in self.messages]

    @property
    def metadata(self):
        return [metadata(message) for message in self.messages]


def run(*chain, max_noutput_items=100000, port="frames"):
    """Runs a chain to its end; what its last block sent."""
    top = gr.top_block()
    top.connect(*chain)
    collector = Collector(top, chain[-1], port)
    top.run(max_noutput_items)
    return collector


def samples(values, tags=()):
    """A source of these samples; tags are (offset, key, PMT)."""
    tag_list = [gr.tag_utils.python_to_tag((offset, pmt.mp(key), value, pmt.PMT_F)) for offset, key, value in tags]
    if values.dtype.kind == "c":
        return blocks.vector_source_c(values.tolist(), False, 1, tag_list)
    return blocks.vector_source_f(values.tolist(), False, 1, tag_list)


def rx_time(seconds, fraction=0.0):
    return pmt.make_tuple(pmt.from_uint64(seconds), pmt.from_double(fraction))


class Stalling(gr.sync_block):
    """Samples, and then nothing, but not the end either, as from hardware."""

    def __init__(self, values):
        gr.sync_block.__init__(self, "stalling", None, [np.float32])
        self.values = values
        self.at = 0

    def work(self, input_items, output_items):
        count = min(len(output_items[0]), self.values.size - self.at)
        if count == 0:
            time.sleep(0.01)
            return 0
        output_items[0][:count] = self.values[self.at:self.at + count]
        self.at += count
        return count


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
