#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-check from outside.

usage: check_test.py FOLDER-OF-PROGRAMS SOURCE-TREE
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAMS, TREE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
del sys.argv[1:3]
STATION = "name: Test\ndownlinks:\n  9k6:\n    modulation: FSK\n    baudrate: 9600\n    framing: AX.25 G3RUH\n"
SATYAML = """name: Sat
norad: 12345
data:
  &tlm Telemetry:
    telemetry: ax25
transmitters:
  9k6 FSK downlink:
    frequency: 437.3e+6
    modulation: FSK
    baudrate: 9600
    framing: AX.25 G3RUH
    data:
    - *tlm
  4k8 downlink:
    frequency: 437.3e+6
    modulation: FSK
    baudrate: 4800
    framing: USP
"""


def check(*arguments, **options):
    command = [str(word) for word in (PROGRAMS / "telemetry-check", *arguments)]
    options.setdefault("stdout", subprocess.PIPE)
    return subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60, **options)


class Check(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def test_good_file_is_spelled_out_and_reads_back(self):
        done = check(self.write("a.yml", STATION))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for line in ("name: Test\n", "    frequency: 0\n", "    baudrate: 9600\n", "    framing: AX.25 G3RUH\n"):
            self.assertIn(line, done.stdout)
        again = check(self.write("b.yml", done.stdout))
        self.assertEqual(again.stdout, done.stdout)
        self.assertEqual(check("--quiet", self.folder / "a.yml").stdout, "")

    def test_mistakes_are_told_as_compilers_do(self):
        path = self.write("a.yml", STATION.replace("9600", "fast"))
        done = check(path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith(f"{path}:5:15: downlinks.9k6.baudrate: 'fast' is not valid; expected"),
                        done.stderr)
        both = check(path, self.write("b.yml", STATION))
        self.assertEqual(both.returncode, 1)
        self.assertIn("name: Test", both.stdout)
        self.assertEqual(check(self.folder / "missing.yml").returncode, 1)

    def test_what_cannot_be_received_is_a_mistake(self):
        """A file that passes here is one that the receivers take."""
        text = STATION.replace("AX.25 G3RUH", "CCSDS TM\n    rs_interleaving: 6\n    frame_size: 3000")
        done = check(self.write("tm.yml", text))
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("tm.yml:7:22: downlinks.9k6.rs_interleaving: CCSDS has interleaving of", done.stderr)

    def test_folder(self):
        self.write("a.yml", STATION)
        self.assertEqual(check(self.folder).returncode, 0)
        self.write("b.yml", STATION.replace("Test", "TEST"))
        done = check(self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("b.yml: 'TEST' is also a station of", done.stderr)
        self.assertEqual(check(TREE / "apps/stations").returncode, 0)

    def test_satyaml_import(self):
        done = check("--import-satyaml", self.write("sat.yml", SATYAML))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("downlink '4k8 downlink' is left out: its framing 'USP' is not known", done.stderr)
        ours = check(self.write("ours.yml", done.stdout))
        self.assertEqual(ours.returncode, 0, ours.stderr)
        self.assertIn("frequency: 437300000\n", ours.stdout)
        nothing = check("--import-satyaml", self.write("sat.yml", SATYAML.replace("G3RUH", "G4XYZ")))
        self.assertEqual((nothing.returncode, nothing.stdout), (1, ""))
        self.assertIn("none of them can be received", nothing.stderr)
        self.assertEqual(check("--import-satyaml", self.write("sat.yml", STATION)).returncode, 1)

    def test_lists(self):
        done = check("--list")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        for text in ("Modulations\n", "  FSK ", "Framings\n", "  AX.25 G3RUH ", "Stations\n", "  PicSat (43132)\n"):
            self.assertIn(text, done.stdout)
        self.write("a.yml", STATION)
        self.assertIn("Test\n", check("--list-names", "--stations", self.folder).stdout)

    def test_reference_page_is_current(self):
        done = check("--reference")
        self.assertEqual(done.stdout, (TREE / "docs/station-file.md").read_text(),
                         "run: build/apps/telemetry-check --reference > docs/station-file.md")

    def test_command_line(self):
        for arguments in ([], ["--list", "--reference"], ["--what"], ["--import-satyaml"]):
            self.assertEqual(check(*arguments).returncode, 2, arguments)
        self.assertEqual(check("--help").returncode, 0)
        self.assertRegex(check("--version").stdout, r"^telemetry-check \d")

    def test_full_disk(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            self.assertEqual(check("--reference", stdout=full).returncode, 4)


if __name__ == "__main__":
    unittest.main()
