#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-check from outside.

usage: check_test.py FOLDER-OF-PROGRAMS SOURCE-TREE
"""
import pathlib
import re
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

DATABASE = """mission: Sat
containers:
  header:
    abstract: true
    entries: [version: u3, type: u1, secondary: u1, apid: u11, flags: u2, count: u14, length: u16]
  housekeeping:
    base: header
    when: apid == 5
    entries:
      - battery: {type: u16, unit: V, scale: 0.001}
      - mode: {type: u8, labels: {0: SAFE, 1: NOMINAL}}
"""
PACKETS = bytes.fromhex("0805c0000002" "1f4001" "0806c0000002" "1f4001")


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

    def test_database_is_summed_up(self):
        done = check(self.write("sat.yml", DATABASE))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("9 parameters, 9 telemetered\n", done.stdout)
        self.assertIn("  /Sat/header (abstract): 7 entries of 48 bits\n"
                      "    housekeeping: 2 entries of 24 bits, when apid == 5\n", done.stdout)
        self.assertEqual(check("--quiet", self.folder / "sat.yml").stdout, "")

    def test_mistakes_and_doubts_in_a_database(self):
        path = self.write("sat.yml", DATABASE.replace("apid == 5", "apdi == 5"))
        done = check(path)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"{path}:8:11: containers.housekeeping.when: ", done.stderr)
        self.assertIn("did you mean 'apid'?", done.stderr)
        path.write_text(DATABASE.replace("apid == 5", "apid == 5000"))
        done = check(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{path}:8: error: apid: can never be 5000", done.stderr)
        hostile = self.write("bad.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</a>")
        done = check(hostile)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"{hostile}:1", done.stderr)

    def test_database_is_converted_and_stays_the_same(self):
        yaml = self.write("sat.yml", DATABASE)
        first = check("--convert", "yaml", yaml).stdout
        xtce = self.write("sat.xml", check("--convert", "xtce", yaml).stdout)
        self.assertEqual(check(xtce).stderr, "")
        self.assertEqual(check("--convert", "yaml", xtce).stdout, first)
        table = check("--convert", "csv", yaml)
        self.assertEqual(table.returncode, 0)
        self.assertIn("housekeeping", table.stdout)
        done = check("--explain", self.write_octets("p.bin"), self.write("sat.csv", table.stdout))
        self.assertIn("8 V", done.stdout)
        self.assertEqual(check("--convert", "json", yaml).returncode, 2)

    def write_octets(self, name):
        path = self.folder / name
        path.write_bytes(PACKETS)
        return path

    def test_examples_of_the_manual(self):
        text = (TREE / "docs/mission-database.md").read_text()
        examples = re.findall(r"```(yaml|csv)\n(.*?)```", text, re.DOTALL)
        self.assertEqual([form for form, _ in examples], ["yaml", "csv"])
        for form, example in examples:
            done = check(self.write(f"example.{form}", example))
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_packet_is_explained(self):
        database, packets = self.write("sat.yml", DATABASE), self.write_octets("p.bin")
        done = check("--explain", packets, database)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("packet 0 of 2", done.stdout)
        self.assertIn("/Sat/housekeeping, when apid == 5 (apid is 5)\n", done.stdout)
        rows = [line.split() for line in done.stdout.splitlines()]
        self.assertIn(["48", "16", "battery", "0001111101000000", "8000", "8", "V"], rows)
        self.assertIn(["64", "8", "mode", "00000001", "1", "NOMINAL"], rows)
        other = check("--explain", f"{packets}:1", database).stdout
        self.assertIn("not /Sat/housekeeping, when apid == 5 (apid is 6)\n", other)
        missing = check("--explain", f"{packets}:2", database)
        self.assertEqual(missing.returncode, 1)
        self.assertIn("no packet 2", missing.stderr)

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
