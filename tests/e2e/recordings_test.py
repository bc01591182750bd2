#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Off-air recordings: every needed frame of the stations that have a file here.

usage: recordings_test.py FOLDER-OF-PROGRAMS SOURCE-TREE

The recordings are looked for in $TELEMETRY_SHARED/recordings, else in ../shared and ../../shared
beside the source tree; where they are not, the test is skipped (exit status 77). Each is decoded
twice, with one job and with three and without SIMD, which must give the same output.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

PROGRAMS, TREE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
FRAMINGS = {"AX.25", "AX.25 G3RUH", "AX100 ASM+Golay", "AX100 Reed Solomon", "U482C", "CCSDS Concatenated",
            "CCSDS Reed-Solomon", "CCSDS Uncoded"}


def find_recordings():
    given = os.environ.get("TELEMETRY_SHARED")
    for shared in [given] if given else [TREE / "../shared", TREE / "../../shared"]:
        folder = pathlib.Path(shared) / "recordings"
        if (folder / "expected.json").exists():
            return folder
    print("skipped: no recordings here; set TELEMETRY_SHARED")
    sys.exit(77)


def decode(station, recording, jobs, **environment):
    done = subprocess.run([PROGRAMS / "telemetry-decode", station, recording, "--jobs", str(jobs)],
                          capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


folder = find_recordings()
failures = files = found = wanted = 0
for name, entry in sorted(json.loads((folder / "expected.json").read_text()).items()):
    framings = {downlink.get("framing") for downlink in entry["downlinks"]}
    recording = folder / name
    if not framings & FRAMINGS or not recording.exists():
        continue
    files += 1
    problem = ""
    try:
        output = decode(entry["station"], recording, 1)
        if decode(entry["station"], recording, 3, TELEMETRY_SIMD="generic") != output:
            problem = "threads or SIMD change the output"
        got = collections.Counter(json.loads(line)["frame"] for line in output.splitlines())
        # Which of several framings a frame came by is not said, so all must be listed to count.
        needed = collections.Counter(entry["needed"]) if framings <= FRAMINGS else collections.Counter()
        common = sum((got & needed).values())
        found, wanted = found + common, wanted + sum(needed.values())
        if common < sum(needed.values()):
            problem = f"{common} of {sum(needed.values())} needed frames"
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as trouble:
        problem = str(trouble)
    if problem:
        failures += 1
        print(f"FAILED {name} ({entry['station']}): {problem}")
print(f"{found} of {wanted} needed frames in {files} recordings")
sys.exit(1 if failures else 0)
