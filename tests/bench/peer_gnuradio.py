#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast GNU Radio's blocks do what lib/fec and lib/framing do: JSON on standard output.

    peer_gnuradio.py [ITEMS]     items (symbols) for each block, default 4000000

Each block works in a flow graph of its own; what counts is the processor time of its work()
alone, without sources and sinks. Best of three runs.
"""
import json
import os
import sys

os.environ["GR_CONF_PERFCOUNTERS_ON"] = "True"
os.environ["GR_CONF_PERFCOUNTERS_CLOCK"] = "thread"
os.environ["GR_CONF_LOG_LOG_LEVEL"] = "error"

import numpy  # noqa: E402
import pmt  # noqa: E402
from gnuradio import blocks, digital, fec, gr  # noqa: E402

ITEMS = int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000
random = numpy.random.default_rng(1)


def rate_of(make, symbols, source, sink, results):
    """Results a second of processor time of the blocks that `make` yields, in a row."""
    best = 0.0
    for _ in range(3):
        top = gr.top_block()
        row = make()
        top.connect(source(symbols, False), *row)
        if sink is not None:
            top.connect(row[-1], sink())
        top.run()
        seconds = sum(block.pc_work_time_total() for block in row) / gr.high_res_timer_tps()
        best = max(best, results / seconds)
    return best


def sink_b():
    return blocks.null_sink(gr.sizeof_char)


def viterbi():
    frame = 8192
    frames = max(1, ITEMS // (2 * frame))
    symbols = random.normal(0, 0.7, 2 * frame * frames) + random.choice((-1, 1), 2 * frame * frames)
    decoder = lambda: [fec.decoder(  # noqa: E731
        fec.cc_decoder.make(frame, 7, 2, [79, -109], 0, -1, fec.CC_STREAMING, False), 4, 1)]
    return rate_of(decoder, symbols.astype(numpy.float32).tolist(), blocks.vector_source_f, sink_b,
                   frame * frames)


def sync_hard():
    bits = random.integers(0, 2, ITEMS, dtype=numpy.uint8).tolist()
    word = f"{0x1ACFFC1D:032b}"
    return rate_of(lambda: [digital.correlate_access_code_bb(word, 4)], bits,
                   blocks.vector_source_b, sink_b, ITEMS)


def sync_soft():
    symbols = random.normal(0, 1, ITEMS).astype(numpy.float32).tolist()
    word = f"{0x1ACFFC1D:032b}"
    return rate_of(lambda: [digital.correlate_access_code_tag_ff(word, 4, "sync")], symbols,
                   blocks.vector_source_f, lambda: blocks.null_sink(gr.sizeof_float), ITEMS)


def hdlc():
    """Differential decoder, G3RUH descrambler and deframer over AX.25 frames of 256 bytes."""
    top = gr.top_block()
    framer = digital.hdlc_framer_pb("packet_len")
    sink = blocks.vector_sink_b()
    top.connect(framer, sink)
    for _ in range(30):
        data = random.integers(0, 256, 256, dtype=numpy.uint8)
        framer.to_basic_block()._post(
            pmt.intern("in"), pmt.cons(pmt.PMT_NIL, pmt.init_u8vector(256, data.tolist())))
    framer.to_basic_block()._post(pmt.intern("system"),
                                  pmt.cons(pmt.intern("done"), pmt.from_long(1)))
    top.run()
    plain = list(sink.data())
    level, register, line = 0, 0, []
    for bit in plain:
        scrambled = bit ^ (register >> 11 & 1) ^ (register >> 16 & 1)
        register = (register << 1 | scrambled) & 0x1FFFF
        level ^= scrambled
        line.append(level)
    line = (line * (ITEMS // len(line) + 1))[:ITEMS]
    chain = lambda: [digital.diff_decoder_bb(2),  # noqa: E731
                     digital.descrambler_bb(0x21, 0, 16), digital.hdlc_deframer_bp(32, 500)]
    return rate_of(chain, line, blocks.vector_source_b, None, len(line))


def main():
    print(json.dumps({"viterbi": viterbi(), "sync hard": sync_hard(), "sync soft": sync_soft(),
                      "hdlc": hdlc()}))


if __name__ == "__main__":
    main()
