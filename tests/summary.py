#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up the JUnit files that ctest wrote; prints what failed and one closing line."""
import pathlib
import sys
import xml.etree.ElementTree as ET


def main(folder):
    passed, failed, skipped = 0, [], []
    for path in sorted(pathlib.Path(folder).glob("*.broken")):
        failed.append(path.read_text().strip())
    for path in sorted(pathlib.Path(folder).glob("*.xml")):
        for case in ET.parse(path).getroot().iter("testcase"):
            name = f"{path.stem}: {case.get('name')}"
            status = case.get("status")
            if status == "run":
                passed += 1
            elif status in ("notrun", "disabled"):
                skipped.append(name)
            else:
                failed.append(name)
    for name in skipped:
        print("skipped:", name)
    for name in failed:
        print("FAILED:", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
