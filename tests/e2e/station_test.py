#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every framing and modulation that telemetry-station can play, decoded by telemetry-decode.

usage: station_test.py FOLDER-OF-PROGRAMS

Every frame sent must be received, byte for byte, in order, and nothing else. direwolf, where it is
installed, must understand the AX.25 downlinks too.
"""
import json
import pathlib
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import wave

PROGRAMS = pathlib.Path(sys.argv[1])

FRAMINGS = {
    "AX.25": {},
    "AX.25 G3RUH": {},
    "AX100 ASM+Golay": {},
    "AX100 Reed Solomon": {},
    "U482C": {},
    "CCSDS Uncoded": {"frame_size": 120, "fecf": "yes"},
    "CCSDS Reed-Solomon": {"frame_size": 892, "rs_interleaving": 4, "rs_basis": "dual"},
    "CCSDS Concatenated": {"frame_size": 114, "precoding": "differential"},
}

# name, options of the downlink, options of telemetry-station, options of telemetry-decode
MODULATIONS = [
    ("FSK IQ", {"modulation": "FSK", "baudrate": 9600, "deviation": 3000},
     ["--offset", "400", "--drift", "10", "--clock-error", "40"], ["--iq"]),
    ("GMSK IQ", {"modulation": "FSK", "baudrate": 4800}, ["--bt", "0.5", "--offset=-300"], ["--iq"]),
    ("GFSK FM audio", {"modulation": "FSK", "baudrate": 9600, "deviation": 3000},
     ["--as", "fm", "--bt", "0.5", "--offset", "200"], []),
    ("AFSK audio", {"modulation": "AFSK", "baudrate": 1200, "af_carrier": 1700, "deviation": 500},
     ["--as", "fm"], []),
    ("AFSK IQ", {"modulation": "AFSK", "baudrate": 1200, "af_carrier": 1700, "deviation": -500},
     ["--offset", "500"], ["--iq"]),
    ("BPSK IQ", {"modulation": "BPSK", "baudrate": 9600}, ["--offset", "800", "--drift", "15"], ["--iq"]),
    ("BPSK carrier", {"modulation": "BPSK", "baudrate": 1200}, ["--as", "real", "--offset", "60"], []),
    ("DBPSK carrier", {"modulation": "DBPSK", "baudrate": 1200}, ["--as", "real", "--offset=-40"], []),
    ("BPSK Manchester IQ", {"modulation": "BPSK Manchester", "baudrate": 1200}, ["--offset", "100"], ["--iq"]),
    ("DBPSK Manchester IQ", {"modulation": "DBPSK Manchester", "baudrate": 1200}, [], ["--iq"]),
]

failures = []
count = 0


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", timeout=120)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit status {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def play(folder, framing, framing_options, modulation, station_options, decode_options):
    lines = ["name: Under test", "downlinks:", "  only:", f"    framing: {framing}"]
    for key, value in {**modulation, **framing_options}.items():
        lines.append(f"    {key}: {value}")
    station = folder / "station.yml"
    station.write_text("\n".join(lines) + "\n")
    recording, log = folder / "signal.wav", folder / "sent.jsonl"
    size = framing_options.get("frame_size", 60)
    size -= 2 if "fecf" in framing_options else 0
    run(PROGRAMS / "telemetry-station", station, recording, "--frames", 4, "--interval", 0.5, "--content",
        "random", "--size", size, "--log", log, "--quiet", *station_options)
    received = run(PROGRAMS / "telemetry-decode", station, recording, "--format", "jsonl", *decode_options)
    sent = [json.loads(line)["frame"] for line in log.read_text().splitlines()]
    got = [json.loads(line) for line in received.splitlines()]
    return recording, sent, [frame["frame"] for frame in got if "frame" in frame]


def check(label, good, text=""):
    global count
    count += 1
    if not good:
        failures.append(label)
        print(f"FAILED {label}: {text}")


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    for framing, framing_options in FRAMINGS.items():
        for label, modulation, station_options, decode_options in MODULATIONS:
            label = f"{framing} over {label}"
            try:
                recording, sent, got = play(folder, framing, framing_options, modulation, station_options,
                                            decode_options)
            except RuntimeError as problem:
                check(label, False, problem)
                continue
            check(label, len(sent) == 4 and got == sent,
                  f"{sum(frame in got for frame in sent)} of {len(sent)} frames, {len(got)} received")
            if shutil.which("atest") and framing.startswith("AX.25") and decode_options == []:
                rate = modulation["baudrate"]
                if (framing, modulation["modulation"], rate) in [("AX.25", "AFSK", 1200),
                                                                  ("AX.25 G3RUH", "FSK", 9600)]:
                    heard = run("atest", "-B", rate, recording)
                    check(f"{label}, direwolf", "4 packets decoded" in heard, heard[-200:])

    # The same seed gives the same recording, and the host's telemetry is what it should be.
    command = [PROGRAMS / "telemetry-station", "Demo Station", "--seed", 5, "--content", "random", "--frames", 2,
               "--es-n0", 12, "--clock-error", 20, "--quiet"]
    run(*command, folder / "one.cf32")
    run(*command, folder / "two.cf32")
    check("same seed, same samples", (folder / "one.cf32").read_bytes() == (folder / "two.cf32").read_bytes())
    run(PROGRAMS / "telemetry-station", "demo", folder / "host.sigmf", "--frames", 3, "--quiet")
    frames = [bytes.fromhex(json.loads(line)["frame"])
              for line in run(PROGRAMS / "telemetry-decode", "demo", folder / "host.sigmf-meta").splitlines()]
    check("host telemetry", [int.from_bytes(frame[20:24], "big") for frame in frames] == [0, 1, 2] and
          all(frame[14:20] == bytes.fromhex("03f0544c0001") for frame in frames), frames)

    # The values again, by the program that quickstart shows them with.
    lines = run(PROGRAMS / "telemetry-decode", "demo", folder / "host.sigmf-meta").splitlines()
    known = ("544c000100000007000001a2067c3ad000001c610178cb00013e00000301063fffffffff0c450000"
             "686f737400000000")  # by hand, from docs/demo-packet.md
    lines += [json.dumps({"frame": known, "framing": "USP", "time": "2026-11-23T03:38:54.678Z",
                          "snr_db": 12.84, "carrier_offset_hz": None}),
              json.dumps({"frame": "cafe", "framing": "AX.25", "time": None})]
    shown = subprocess.run(
        [pathlib.Path(__file__).parents[2] / "apps/show-demo-packets"], capture_output=True, text=True, timeout=30,
        input="".join(json.dumps({"payload": json.loads(line), "raw": json.loads(line)["frame"]}) + "\n"
                      for line in lines))
    rows = [line.split() for line in shown.stdout.splitlines()]
    check("packets as values", shown.returncode == 0 and [row[1] for row in rows[1:4]] == ["0", "1", "2"] and
          rows[4] == "03:38:54 7 76.9 % 15.99 19.88 GiB 41.0 °C 2:01:05 12.8 dB -".split() and
          rows[5] == ["2", "bytes:", "cafe"], shown.stdout + shown.stderr)

    # The examples play stations that are there.
    examples = run(PROGRAMS / "telemetry-station", "--help").split("Examples:")[1].strip().splitlines()
    names = run(PROGRAMS / "telemetry-check", "--list-names").splitlines()
    for example in examples:
        check(f"example {example.strip()}", shlex.split(example)[1] in names)

    # A pipe, datagrams, and a file that a signal ends.
    piped = subprocess.run(f"'{PROGRAMS}/telemetry-station' demo - --frames 2 --quiet | "
                           f"'{PROGRAMS}/telemetry-decode' demo - --input-format cf32 --rate 48000 --format jsonl",
                           shell=True, capture_output=True, text=True, timeout=60)
    check("through a pipe", piped.returncode == 0 and len(piped.stdout.splitlines()) == 2, piped.stderr)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.5)
        sender = subprocess.Popen([PROGRAMS / "telemetry-station", "demo",
                                   f"udp://127.0.0.1:{listener.getsockname()[1]}", "--frames", "2", "--format",
                                   "ci16", "--realtime", "--interval", "0.4", "--quiet"])
        samples = b""
        while True:
            try:
                samples += listener.recv(65536)
            except TimeoutError:
                if sender.poll() is not None:
                    break
    (folder / "udp.ci16").write_bytes(samples)
    heard = run(PROGRAMS / "telemetry-decode", "demo", folder / "udp.ci16", "--rate", 48000, "--format", "jsonl")
    check("datagrams", sender.returncode == 0 and len(heard.splitlines()) == 2, heard)

    ended = subprocess.Popen([PROGRAMS / "telemetry-station", "demo", folder / "ended.wav", "--realtime", "--quiet"])
    time.sleep(1.5)
    ended.terminate()
    check("SIGTERM", ended.wait(timeout=10) == 0)
    with wave.open(str(folder / "ended.wav")) as recording:
        check("the file it leaves", recording.getnchannels() == 2 and recording.getnframes() > 24000,
              recording.getparams())

    # What cannot be is refused, in words.
    for label, words, said in [
            ("a file without end", ["demo", folder / "x.wav"], "--frames or --seconds"),
            ("an unknown station", ["Nowhere", folder / "x.wav", "--frames", 1], "Nowhere"),
            ("an unknown downlink", ["demo", folder / "x.wav", "--frames", 1, "--downlink", "4k8"], "9k6-fsk"),
            ("an unknown format", ["demo", folder / "x", "--frames", 1, "--format", "c99"], "cf32"),
            ("a format of the other kind", ["demo", folder / "x", "--frames", 1, "--format", "s16"], "IQ"),
            ("a folder that is not there", ["demo", folder / "no/x.wav", "--frames", 1], "cannot create"),
            ("too low a rate", ["demo", folder / "x.wav", "--frames", 1, "--rate", 9600], "rate"),
            ("a bad callsign", ["demo", folder / "x.wav", "--frames", 1, "--from", "TOOLONGCALL"], "callsign")]:
        done = subprocess.run([str(word) for word in [PROGRAMS / "telemetry-station", *words]],
                              capture_output=True, text=True, timeout=60)
        check(label, done.returncode != 0 and said in done.stderr, done.stderr)

print(f"{count - len(failures)} of {count} passed")
sys.exit(1 if failures else 0)
