#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes complete on-air bit strings with other people's encoders: none of this project's code.

Reed-Solomon        libfec: encode_rs_8 (conventional basis), encode_rs_ccsds (dual basis)
convolutional code  fec.cc_encoder of GNU Radio 3.10
CCSDS randomiser    digital.additive_scrambler_bb, held against the start that CCSDS 131.0-B prints
G3RUH scrambler     digital.scrambler_bb
NRZ-M, NRZI         digital.diff_encoder_bb
HDLC                digital.hdlc_framer_pb; gen_packets of Dire Wolf, its samples sliced
Golay (24,12)       the bordered circulant of the quadratic residues modulo 11
CRC of the FECF     CRCs that ECSS-E-ST-70-41C, B.1.5, prints, and crc_hqx of Python

Each file: a comment, then records of three lines: the framing and its settings as in a station
file, and how many wrong symbols spread evenly over a frame the codes bear (`mends`); the
frames (hex), each with its first symbol and number of symbols but for HDLC; the symbols (hex, first
symbol in the highest bit).
"""
import binascii
import ctypes
import pathlib
import subprocess
import tempfile
import wave

import numpy
import pmt
from gnuradio import blocks, digital, fec, gr

HERE = pathlib.Path(__file__).resolve().parent
LIBFEC = ctypes.CDLL("libfec.so.0")
random = numpy.random.default_rng(18)

# 79 and 109 are 171 and 133 octal with the newest bit lowest; negative: inverted.
CONVOLUTIONAL = {"CCSDS": [79, -109], "NASA-DSN": [-109, 79],
                 "CCSDS uninverted": [79, 109], "NASA-DSN uninverted": [109, 79]}
RESIDUES = {square * square % 11 for square in range(1, 11)}


def data(length):
    return random.integers(0, 256, length, dtype=numpy.uint8).tobytes()


def noise(count):
    return random.integers(0, 2, count).tolist()


def bits_of(octets):
    return numpy.unpackbits(numpy.frombuffer(octets, numpy.uint8)).tolist()


def bits_of_word(word, length):
    return [word >> (length - 1 - i) & 1 for i in range(length)]


def octets_of(bits):
    return numpy.packbits(numpy.array(bits, numpy.uint8)).tobytes()


def run(bits, *chain):
    top = gr.top_block()
    sink = blocks.vector_sink_b()
    top.connect(blocks.vector_source_b(bits, False), *chain, sink)
    top.run()
    return list(sink.data())


def reed_solomon(frame, basis="conventional"):
    parity = ctypes.create_string_buffer(32)
    encode = {"conventional": LIBFEC.encode_rs_8, "dual": LIBFEC.encode_rs_ccsds}[basis]
    encode(ctypes.create_string_buffer(frame, len(frame)), parity, 223 - len(frame))
    return frame + parity.raw


def interleaved(frame, basis, depth):
    words = [reed_solomon(frame[i::depth], basis) for i in range(depth)]
    return bytes(octet for column in zip(*words) for octet in column)


def randomised(octets):
    return octets_of(run(bits_of(octets), digital.additive_scrambler_bb(0xa9, 0xff, 7)))


def convolved(bits, name):
    encoder = fec.cc_encoder_make(len(bits), 7, 2, CONVOLUTIONAL[name], 0, fec.CC_STREAMING, False)
    return run(bits, fec.encoder(encoder, 1, 1))


def golay(word):
    """Parity in front. Of 12 x 12: a border of ones, a 0 in the corner."""
    parity = 0
    bits = bits_of_word(word, 12)
    for row in range(12):
        ones = [row < 11 or column < 11 if 11 in (row, column)
                else (row + column + 2) % 11 not in RESIDUES for column in range(12)]
        parity = parity << 1 | sum(bit for bit, one in zip(bits, ones) if one) % 2
    return bits_of_word(parity, 12) + bits


class Line:
    """Frames among bits of no meaning; `line` makes symbols of them at the end."""

    def __init__(self, title, mends=0, symbols_per_bit=1, held_back=0):
        self.title, self.mends = title, mends
        self.symbols_per_bit, self.held_back = symbols_per_bit, held_back
        self.frames = []
        self.bits = noise(107)

    def add(self, frame, bits):
        first = len(self.bits) + self.held_back
        self.frames.append((frame, first * self.symbols_per_bit, len(bits) * self.symbols_per_bit))
        self.bits += bits

    def text(self, *chain, code=None):
        bits = self.bits + noise(60)
        bits += noise(-len(bits) % 8)
        if chain:
            bits = run(bits, *chain)
        if code:
            bits = convolved(bits, code)
        frames = " ".join(f"{frame.hex()}@{first}+{count}" for frame, first, count in self.frames)
        return f"{self.title} | mends={self.mends}\n{frames}\n{octets_of(bits).hex()}\n"


def golay_frame(sync_word, flags, frame):
    octets = frame
    if flags & 0x400:
        octets = reed_solomon(octets)
    if flags & 0x200:
        octets = randomised(octets)
    bits = bits_of(octets)
    if flags & 0x100:
        bits = convolved(bits + 8 * [0], "NASA-DSN uninverted")
    return bits_of_word(sync_word, 32) + golay(flags | len(bits) // 8) + bits


def gomspace():
    yield "# AX100 and U482C frames coded by libfec and GNU Radio 3.10 (make_vectors.py)\n"
    for sync_word in 0x930b51de, 0x1acffc1d:
        line = Line(f"AX100 ASM+Golay | sync_word={sync_word:#x}", mends=16)
        for length, flags in (17, 0), (223, 0), (1, 0x600):  # those on the air set none
            coded = randomised(reed_solomon(frame := data(length)))
            line.add(frame, bits_of_word(sync_word, 32) + golay(flags | len(coded)) + bits_of(coded))
        yield line.text()
    line = Line("AX100 Reed Solomon", mends=5, held_back=17)  # each wrong symbol is three bits
    for length in 28, 153, 222:
        coded = reed_solomon(frame := data(length))
        line.add(frame, bits_of_word(0x930b51de, 32) + bits_of(bytes([len(coded) + 1]) + coded))
    line.bits += noise(32)
    yield line.text(digital.scrambler_bb(0x21, 0, 16))
    for flags, mends in (0x700, 20), (0x600, 16), (0x400, 16), (0x500, 20), (0x300, 10), (0, 0):
        line = Line("U482C", mends)
        for length in 23, 84:
            line.add(frame := data(length), golay_frame(0xc3aa6655, flags, frame))
        yield line.text()


def ccsds(title, frames, mends, basis=None, depth=1, code=None, scrambler="CCSDS",
          precoding="none", fecf=False):
    settings = f"frame_size={len(frames[0])} | scrambler={scrambler} | precoding={precoding}"
    settings += f" | convolutional={code or 'none'} | rs_basis={basis or 'none'}"
    settings += f" | rs_interleaving={depth} | fecf={'true' if fecf else 'false'}"
    line = Line(f"{title} | {settings}", mends, symbols_per_bit=2 if code else 1)
    for frame in frames:
        octets = interleaved(frame, basis, depth) if basis else frame
        if scrambler == "CCSDS":
            octets = randomised(octets)
        line.add(frame[:-2] if fecf else frame, bits_of_word(0x1acffc1d, 32) + bits_of(octets))
    chain = [digital.diff_encoder_bb(2)] if precoding == "differential" else []
    return line.text(*chain, code=code)


def with_fecf(frame):
    return frame + binascii.crc_hqx(frame, 0xffff).to_bytes(2, "big")


def ccsds_tm():
    yield "# CCSDS TM frames coded by libfec and GNU Radio 3.10 (make_vectors.py)\n"
    for depth, basis, size in ((1, "conventional", 223), (1, "dual", 100),
                               (2, "conventional", 180), (2, "dual", 446),
                               (4, "conventional", 240), (4, "dual", 892),
                               (5, "conventional", 1115), (5, "dual", 300)):
        yield ccsds("CCSDS Reed-Solomon", [data(size)], 16, basis, depth)
    yield ccsds("CCSDS Reed-Solomon", [data(223), data(223)], 16, "dual", scrambler="none")
    yield ccsds("CCSDS Reed-Solomon", [data(223)], 8, "dual", precoding="differential")
    for code in CONVOLUTIONAL:
        for precoding in "none", "differential":
            yield ccsds("CCSDS Concatenated", [data(114), data(114)], 40, "conventional",
                        code=code, precoding=precoding)
    yield ccsds("CCSDS Concatenated", [data(892)], 200, "dual", 4, "CCSDS")
    yield ccsds("CCSDS Concatenated", [data(114)], 30, code="CCSDS")
    # Octets of ECSS-E-ST-70-41C, B.1.5, with their CRC.
    for printed in "00001d0f", "000000cc9c", "abcdef0104a2", "1456f89a00017fd5":
        frame = bytes.fromhex(printed)
        assert with_fecf(frame[:-2]) == frame
        yield ccsds("CCSDS Uncoded", [frame], 0, scrambler="none", fecf=True)
    yield ccsds("CCSDS Uncoded", [with_fecf(data(126)) for _ in range(3)], 0, fecf=True)
    yield ccsds("CCSDS TM", [with_fecf(data(198))], 16, "dual", fecf=True)


def hdlc(frames):
    """Before NRZI, between eight flags and eight."""
    framer = digital.hdlc_framer_pb("length")
    top = gr.top_block()
    sink = blocks.vector_sink_b()
    top.connect(framer, sink)
    for frame in frames:
        message = pmt.cons(pmt.make_dict(), pmt.init_u8vector(len(frame), list(frame)))
        framer.to_basic_block()._post(pmt.intern("in"), message)
    framer.to_basic_block()._post(pmt.intern("system"),
                                  pmt.cons(pmt.intern("done"), pmt.from_long(1)))
    top.run()
    flags = 8 * bits_of(b"\x7e")
    return flags + list(sink.data()) + flags


def nrzi():
    return digital.diff_encoder_bb(2, digital.DIFF_NRZI)


def ax25_text(title, frames, bits):
    return f"{title} | mends=0\n{' '.join(frame.hex() for frame in frames)}\n{octets_of(bits).hex()}\n"


def direwolf(information):
    """9600 Bd at 10 samples a symbol: those in the middle are the symbols."""
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder, "packet.txt")
        text.write_text(f"N0CALL-1>CQ:{information}")
        subprocess.run(["gen_packets", "-B", "9600", "-r", "96000", "-o", f"{folder}/packet.wav",
                        str(text)], check=True, stdout=subprocess.DEVNULL)
        with wave.open(f"{folder}/packet.wav") as sound:
            samples = numpy.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    return (samples[5::10] > 0).astype(numpy.uint8).tolist()


def address(call, ssid, last):
    """The first bit of both set: neither command nor response, as Dire Wolf's gen_packets has it."""
    return bytes(ord(letter) << 1 for letter in call.ljust(6)) + bytes([ssid << 1 | 0xe0 | last])


def ax25():
    yield "# AX.25 by hdlc_framer of GNU Radio 3.10, the last one by Dire Wolf 1.6 (make_vectors.py)\n"
    header = address("CQ", 0, 0) + address("N0CALL", 1, 1) + b"\x03\xf0"
    frames = [header + b"Testing, 1 2 3", header + bytes([0xff] * 40), header + data(200)]
    yield ax25_text("AX.25", frames, run(hdlc(frames), nrzi()))
    scrambler = digital.scrambler_bb(0x21, 0, 16)
    yield ax25_text("AX.25 G3RUH", frames, run(hdlc(frames), scrambler, nrzi()))
    information = "Scrambled by Dire Wolf"
    yield ax25_text("AX.25 G3RUH", [header + information.encode()], direwolf(information))


def main():
    assert randomised(bytes(5)).hex() == "ff480ec09a"
    (HERE / "gomspace.txt").write_text("".join(gomspace()))
    (HERE / "ccsds_tm.txt").write_text("".join(ccsds_tm()))
    (HERE / "ax25.txt").write_text("".join(ax25()))


if __name__ == "__main__":
    main()
