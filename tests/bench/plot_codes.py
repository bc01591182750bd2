#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the error rates of the codes with theory and published points beside them.

usage: plot_codes.py FOLDER      reads codes.csv there (from code_sweep), writes SVG files beside it
                                 and prints the table that docs/performance.md shows
"""
import math
import pathlib
import sys

import matplotlib.pyplot as plt

from plot_sweeps import crossing, curves, finish, linear, q, read, with_floor

# Bit weights of the paths at the free distance and above: K=7 (171, 133) and its punctured codes
# (Yasuda et al., "High-rate punctured convolutional codes for soft decision Viterbi decoding").
SPECTRA = {
    "Viterbi 1/2, stream": (1, 1 / 2, 10, [36, 0, 211, 0, 1404, 0, 11633, 0, 77433, 0, 502690]),
    "Viterbi 1/2, blocks of 8920": (1, 1 / 2, 10, [36, 0, 211, 0, 1404, 0, 11633, 0, 77433, 0, 502690]),
    "Viterbi 2/3, stream": (2, 2 / 3, 6, [3, 70, 285, 1276, 6160, 27128, 117019]),
    "Viterbi 3/4, stream": (3, 3 / 4, 5, [42, 201, 1492, 10469, 62935, 379644, 2253373]),
    "Viterbi 5/6, stream": (5, 5 / 6, 4, [92, 528, 8694, 79453, 792114, 7375573]),
    "Viterbi 7/8, stream": (7, 7 / 8, 3, [9, 500, 7437, 105707, 1402743]),
}

# (Eb/N0 in dB, rate) as published.
PUBLISHED = {
    "Viterbi 1/2, stream": ("maximum likelihood", [(3.0, 3.45e-4)]),
    "RS(255,223) I=5, Viterbi 1/2": ("CCSDS 130.1-G", [(2.0, 2.9e-3), (2.1, 8.0e-4), (2.3, 2.2e-5)]),
    "LDPC ar4ja-1/2-4096": ("published", [(1.1, 1.07e-2), (1.2, 8.9e-4), (1.3, 3.6e-5)]),
    "turbo 1/3 k=1784": ("CCSDS 130.1-G", [(0.5, 1.6e-2), (0.7, 6.2e-4)]),
}

# File, title, which curves, rate, what of it is told in the table.
PICTURES = [
    ("codes-viterbi", "Viterbi decoder, K=7", "Viterbi", "ber", 1e-5),
    ("codes-reed-solomon", "RS(255,223), alone and with the convolutional code inside", "RS", "ber", 1e-4),
    ("codes-ldpc", "LDPC codes, at most 50 iterations", "LDPC", "fer", 1e-3),
    ("codes-turbo", "Turbo codes, at most 10 iterations", "turbo", "fer", 1e-3),
]


def union_bound(spectrum, db):
    """Bit error rate of maximum likelihood, at most: the sum over all wrong paths."""
    inputs, rate, free, weights = spectrum
    return sum(weight * q(math.sqrt(2 * rate * (free + k) * linear(db))) for k, weight in enumerate(weights)) / inputs


def reed_solomon(db):
    """Bit error rate of RS(255,223) by hard decisions: wrong bytes of words with more than 16."""
    wrong_bit = q(math.sqrt(2 * 223 / 255 * linear(db)))
    wrong_byte = 1 - (1 - wrong_bit) ** 8
    bytes_left = sum(n / 255 * math.comb(255, n) * wrong_byte ** n * (1 - wrong_byte) ** (255 - n)
                     for n in range(17, 256))
    return bytes_left * wrong_bit / wrong_byte


THEORY = {name: (lambda db, spectrum=spectrum: union_bound(spectrum, db)) for name, spectrum in SPECTRA.items()}
THEORY["RS(255,223)"] = reed_solomon


def draw(folder, rows, name, title, prefix, rate):
    axes = plt.subplots(figsize=(7.2, 5.2))[1]
    least = 1.0
    for curve, points in curves([row for row in rows if row["code"].startswith(prefix)], "code", rate).items():
        points = [(db, value) for db, value in points if value > 0]
        if not points:
            continue
        line, = axes.plot(*zip(*points), marker="o", markersize=3, linewidth=1, label=curve)
        least = min(least, points[-1][1])
        if curve in THEORY:
            dbs = [points[0][0] + k / 50 for k in range(int(50 * (points[-1][0] - points[0][0])) + 1)]
            values = [(db, THEORY[curve](db)) for db in dbs]
            axes.plot(*zip(*[(db, value) for db, value in values if value < 0.1]), linewidth=0.8,
                      linestyle="--", color=line.get_color())
        if curve in PUBLISHED:
            label, known = PUBLISHED[curve]
            axes.plot(*zip(*known), marker="x", linestyle="", color=line.get_color(), label=f"{curve}: {label}")
    axes.set_ylim(least / 2, 1.1)
    finish(axes, title, {"ber": "bit error rate", "fer": "frame error rate"}[rate], folder / f"{name}.svg")


def tell(rows):
    """Where each code reaches a level, and where theory or a published curve does."""
    print("| code | at | Eb/N0 | theory or published | difference |")
    print("|---|---|---|---|---|")
    for _, _, prefix, rate, level in PICTURES:
        chosen = [row for row in rows if row["code"].startswith(prefix)]
        tries = {"ber": "bits", "fer": "blocks"}[rate]
        for curve, points in with_floor(chosen, "code", rate, tries).items():
            label, known = "", []
            if curve in PUBLISHED:
                label, known = PUBLISHED[curve]
            elif curve in THEORY:
                label = "union bound" if curve in SPECTRA else "theory"
                known = [(k / 100, THEORY[curve](k / 100)) for k in range(0, 1000)]
            at = known[-1][1] if len(known) == 1 else level
            found = crossing(points, at)
            ideal = known[-1][0] if len(known) == 1 else crossing(known, at)
            print(f"| {curve} | {rate.upper()} {at:g} | " + (f"{found:.2f} dB" if found else "not reached") + " | "
                  + (f"{ideal:.2f} dB ({label})" if ideal else "–") + " | "
                  + (f"{found - ideal:+.2f} dB |" if found and ideal else "– |"))


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = read(folder / "codes.csv")
    enough = [row for row in rows if int(row["wrong_blocks"]) >= 3]
    for name, title, prefix, rate, _ in PICTURES:
        draw(folder, enough, name, title, prefix, rate)
    tell(rows)


if __name__ == "__main__":
    main()
