#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes turbo.txt: code words of an encoder written from the text of CCSDS 131.0-B-5, section 6,
one shift register and one switch at a time, with nothing in common with lib/fec.

turbo.txt   lines of: rate, information bits, data in hex, code word in hex (the first symbol in the
            most significant bit, zeros up to a whole byte)
"""
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
K1 = 8
K2 = {1784: 223, 3568: 223 * 2, 7136: 223 * 4, 8920: 223 * 5}  # table 6-3
P = [None, 31, 37, 43, 47, 53, 59, 61, 67]
G0, G1, G2, G3 = "10011", "11011", "10101", "11111"


def permutation(k):
    """pi(1), ..., pi(k): the s-th bit on line 'in b' is the pi(s)-th of the block."""
    k2 = K2[k]
    numbers = []
    for s in range(1, k + 1):
        m = (s - 1) % 2
        i = (s - 1) // (2 * k2)
        j = (s - 1) // 2 - i * k2
        t = (19 * i + 1) % (K1 // 2)
        q = t % 8 + 1
        c = (P[q] * j + 21 * m) % k2
        numbers.append(2 * (t + c * (K1 // 2) + 1) - m)
    assert sorted(numbers) == list(range(1, k + 1))
    return numbers


class Encoder:
    """Figure 6-2: a register of four delays with feedback G0 and taps G1, G2, G3."""

    def __init__(self):
        self.delays = [0, 0, 0, 0]

    def feedback(self):
        return sum(d for d, tap in zip(self.delays, G0[1:]) if tap == "1") % 2

    def clock(self, bit):
        entering = (bit + self.feedback()) % 2
        line = [entering] + self.delays
        self.delays = line[:4]
        return [sum(d for d, tap in zip(line, taps) if tap == "1") % 2 for taps in (G1, G2, G3)]

    def run(self, bits):
        """(out 0, out 1, out 2, out 3) for the bits, then for four with the switch down."""
        outputs = [[bit] + self.clock(bit) for bit in bits]
        for _ in range(4):
            bit = self.feedback()
            outputs.append([bit] + self.clock(bit))
        assert self.delays == [0, 0, 0, 0]
        return outputs


def encode(rate, bits):
    a = Encoder().run(bits)
    b = Encoder().run([bits[number - 1] for number in permutation(len(bits))])
    word = []
    for step, (ya, yb) in enumerate(zip(a, b)):
        word += {"1/2": [ya[0], ya[1] if step % 2 == 0 else yb[1]],
                 "1/3": [ya[0], ya[1], yb[1]],
                 "1/4": [ya[0], ya[2], ya[3], yb[1]],
                 "1/6": [ya[0], ya[1], ya[2], ya[3], yb[1], yb[3]]}[rate]
    return word


def hexed(bits):
    bits = bits + [0] * (-len(bits) % 8)
    return "".join(f"{int(''.join(map(str, bits[at:at + 8])), 2):02x}"
                   for at in range(0, len(bits), 8))


def main():
    source = random.Random(1)
    lines = []
    for k, rates in ((1784, ("1/2", "1/3", "1/4", "1/6")), (3568, ("1/6",)), (7136, ("1/4",)),
                     (8920, ("1/2", "1/6"))):
        for rate in rates:
            bits = [source.getrandbits(1) for _ in range(k)]
            lines.append(f"{rate} {k} {hexed(bits)} {hexed(encode(rate, bits))}\n")
    (HERE / "turbo.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
