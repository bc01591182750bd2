#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example compiles, its blocks are those of this build, and those that can run do."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

import qa_ccsds
from qa_flowgraph import SOURCE

BLOCKS = pathlib.Path(os.environ["GRC_BLOCKS_PATH"])
EXAMPLES = sorted((SOURCE / "grc/examples").glob("*.grc"))
GRCC = "/usr/bin/grcc"


def compile_example(path, folder):
    result = subprocess.run([sys.executable, os.environ.get("GRCC", GRCC), "-o", folder, str(path)],
                            capture_output=True, text=True, timeout=100)
    return result, pathlib.Path(folder) / f"{path.stem}.py"


def run_program(program, *arguments, timeout=60):
    """As someone does who is in no particular folder."""
    return subprocess.run([sys.executable, str(program), *arguments], cwd=program.parent, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=timeout)


class Examples(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compiled(self, name):
        result, program = compile_example(SOURCE / f"grc/examples/{name}.grc", self.folder)
        self.assertTrue(program.exists(), result.stdout + result.stderr)
        return program

    def test_all_compile(self):
        self.assertGreaterEqual(len(EXAMPLES), 4)
        for path in EXAMPLES:
            with self.subTest(path.name):
                program = self.compiled(path.stem)
                compile(program.read_text(), str(program), "exec")

    def test_recording_receiver(self):
        run = run_program(self.compiled("recording_receiver"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.count("pdu length"), 2, run.stdout)
        self.assertIn("(station . CAPE-3)", run.stdout)

    def test_demodulator_deframer(self):
        run = run_program(self.compiled("demodulator_deframer"), "--kiss-port", "0")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.count("pdu length"), 2, run.stdout)

    def test_ccsds_steps(self):
        run = run_program(self.compiled("ccsds_steps"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.count("pdu length"), len(qa_ccsds.EXAMPLE_PACKETS), run.stdout)
        self.assertIn("(type . telemetry)", run.stdout)

    def test_packets_to_parameters(self):
        run = run_program(self.compiled("packets_to_parameters"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.count("(container . Housekeeping)"), 60, run.stdout)
        self.assertEqual(run.stdout.count("(container . Payload)"), 6, run.stdout)
        self.assertIn("(level . warning)", run.stdout)

    def test_parameter_panel(self):
        """At a hundred times its speed, without a screen."""
        try:
            import PyQt5.QtWidgets  # noqa: F401
        except ImportError:
            self.skipTest("skipped: no PyQt5")
        program = self.compiled("parameter_panel")
        script = f"""
import sys
import time
sys.path.insert(0, {str(program.parent)!r})
from PyQt5 import Qt
import parameter_panel
application = Qt.QApplication(sys.argv)
top = parameter_panel.parameter_panel(bytes_per_second=15000)
top.start()
top.show()
rows = top.panel.rows
deadline = time.monotonic() + 20
while (rows["mode"].value.text(), rows["mode"].level) != ("SAFE", "watch") and time.monotonic() < deadline:
    application.processEvents(Qt.QEventLoop.AllEvents, 50)
top.stop()
top.wait()
if len(sys.argv) > 1:
    top.resize(1060, 310)
    top.grab().save(sys.argv[1])
for name, row in rows.items():
    print(name, row.value.text(), row.unit.text(), row.level, sep="|")
"""
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=self.folder,
                           XDG_CONFIG_HOME=self.folder)
        run = subprocess.run([sys.executable, "-c", script, *filter(None, [os.environ.get("QA_SCREENSHOT")])],
                             cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("mode|SAFE||watch", run.stdout)
        self.assertIn("heater|off||normal", run.stdout)
        self.assertIn("target|Ganges||normal", run.stdout)

    def test_recording_viewer(self):
        try:
            import PyQt5.QtWidgets  # noqa: F401
        except ImportError:
            self.skipTest("skipped: no PyQt5")
        program = self.compiled("recording_viewer")
        # Two seconds of it without a screen; then what the frame list shows.
        script = f"""
import sys
import time
sys.path.insert(0, {str(program.parent)!r})
from PyQt5 import Qt
import recording_viewer
application = Qt.QApplication(sys.argv)
top = recording_viewer.recording_viewer()
top.start()
top.show()
deadline = time.monotonic() + 20
table = top.frames.widget
while table.rowCount() < 2 and time.monotonic() < deadline:
    application.processEvents(Qt.QEventLoop.AllEvents, 50)
top.stop()
top.wait()
for row in range(table.rowCount()):
    print(*(table.item(row, column).text() for column in range(table.columnCount())), sep="|")
"""
        environment = dict(os.environ, QT_QPA_PLATFORM="offscreen", XDG_RUNTIME_DIR=self.folder,
                           XDG_CONFIG_HOME=self.folder)
        run = subprocess.run([sys.executable, "-c", script], cwd=self.folder, env=environment, capture_output=True,
                             text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("|CAPE-3|1k2-afsk|AX.25|", run.stdout)


class Definitions(unittest.TestCase):
    def test_follow_the_catalogs(self):
        from gnuradio import telemetry

        for block, selector, catalog in (("demodulator", "modulation", telemetry.demodulators()),
                                         ("deframer", "framing", telemetry.deframers())):
            definition = yaml.safe_load((BLOCKS / f"telemetry_{block}.block.yml").read_text())
            parameters = {parameter["id"]: parameter for parameter in definition["parameters"]}
            self.assertEqual(parameters[selector]["options"], [entry["name"] for entry in catalog])
            for entry in catalog:
                self.assertIn(entry["summary"], " ".join(definition["documentation"].split()))
                for field in entry["fields"]:
                    shown = [id for id, parameter in parameters.items() if id.endswith(field["name"])
                             and f"'{entry['name']}'" in str(parameter.get("hide"))]
                    self.assertTrue(shown, (entry["name"], field["name"]))

        for step in telemetry.steps():
            definition = yaml.safe_load((BLOCKS / f"telemetry_{step['name']}.block.yml").read_text())
            shown = [parameter["id"] for parameter in definition["parameters"]]
            self.assertEqual([id for id in shown if id != "type"], [field["name"] for field in step["fields"]])

    def test_stations_on_offer(self):
        definition = yaml.safe_load((BLOCKS / "telemetry_station_receiver.block.yml").read_text())
        from gnuradio import telemetry

        self.assertEqual(definition["parameters"][0]["options"],
                         telemetry.stations([str(SOURCE / "apps/stations")]))

    def test_every_entry_compiles_with_its_defaults(self):
        """A flow graph of every entry of both catalogs, as someone drags the blocks in."""
        from gnuradio import telemetry

        blocks, connections = [], []

        def add(name, id, **parameters):
            blocks.append({"name": name, "id": id, "parameters": parameters,
                           "states": {"state": "enabled", "coordinate": [0, 0], "rotation": 0}})

        add("source", "blocks_null_source", type="float", bus_structure_source="[[0,],]")
        for index, entry in enumerate(telemetry.demodulators()):
            add(f"demodulator_{index}", "telemetry_demodulator", modulation=entry["name"], type="float",
                samp_rate="48000")
            add(f"sink_{index}", "blocks_null_sink", type="float")
            connections += [["source", "0", f"demodulator_{index}", "0"],
                            [f"demodulator_{index}", "0", f"sink_{index}", "0"]]
        for index, entry in enumerate(telemetry.deframers()):
            add(f"deframer_{index}", "telemetry_deframer", framing=entry["name"])
            connections.append(["source", "0", f"deframer_{index}", "0"])
        for step in telemetry.steps():
            add(step["name"], f"telemetry_{step['name']}")
            if step["input"] != "frames":
                connections.append(["source", "0", step["name"], "0"])
            if step["output"] == "byte":
                add("byte_sink", "blocks_null_sink", type="byte")
                connections.append([step["name"], "0", "byte_sink", "0"])
        graph = {"options": {"parameters": {"id": "everything", "generate_options": "no_gui"},
                             "states": {"state": "enabled", "coordinate": [0, 0], "rotation": 0}},
                 "blocks": blocks, "connections": connections, "metadata": {"file_format": 1}}
        path = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory())) / "everything.grc"
        path.write_text(yaml.safe_dump(graph))
        result, program = compile_example(path, str(path.parent))
        self.assertTrue(program.exists(), result.stdout + result.stderr)
        made = subprocess.run([sys.executable, "-c", "import everything; everything.everything()"],
                              cwd=path.parent, capture_output=True, text=True, timeout=60)
        self.assertEqual(made.returncode, 0, made.stderr)


if __name__ == "__main__":
    unittest.main()
