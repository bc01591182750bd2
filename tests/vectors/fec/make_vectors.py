#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the vectors here with the encoder of GNU Radio 3.10.

punctured.txt       pattern (as lib/fec/puncturing.h writes it), data bits, symbols of the same
                    encoder through fec.puncture_bb
constraint.txt      constraint length and generators (octal, newest bit highest), data bits, symbols of
                    fec.cc_encoder_make: K=7 rate 1/3, K=9 rates 1/2 and 1/3
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


def encoded(name, constraint, polynomials, pattern="", count=420):
    bits = random.integers(0, 2, count, dtype=numpy.uint8)
    encoder = fec.cc_encoder_make(len(bits), constraint, len(polynomials), polynomials, 0,
                                  fec.CC_STREAMING, False)
    top = gr.top_block()
    stages = [blocks.vector_source_b(bits.tolist(), False), fec.encoder(encoder, 1, 1)]
    pattern = pattern.replace(" ", "")
    if pattern:
        stages.append(fec.puncture_bb(len(pattern), int(pattern, 2), 0))
    stages.append(blocks.vector_sink_b())
    top.connect(*stages)
    top.run()
    return f"{name}\n{text(bits)}\n{text(stages[-1].data())}\n"


def convolutional(name, polynomials):
    return encoded(name, 7, polynomials, count=400)


def reversed_bits(polynomial, width):
    return int(f"{polynomial:0{width}b}"[::-1], 2)


def constraint(length, *polynomials):
    name = " ".join([str(length)] + [f"{polynomial:o}" for polynomial in polynomials])
    return encoded(name, length, [reversed_bits(p, length) for p in polynomials])


def punctured(pattern):
    return encoded(pattern, 7, [79, 109], pattern)


def main():
    (HERE / "convolutional.txt").write_text(
        convolutional("CCSDS", [79, -109]) + convolutional("NASA-DSN", [-109, 79])
        + convolutional("CCSDS uninverted", [79, 109])
        + convolutional("NASA-DSN uninverted", [109, 79]))
    (HERE / "constraint.txt").write_text(
        constraint(7, 0o133, 0o171, 0o165) + constraint(9, 0o753, 0o561)
        + constraint(9, 0o557, 0o663, 0o711))
    (HERE / "punctured.txt").write_text(
        "".join(punctured(pattern) for pattern in (
            "11 01", "11 01 10", "11 01 10 01 10", "11 01 01 01 10 01 10")))


if __name__ == "__main__":
    main()
