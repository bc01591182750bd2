#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Off-air recordings: a flow graph finds what the core finds without one, with the same quality."""

import json
import os
import pathlib
import unittest

from gnuradio import blocks, telemetry

from qa_flowgraph import SOURCE, run

START = "2026-01-01T00:00:00Z"
SAME = ("station", "downlink", "framing", "confirmed", "time", "end_time", "sample_index", "sample_count",
        "sync_errors", "corrected")


def shared_folder():
    given = [os.environ["TELEMETRY_SHARED"]] if "TELEMETRY_SHARED" in os.environ else []
    for folder in given + [SOURCE / "../shared", SOURCE / "../../shared"]:
        if (pathlib.Path(folder) / "recordings/expected.json").exists():
            return pathlib.Path(folder) / "recordings"
    return None


RECORDINGS = shared_folder()


@unittest.skipIf(RECORDINGS is None, "skipped: no recordings")
class Recordings(unittest.TestCase):
    def test_flow_graph_and_core_agree(self):
        stations = set(telemetry.stations())
        frames = 0
        for name, expected in sorted(json.loads((RECORDINGS / "expected.json").read_text()).items()):
            if expected["station"] not in stations:
                continue
            with self.subTest(name):
                path = str(RECORDINGS / name)
                want = telemetry.decode(expected["station"], path, start_time=START)
                source = blocks.wavfile_source(path)
                found = run(source, telemetry.station_receiver(
                    expected["station"], source.sample_rate(), start_time=START))
                self.assertEqual(found.frames, [frame["frame"] for frame in want])
                self.assertEqual([[meta[key] for key in SAME] for meta in found.metadata],
                                 [[frame[key] for key in SAME] for frame in want])
                for meta, frame in zip(found.metadata, want):
                    if frame["snr_db"] is None:
                        self.assertNotIn("snr_db", meta)
                    else:
                        self.assertAlmostEqual(meta["snr_db"], frame["snr_db"], delta=0.01)
                frames += len(want)
        self.assertGreater(frames, 0)


if __name__ == "__main__":
    unittest.main()
