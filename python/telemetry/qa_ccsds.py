# SPDX-License-Identifier: GPL-3.0-or-later
"""CCSDS 131.0-B and 132.0-B on the sending side, written from the standards for the QA, apart from lib/fec.

Run as a program it writes the recording of the example flow graph: soft symbols of a byte each.
"""
import struct
import sys

import numpy as np

MARKER = bytes.fromhex("1acffc1d")


def field():
    """Powers and logarithms of GF(256) modulo x^8+x^7+x^2+x+1."""
    power, value = [], 1
    for _ in range(255):
        power.append(value)
        value = value << 1 ^ (0x187 if value & 0x80 else 0)
    return power * 2, {v: i for i, v in enumerate(power)}


POWER, LOG = field()


def multiply(a, b):
    return POWER[LOG[a] + LOG[b]] if a and b else 0


def reed_solomon(data, parity=32):
    """The code word of section 4, conventional basis: roots alpha^(11 (128 - E)) and on."""
    generator = [1]
    for i in range(128 - parity // 2, 128 + parity // 2):
        root = POWER[11 * i % 255]
        generator = [a ^ multiply(b, root) for a, b in zip(generator + [0], [0] + generator)]
    rest = [0] * parity
    for byte in data:
        lead = byte ^ rest[0]
        rest = [a ^ multiply(lead, g) for a, g in zip(rest[1:] + [0], generator[1:])]
    return bytes(data) + bytes(rest)


def interleaved(data, depth):
    words = [reed_solomon(data[i::depth]) for i in range(depth)]
    return bytes(words[i % depth][i // depth] for i in range(depth * len(words[0])))


def sequence(count):
    """The pseudo-randomiser of 255 bits."""
    register, bits = [1] * 8, []
    for _ in range(8 * count):
        bits.append(register[0])
        register = register[1:] + [register[0] ^ register[3] ^ register[5] ^ register[7]]
    return np.packbits(bits).tobytes()


def randomise(data):
    return bytes(a ^ b for a, b in zip(data, sequence(len(data))))


def convolutional(bits):
    """Section 3: G1 = 171, G2 = 133 inverted, octal."""
    window, symbols = 0, []
    for bit in bits:
        window = window >> 1 | int(bit) << 6
        symbols += [bin(window & 0o171).count("1") & 1, bin(window & 0o133).count("1") & 1 ^ 1]
    return symbols


def puncture(symbols, pattern):
    return [symbol for i, symbol in enumerate(symbols) if pattern[i % len(pattern)] == "1"]


def space_packet(apid, count, data):
    return struct.pack(">HHH", apid, 0xC000 | count, len(data) - 1) + data


def tm_frames(packets, size):
    """TM frames of spacecraft 0x123, virtual channel 0, that carry the packets; the last is filled up."""
    stream, starts = b"", []
    for packet in packets:
        starts.append(len(stream))
        stream += packet
    room = size - 6
    short = -len(stream) % room
    if short:
        starts.append(len(stream))
        stream += space_packet(0x7FF, 0, bytes((short if short > 6 else short + room) - 6))
    frames = []
    for at in range(0, len(stream), room):
        inside = [start - at for start in starts if at <= start < at + room]
        pointer = inside[0] if inside else 0x7FF
        frames.append(struct.pack(">HBBH", 0x1230, len(frames), len(frames), 0x1800 | pointer) + stream[at:at + room])
    return frames


def cadus(frames, depth=1):
    return b"".join(MARKER + randomise(interleaved(frame, depth)) for frame in frames)


def bits_of(data):
    return np.unpackbits(np.frombuffer(data, np.uint8))


def soft(bits, sigma=0.0, seed=1):
    """Soft symbols of level 1 with noise."""
    levels = 2.0 * np.asarray(bits, np.float32) - 1
    return (levels + sigma * np.random.default_rng(seed).standard_normal(levels.size)).astype(np.float32)


EXAMPLE_PACKETS = [space_packet(100 + i % 3, i // 3, f"Packet {i} of the example.".encode()) for i in range(30)]


def example_symbols():
    data = cadus(tm_frames(EXAMPLE_PACKETS, 223))
    symbols = soft(convolutional(bits_of(data + bytes(16))), sigma=0.5, seed=7)
    return np.clip(np.round(32 * symbols), -127, 127).astype(np.int8)


if __name__ == "__main__":
    example_symbols().tofile(sys.argv[1])
