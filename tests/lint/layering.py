#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of docs/architecture.md, enforced.

- a stage of lib/ includes only the stages listed for it;
- nothing in lib/ sees GNU Radio or pmt; only lib/publish sees ZeroMQ, only lib/base YAML;
- the top level holds the fixed names;
- every source file begins with its SPDX line.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAY_SEE = {
    "base": set(),
    "simd": {"base"},
    "dsp": {"base", "simd"},
    "fec": {"base", "simd"},
    "framing": {"base", "simd", "fec"},
    "packet": {"base", "fec"},
    "parameter": {"base", "simd", "packet"},
    "pus": {"base", "fec", "packet", "parameter"},
    "alarm": {"base", "parameter"},
    "publish": {"base", "packet"},
    "modem": {"base", "simd", "fec"},
    "source": {"base"},
    "station": {"base", "simd", "dsp", "fec", "framing", "packet", "parameter", "pus", "alarm", "source"},
}
ONLY_IN = [
    (r"<(gnuradio|pmt)/", set()),
    (r"<zmq", {"publish"}),
    (r"<yaml-cpp/", {"base"}),
    (r"<sndfile", {"source"}),
    (r"<expat", {"parameter"}),
    (r"<muParser", {"parameter"}),
    (r"<volk/", {"dsp", "source", "fec", "simd"}),
]
TOP = {"CMakeLists.txt", "gr-telemetry", "lib", "grc", "python", "apps", "tests", "docs",
       "README.md", "LICENSE", "CMakePresets.json"}
SOURCES = (".h", ".cc", ".cpp", ".py", ".sh", ".cmake", ".yml", ".bash")
SPDX = "SPDX-License-Identifier: GPL-3.0-or-later"


def tracked():
    out = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard"],
                         capture_output=True, text=True)
    if out.returncode == 0:
        return [ROOT / line for line in out.stdout.splitlines() if (ROOT / line).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and "build" not in p.relative_to(ROOT).parts[0]]


def main():
    wrong = []
    for path in tracked():
        name = path.relative_to(ROOT)
        top = name.parts[0]
        if top not in TOP and not top.startswith("."):
            wrong.append(f"{name}: '{top}' is not one of the top-level names")
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image or a recording
        is_source = path.suffix in SOURCES or path.name == "CMakeLists.txt" or text.startswith("#!")
        if is_source and text.strip() and SPDX not in "\n".join(text.splitlines()[:3]):
            wrong.append(f"{name}:1: no SPDX line")
        if top != "lib" or path.suffix not in (".h", ".cpp"):
            continue
        stage = name.parts[1]
        if stage not in MAY_SEE:
            wrong.append(f"{name}: unknown stage '{stage}'; add it to {pathlib.Path(__file__).name}")
            continue
        for number, line in enumerate(text.splitlines(), 1):
            include = re.match(r'\s*#\s*include\s*([<"].*[>"])', line)
            if not include:
                continue
            seen = re.match(r'"telemetry/(\w+)/', include[1])
            if seen and seen[1] != stage and seen[1] not in MAY_SEE[stage]:
                wrong.append(f"{name}:{number}: {stage} may not see {seen[1]}")
            for pattern, stages in ONLY_IN:
                if re.match(pattern, include[1]) and stage not in stages:
                    wrong.append(f"{name}:{number}: {stage} may not include {include[1]}")
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
