#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast one core decodes: a long 48 kHz recording of one 9600 Bd FSK channel, AX.25 G3RUH.

usage: throughput.py [FOLDER-OF-PROGRAMS] [MINUTES]      (default: build/apps, 20 minutes)

telemetry-station plays packets back to back, as audio of an FM receiver and as IQ. Five runs of
telemetry-decode --jobs 1 each, start of the program included: by the clock on the wall, and by the
processor's, which other programs on the machine disturb less.
"""
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

PROGRAMS = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/apps")
SECONDS = 60 * float(sys.argv[2] if len(sys.argv) > 2 else 20)
RATE = 48000
RUNS = 5


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main():
    core = min(os.sched_getaffinity(0))
    print(f"| {SECONDS:.0f} s at 48 kHz, one core | frames | Msps, median of {RUNS} | least | by processor time |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for label, reception, options in (("FM audio", "fm", []), ("IQ", "iq", ["--iq"])):
            recording = pathlib.Path(name) / "long.wav"
            sent = pathlib.Path(name) / "sent"
            subprocess.run([PROGRAMS / "telemetry-station", "Demo Station", recording, "--as", reception,
                            "--content", "random", "--size", "200", "--interval", "0.4", "--between", "idle",
                            "--seconds", str(SECONDS), "--es-n0", "18", "--quiet", "--log", sent,
                            "--downlink", "9k6-fsk"], check=True)
            samples = SECONDS * RATE
            speeds, by_processor = [], []
            for _ in range(RUNS):
                start, used = time.monotonic(), processor_time()
                done = subprocess.run([PROGRAMS / "telemetry-decode", "Demo Station", recording, "--jobs", "1",
                                       "--downlink", "9k6-fsk", *options], stdout=subprocess.PIPE, check=True,
                                      preexec_fn=lambda: os.sched_setaffinity(0, {core}))
                speeds.append(samples / (time.monotonic() - start) / 1e6)
                by_processor.append(samples / (processor_time() - used) / 1e6)
            frames = len(done.stdout.splitlines())
            total = len(sent.read_text().splitlines())
            print(f"| {label} | {frames} of {total} | {statistics.median(speeds):.1f} | {min(speeds):.1f} | "
                  f"{statistics.median(by_processor):.1f} |", flush=True)
            recording.unlink()


main()
