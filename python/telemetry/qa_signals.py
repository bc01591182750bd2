# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals for the QA: AX.25 frames as symbols, FM audio and IQ, made without this module."""

import binascii

import numpy as np

QA_STATION = """
name: QA
norad: 99999
downlinks:
  1k2:
    modulation: AFSK
    baudrate: 1200
    af_carrier: 1700
    deviation: 500
    framing: AX.25
  9k6:
    modulation: FSK
    baudrate: 9600
    deviation: 2400
    framing: AX.25 G3RUH
"""


def ax25_frame(number, size=40):
    """A UI frame from N0CALL to QST (AX.25 2.2, section 3) with a payload of its own."""
    address = bytes(ord(c) << 1 for c in "QST   ") + b"\x60" + bytes(ord(c) << 1 for c in "N0CALL") + b"\x61"
    payload = bytes((number * 37 + i * 11) & 0xFF for i in range(size))
    return address + b"\x03\xf0" + payload


def crc_x25(data):
    reversed_bits = bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
    crc = binascii.crc_hqx(reversed_bits, 0xFFFF) ^ 0xFFFF
    return int(f"{crc:016b}"[::-1], 2).to_bytes(2, "little")


def hdlc_bits(frames, preamble_flags=40, flags_between=20, end_flags=2):
    """The bits on the line: flags, stuffed frames with their CRC, NRZI."""
    flag = [0, 1, 1, 1, 1, 1, 1, 0]
    bits = flag * preamble_flags
    for index, frame in enumerate(frames):
        if index:
            bits += flag * flags_between
        ones = 0
        for byte in frame + crc_x25(frame):
            for place in range(8):
                bit = byte >> place & 1
                bits.append(bit)
                ones = ones + 1 if bit else 0
                if ones == 5:
                    bits.append(0)
                    ones = 0
        bits += flag
    return bits + flag * (end_flags - 1)


def nrzi(bits):
    level, out = 0, []
    for bit in bits:
        level ^= 1 - bit
        out.append(level)
    return out


def g3ruh(bits):
    """The self-synchronising scrambler 1 + x^12 + x^17."""
    register, out = [0] * 17, []
    for bit in bits:
        bit ^= register[11] ^ register[16]
        register = [bit] + register[:-1]
        out.append(bit)
    return out


def symbols(bits):
    return 2.0 * np.array(bits, dtype=np.float32) - 1.0


def fsk_audio(frames, rate=48000, baudrate=9600, noise=0.05, seed=1, tail=0, **hdlc):
    """What an FM receiver gives of a 9600 Bd G3RUH packet; `tail` samples of noise follow."""
    bits = g3ruh(nrzi(hdlc_bits(frames, **hdlc)))
    levels = np.repeat(symbols(bits), rate // baudrate)
    pulse = np.hanning(rate // baudrate + 2)[1:-1]
    audio = 0.5 * np.convolve(levels, pulse / pulse.sum(), mode="same")
    audio = np.concatenate([audio, np.zeros(tail)])
    return (audio + noise * np.random.default_rng(seed).standard_normal(audio.size)).astype(np.float32)


def afsk_audio(frames, rate=48000, baudrate=1200, **hdlc):
    """Bell 202: 1200 Hz for bit 1, 2200 Hz for bit 0."""
    bits = nrzi(hdlc_bits(frames, **hdlc))
    tones = np.repeat(np.where(np.array(bits) > 0, 1200.0, 2200.0), rate // baudrate)
    return (0.5 * np.sin(2 * np.pi * np.cumsum(tones) / rate)).astype(np.float32)


def to_iq(audio, rate=48000, deviation_hz=2400, offset_hz=0.0):
    """The audio, ±0.5 at the deviation, as IQ."""
    step = 2 * np.pi * (audio.astype(np.float64) / 0.5 * deviation_hz + offset_hz) / rate
    return np.exp(1j * np.cumsum(step)).astype(np.complex64)
