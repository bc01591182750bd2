#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up the JUnit files that ctest wrote; prints what failed and one closing line.

    tests/summary.py FOLDER PRESET...

Each preset has left FOLDER/PRESET.xml, or FOLDER/PRESET.broken that says why not. A test that could
not be run (its program is missing, say) has failed; only one that says itself that it is skipped is.
"""
import pathlib
import sys
import xml.etree.ElementTree as ET

SAYS_SKIPPED = ("SKIP_RETURN_CODE", "SKIP_REGULAR_EXPRESSION")


def outcome(case):
    if case.get("status") == "run":
        return "passed"
    skipped = case.find("skipped")
    if skipped is not None and any(word in skipped.get("message", "") for word in SAYS_SKIPPED):
        return "skipped"
    return "failed"


def main(folder, presets):
    names = {"passed": [], "skipped": [], "failed": []}
    for preset in presets:
        broken = pathlib.Path(folder, preset + ".broken")
        results = pathlib.Path(folder, preset + ".xml")
        if broken.exists():
            names["failed"].append(broken.read_text().strip())
            continue
        try:
            cases = list(ET.parse(results).getroot().iter("testcase"))
        except (OSError, ET.ParseError) as problem:
            names["failed"].append(f"{preset}: ctest left no results ({problem})")
            continue
        if not cases:
            names["failed"].append(f"{preset}: no test was run")
        for case in cases:
            names[outcome(case)].append(f"{preset}: {case.get('name')}")
    for name in names["skipped"]:
        print("skipped:", name)
    for name in names["failed"]:
        print("FAILED:", name)
    print(", ".join(f"{len(names[kind])} {kind}" for kind in ("passed", "failed", "skipped")))
    return 1 if names["failed"] or not names["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
