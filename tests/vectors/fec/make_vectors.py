#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the vectors here and in ../framing with the encoders of GNU Radio 3.10.

convolutional.txt   name, data bits, symbols of fec.cc_encoder_make (K=7, rate 1/2, streaming from
                    state 0; generators 79 and 109 are 171 and 133 octal with the newest bit lowest)
../framing/hdlc.txt frame (hex), bits of digital.hdlc_framer_pb for the frame sent twice, the same
                    through digital.scrambler_bb(0x21, 0, 16), the scrambler of G3RUH, which holds
                    the last 17 bits back; both before NRZI
"""
import pathlib

import numpy
import pmt
from gnuradio import blocks, digital, fec, gr

HERE = pathlib.Path(__file__).resolve().parent
random = numpy.random.default_rng(1)


def text(bits):
    return "".join(str(int(bit)) for bit in bits)


def convolutional(name, polynomials):
    bits = random.integers(0, 2, 400, dtype=numpy.uint8)
    encoder = fec.cc_encoder_make(len(bits), 7, 2, polynomials, 0, fec.CC_STREAMING, False)
    top = gr.top_block()
    source = blocks.vector_source_b(bits.tolist(), False)
    sink = blocks.vector_sink_b()
    top.connect(source, fec.encoder(encoder, 1, 1), sink)
    top.run()
    return f"{name}\n{text(bits)}\n{text(sink.data())}\n"


def hdlc(frame):
    framer = digital.hdlc_framer_pb("length")
    top = gr.top_block()
    sink = blocks.vector_sink_b()
    scrambled = blocks.vector_sink_b()
    top.connect(framer, sink)
    top.connect(framer, digital.scrambler_bb(0x21, 0, 16), scrambled)
    message = pmt.cons(pmt.make_dict(), pmt.init_u8vector(len(frame), list(frame)))
    for _ in range(2):
        framer.to_basic_block()._post(pmt.intern("in"), message)
    framer.to_basic_block()._post(pmt.intern("system"), pmt.cons(pmt.intern("done"), pmt.from_long(1)))
    top.run()
    return f"{frame.hex()}\n{text(sink.data())}\n{text(scrambled.data())}\n"


def main():
    (HERE / "convolutional.txt").write_text(
        convolutional("CCSDS", [79, -109]) + convolutional("NASA-DSN", [-109, 79])
        + convolutional("CCSDS uninverted", [79, 109])
        + convolutional("NASA-DSN uninverted", [109, 79]))
    frames = [bytes.fromhex("86a240404040e09c9e6e9c98406103f0") + b"Testing, 1 2 3",
              bytes.fromhex("86a240404040609c9e6e9c98406103f0") + bytes([0xff] * 40),
              bytes.fromhex("86a240404040609c9e6e9c98406103f0")
              + random.integers(0, 256, 200, dtype=numpy.uint8).tobytes()]
    (HERE.parent / "framing/hdlc.txt").write_text("".join(hdlc(frame) for frame in frames))


if __name__ == "__main__":
    main()
