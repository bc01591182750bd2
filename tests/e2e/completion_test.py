#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion in an interactive bash: names of stations with spaces, case ignored, and files.

usage: completion_test.py FOLDER-OF-PROGRAMS
"""
import os
import pathlib
import pty
import select
import sys
import tempfile
import time
import unittest

PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()


class Completion(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        pathlib.Path(folder.name, "two words.wav").touch()
        environment = {"PATH": f"{PROGRAMS}:/usr/bin:/bin", "TERM": "dumb", "HOME": folder.name,
                       "INPUTRC": "/dev/null", "PS1": "", "LC_ALL": "C.UTF-8"}
        child, self.terminal = pty.fork()
        if child == 0:
            os.chdir(folder.name)
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"], environment)
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.close, self.terminal)

    def arguments(self, program, typed):
        """What the program would be given after `typed`, where \\t asks for completion."""
        source = PROGRAMS / f"{program}.dir" / "completion.bash"
        os.write(self.terminal, f". '{source}'; {program}() {{ printf '<%s>' \"$@\"; echo '<en''d>'; }}\n"
                                f"{program} {typed}\n".encode())
        text, end = b"", time.monotonic() + 15
        while b"<end>" not in text and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.5)[0]:
                text += os.read(self.terminal, 65536)
        return text.decode().splitlines()[-1].split("<", 1)[-1].removesuffix("<end>")

    def test_names(self):
        for program, before in (("telemetry-decode", ""), ("telemetry-rx", ""),
                                ("telemetry-station", ""), ("telemetry-sub", "--station ")):
            with self.subTest(program):
                given = f"{before.strip()}><" if before else ""
                for typed, name in (("Itas\t", "ITASAT 1"), ("del\t", "DELPHINI-1"),
                                    ("demo\\ s\t", "Demo Station"), ('"demo s\t', "Demo Station")):
                    self.assertEqual(self.arguments(program, before + typed), f"{given}{name}>", typed)

    def test_files(self):
        for program in ("telemetry-decode", "telemetry-rx", "telemetry-station", "telemetry-check"):
            with self.subTest(program):
                for typed in ("two\t", "two\\ \t", '"two \t'):
                    self.assertEqual(self.arguments(program, typed), "two words.wav>", typed)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
