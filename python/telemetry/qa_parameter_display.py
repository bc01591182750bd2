#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The panel of parameters: what it shows of values, levels and states."""
import os
import time
import unittest

os.environ["QT_QPA_PLATFORM"] = "offscreen"
try:
    from PyQt5 import QtGui, QtWidgets
except ImportError:
    QtWidgets = None
import pmt
from gnuradio import telemetry

import qa_mission  # noqa: F401 (the folder of the QA is on the path)


def dictionary(values):
    made = pmt.make_dict()
    for key, value in values.items():
        made = pmt.dict_add(made, pmt.intern(key), dictionary(value) if isinstance(value, dict) else
                            value if isinstance(value, pmt.pmt_base) else pmt.to_pmt(value))
    return made


@unittest.skipUnless(QtWidgets, "skipped: no PyQt5")
class Display(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.application = QtWidgets.QApplication.instance() or QtWidgets.QApplication([])

    def show(self, display, *messages):
        """Messages as the flow graph hands them over; then what Qt's timer does."""
        for port, message in messages:
            (display._take_values if port == "parameters" else display._take_alarm)(message)
        display._refresh()

    def colour(self, display, name):
        """Of the middle of the light, as painted."""
        light = display.rows[name].light
        image = QtGui.QImage(20, 20, QtGui.QImage.Format_ARGB32)
        image.fill(0)
        light.render(image)
        return image.pixelColor(10, 10).name()

    def values(self, values, units=None, validity=None):
        return "parameters", dictionary({"values": values, "units": units or {}, "validity": validity or {}})

    def alarm(self, parameter, level, state="unacknowledged", alarm=None):
        return "alarms", dictionary({"parameter": parameter, "alarm": alarm or "/S/" + parameter, "level": level,
                                     "state": state, "limit": "above 5"})

    def test_values(self):
        display = telemetry.parameter_display(["v", "mode", "on", "at", "key", "late"], columns=2)
        self.show(display, self.values({"v": 7.123456789, "mode": "SAFE", "on": True, "other": 1,
                                        "at": pmt.make_tuple(pmt.from_uint64(1767225600), pmt.from_double(0.25)),
                                        "key": pmt.init_u8vector(2, [1, 255])}, {"v": "V"}))
        shown = {name: (row.value.text(), row.unit.text()) for name, row in display.rows.items()}
        self.assertEqual(shown, {"v": ("7.12346", "V"), "mode": ("SAFE", ""), "on": ("on", ""),
                                 "at": ("2026-01-01 00:00:00.250", ""), "key": ("01 ff", ""), "late": ("–", "")})
        self.assertEqual(self.colour(display, "late"), "#9a9a9a")
        self.assertEqual(self.colour(display, "v"), "#2e9e44")
        self.show(display, self.values({"v": 1.0}, validity={"v": "not_calibrated"}))
        self.assertFalse(display.rows["v"].value.isEnabled())

    def test_levels(self):
        from gnuradio.telemetry.qt_parameter_display import COLOURS

        display = telemetry.parameter_display(["v"])
        self.show(display, self.values({"v": 1}))
        for level, colour in COLOURS.items():
            self.show(display, self.alarm("v", level))
            self.assertEqual((display.rows["v"].level, self.colour(display, "v")), (level, colour))
        self.assertEqual(display.rows["v"].light.toolTip(), "severe (unacknowledged, above 5)")
        self.assertTrue(display.rows["v"].light.ring)
        self.show(display, self.alarm("v", "severe", "acknowledged"))
        self.assertFalse(display.rows["v"].light.ring)
        self.show(display, self.alarm("v", "severe", "shelved"))
        self.assertTrue(display.rows["v"].light.hollow)
        self.show(display, self.alarm("v", "watch", alarm="/S/v#2"))  # the worst of two counts
        self.assertEqual((display.rows["v"].level, display.rows["v"].light.hollow), ("severe", False))
        self.show(display, self.alarm("v", "normal", "normal"), self.alarm("v", "normal", "normal", "/S/v#2"))
        self.assertEqual(self.colour(display, "v"), COLOURS["normal"])

    def test_stale(self):
        display = telemetry.parameter_display(["v", "w"], stale_after=0.05)
        self.show(display, self.values({"v": 1, "w": 2}))
        time.sleep(0.1)
        self.show(display, self.values({"w": 2}))
        self.assertEqual((self.colour(display, "v"), self.colour(display, "w")), ("#9a9a9a", "#2e9e44"))
        self.show(display, self.alarm("w", "watch", alarm="/S/w#stale"))
        self.assertEqual(self.colour(display, "w"), "#9a9a9a")

    def test_all_that_come(self):
        display = telemetry.parameter_display()
        first_last = pmt.make_dict()
        for name in ("a", "b", "c"):
            first_last = pmt.dict_add(first_last, pmt.intern(name), pmt.from_long(1))
        self.show(display, ("parameters", pmt.dict_add(pmt.make_dict(), pmt.intern("values"), first_last)))
        self.assertEqual(list(display.rows), ["a", "b", "c"])
        self.show(display, self.values({f"p{i}": i for i in range(2000)}))
        self.assertEqual(len(display.rows), 500)

    def test_other_messages(self):
        display = telemetry.parameter_display(["v"])
        for message in (pmt.PMT_NIL, pmt.intern("x"), pmt.PMT_T, dictionary({"values": 3}), dictionary({"level": "odd"}),
                        dictionary({"level": "watch"}), pmt.cons(pmt.PMT_NIL, pmt.init_u8vector(1, [1]))):
            self.show(display, ("parameters", message), ("alarms", message))
        self.assertEqual(display.rows["v"].value.text(), "–")

    def test_settings(self):
        for wrong, options in (("columns", {"columns": 0}), ("stale_after", {"stale_after": -1}),
                               ("parameters", {"parameters": "v"})):
            with self.assertRaisesRegex(ValueError, wrong):
                telemetry.parameter_display(**options)


if __name__ == "__main__":
    unittest.main()
