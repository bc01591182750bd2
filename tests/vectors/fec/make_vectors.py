#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the vectors here with the encoder of GNU Radio 3.10.

convolutional.txt   name, data bits, symbols of fec.cc_encoder_make (K=7, rate 1/2, streaming from
                    state 0; generators 79 and 109 are 171 and 133 octal with the newest bit lowest)
"""
import pathlib

import numpy
from gnuradio import blocks, fec, gr

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


def main():
    (HERE / "convolutional.txt").write_text(
        convolutional("CCSDS", [79, -109]) + convolutional("NASA-DSN", [-109, 79])
        + convolutional("CCSDS uninverted", [79, 109])
        + convolutional("NASA-DSN uninverted", [109, 79]))


if __name__ == "__main__":
    main()
