#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""direwolf's own test of its demodulators, ours beside it: 100 packets in rising noise.

usage: direwolf_sweep.py [FOLDER-OF-PROGRAMS]      (default: build/apps)

gen_packets makes the same audio on every machine. The count is that of different packets found.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/apps")

PACKET = r",The quick brown fox jumps over the lazy dog!  \d{4} of 0100"

CASES = [
    # label, gen_packets, atest, downlink
    ("1200 AFSK, 48 kHz", ["-r", "48000"], ["-B", "1200"],
     "modulation: AFSK\n    baudrate: 1200\n    af_carrier: 1700\n    deviation: 500\n    framing: AX.25"),
    ("1200 AFSK, 44.1 kHz", ["-r", "44100"], ["-B", "1200"],
     "modulation: AFSK\n    baudrate: 1200\n    af_carrier: 1700\n    deviation: 500\n    framing: AX.25"),
    ("9600 G3RUH, 96 kHz", ["-B", "9600", "-r", "96000"], ["-B", "9600"],
     "modulation: FSK\n    baudrate: 9600\n    framing: AX.25 G3RUH"),
]


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", check=True, timeout=600).stdout


def main():
    if not shutil.which("gen_packets"):
        sys.exit("direwolf is not installed: apt-get install direwolf")
    print("| 100 packets | gr-telemetry | and not sent | direwolf |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for label, generate, listen, downlink in CASES:
            audio, station = folder / "audio.wav", folder / "station.yml"
            run("gen_packets", "-n", 100, *generate, "-o", audio)
            station.write_text(f"name: Sweep\ndownlinks:\n  only:\n    {downlink}\n")
            frames = [json.loads(line) for line in
                      run(PROGRAMS / "telemetry-decode", station, audio, "--format", "jsonl").splitlines()]
            texts = {bytes.fromhex(frame["frame"])[16:].decode("latin-1") for frame in frames}
            ours = {text for text in texts if re.fullmatch(PACKET, text)}
            false = texts - ours
            theirs = re.search(r"(\d+) packets decoded", run("atest", *listen, audio))
            print(f"| {label} | {len(ours)} | {len(false)} | {theirs.group(1)} |", flush=True)


main()
