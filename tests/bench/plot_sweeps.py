#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws the error-rate sweeps with the theory beside them, and prints the loss against theory.

usage: plot_sweeps.py FOLDER      reads ber.csv and fer.csv there and writes SVG files beside them;
                                  prints the tables that docs/performance.md shows
"""
import csv
import math
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "telemetry"  # the same data gives the same file
import matplotlib.pyplot as plt


def q(x):
    return 0.5 * math.erfc(x / math.sqrt(2))


def linear(db):
    return 10 ** (db / 10)


# Bit error rates against Eb/N0 (Proakis, Digital Communications, chapters 4 and 5).
THEORY = {
    "bpsk": ("coherent BPSK", lambda db: q(math.sqrt(2 * linear(db)))),
    "dbpsk": ("DBPSK, noncoherent", lambda db: 0.5 * math.exp(-linear(db))),
    "dbpsk_coherent": ("DBPSK, coherent", lambda db: 2 * q(math.sqrt(2 * linear(db)))
                       * (1 - q(math.sqrt(2 * linear(db))))),
    "fsk": ("orthogonal FSK, noncoherent", lambda db: 0.5 * math.exp(-linear(db) / 2)),
    "fsk_coherent": ("orthogonal FSK, coherent", lambda db: q(math.sqrt(linear(db)))),
    "msk": ("coherent MSK", lambda db: q(math.sqrt(2 * linear(db)))),
}

# Which curves share a picture, and the theory in it. The first is what losses are counted against.
PICTURES = {
    "fsk-iq": ("FSK and GMSK from IQ", lambda row: row["curve"].endswith(", IQ") and "FSK" in row["curve"]
               or row["curve"].startswith("GMSK"), ["msk", "fsk_coherent", "fsk"]),
    "fsk-fm": ("FSK from the audio of an FM receiver", lambda row: "FM audio" in row["curve"],
               ["msk", "fsk_coherent", "fsk"]),
    "afsk": ("AFSK", lambda row: row["curve"].startswith("AFSK"), ["fsk_coherent", "fsk"]),
    "bpsk": ("BPSK", lambda row: row["curve"].startswith("BPSK"), ["bpsk"]),
    "dbpsk": ("DBPSK", lambda row: row["curve"].startswith("DBPSK"), ["dbpsk_coherent", "dbpsk"]),
}

LEVEL = 1e-3


def crossing(points, level):
    """Eb/N0 where the rate falls to `level`, between points on a straight line of its logarithm."""
    for (low_db, low), (high_db, high) in zip(points, points[1:]):
        if low >= level >= high > 0 and low > high:
            part = math.log(low / level) / math.log(low / high)
            return low_db + part * (high_db - low_db)
    return None


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def curves(rows, name, rate):
    grouped = {}
    for row in rows:
        grouped.setdefault(row[name], []).append((float(row["eb_n0_db"]), float(row[rate])))
    return grouped


def with_floor(rows, name, rate, tries):
    """The same for interpolation: none in n tries counts as half of one."""
    floored = [{**row, rate: max(float(row[rate]), 0.5 / float(row[tries]))} for row in rows]
    return curves(floored, name, rate)


def finish(axes, title, y_label, path):
    axes.set_yscale("log")
    axes.set_xlabel("Eb/N0 (dB)")
    axes.set_ylabel(y_label)
    axes.set_title(title)
    axes.grid(True, which="both", linewidth=0.3)
    axes.legend(fontsize=7)
    axes.figure.savefig(path, metadata={"Date": None})
    plt.close(axes.figure)


def draw_ber(folder, rows):
    dbs = [k / 10 for k in range(0, 131)]
    for name, (title, belongs, theories) in PICTURES.items():
        chosen = [row for row in rows if belongs(row)]
        if not chosen:
            continue
        axes = plt.subplots(figsize=(6.4, 4.8))[1]
        for theory in theories:
            label, function = THEORY[theory]
            axes.plot(dbs, [function(db) for db in dbs], linewidth=1, linestyle="--", label=f"theory: {label}")
        for curve, points in curves(chosen, "curve", "ber").items():
            points = [(db, rate) for db, rate in points if rate > 0]
            axes.plot(*zip(*points), marker="o", markersize=3, linewidth=1, label=curve)
        axes.set_ylim(1e-6, 0.6)
        finish(axes, title, "bit error rate", folder / f"ber-{name}.svg")


def draw_fer(folder, rows):
    axes = plt.subplots(figsize=(7.2, 5.2))[1]
    for curve, points in curves(rows, "receiver", "fer").items():
        points = [(db, rate) for db, rate in points if rate > 0]
        if points:
            axes.plot(*zip(*points), marker="o", markersize=3, linewidth=1, label=curve)
    axes.set_ylim(8e-4, 1.1)
    finish(axes, "Whole receivers: demodulator and deframer", "frame error rate", folder / "fer.svg")


def tell_losses(ber, fer):
    lines = [f"| demodulator | Eb/N0 at BER {LEVEL:g} | theory | loss |", "|---|---|---|---|"]
    theory_of = {row["curve"]: row["theory"] for row in ber}
    grid = [k / 100 for k in range(0, 2000)]
    for curve, points in with_floor(ber, "curve", "ber", "bits").items():
        label, function = THEORY[theory_of[curve]]
        ideal = crossing([(db, function(db)) for db in grid], LEVEL)
        found = crossing(points, LEVEL)
        lines.append(f"| {curve} | " + (f"{found:.2f} dB" if found else "not reached") +
                     f" | {ideal:.2f} dB ({label}) | " + (f"{found - ideal:+.2f} dB |" if found else "– |"))
    lines += ["", "| receiver | Eb/N0 at FER 0.1 | at FER 0.01 | frames that were not sent |", "|---|---|---|---|"]
    for receiver, points in with_floor(fer, "receiver", "fer", "frames").items():
        cells = [crossing(points, level) for level in (0.1, 0.01)]
        wrong = sum(int(row["false"]) for row in fer if row["receiver"] == receiver)
        lines.append(f"| {receiver} | " + " | ".join(f"{cell:.2f} dB" if cell else "–" for cell in cells) +
                     f" | {wrong} |")
    print("\n".join(lines))


def main():
    folder = pathlib.Path(sys.argv[1])
    ber, fer = read(folder / "ber.csv"), read(folder / "fer.csv")
    draw_ber(folder, ber)
    draw_fer(folder, fer)
    tell_losses(ber, fer)


if __name__ == "__main__":
    main()
