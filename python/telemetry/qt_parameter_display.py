# SPDX-License-Identifier: GPL-3.0-or-later
"""A Qt panel of parameters: name, value with unit, and a light coloured by the level of the alarm."""

import datetime
import threading
import time

import pmt
from gnuradio import gr
from PyQt5 import QtCore, QtGui, QtWidgets

LEVELS = ("normal", "watch", "warning", "distress", "critical", "severe")
COLOURS = dict(zip(LEVELS, ("#2e9e44", "#d8c814", "#f0a020", "#f07018", "#e03a1e", "#b00020")))
STALE = "#9a9a9a"
HIDDEN_STATES = ("shelved", "suppressed", "out_of_service")
UNSEEN_STATES = ("unacknowledged", "returned_unacknowledged", "latched_unacknowledged")
MOST_ROWS = 500
UPDATES_PER_SECOND = 10
EPOCH = datetime.datetime(1970, 1, 1)


def to_text(value):
    """A value as it is shown; `value` as pmt.to_python makes it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, tuple) and len(value) == 2:
        try:
            return str(EPOCH + datetime.timedelta(seconds=value[0], milliseconds=int(1000 * value[1])))[:23]
        except OverflowError:
            return f"{value[0]} s"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(to_text, value))
    return bytes(value).hex(" ") if hasattr(value, "dtype") else str(value)


class Light(QtWidgets.QWidget):
    """A lamp; with a ring around it while nobody has acknowledged the alarm, hollow while it is shelved, suppressed
    or out of service."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self.colour, self.ring, self.hollow = STALE, False, False
        self.setFixedSize(20, 20)

    def show_state(self, colour, ring, hollow):
        if (colour, ring, hollow) != (self.colour, self.ring, self.hollow):
            self.colour, self.ring, self.hollow = colour, ring, hollow
            self.update()

    def paintEvent(self, event):  # noqa: N802 (Qt's name)
        painter = QtGui.QPainter(self)
        painter.setRenderHint(QtGui.QPainter.Antialiasing)
        colour = QtGui.QColor(self.colour)
        painter.setPen(QtGui.QPen(colour.darker(140), 1.5))
        painter.setBrush(QtCore.Qt.NoBrush if self.hollow else colour)
        painter.drawEllipse(QtCore.QRectF(4, 4, 12, 12))
        if self.ring:
            painter.setPen(QtGui.QPen(colour, 2))
            painter.setBrush(QtCore.Qt.NoBrush)
            painter.drawEllipse(QtCore.QRectF(1.5, 1.5, 17, 17))


class Row:
    """The widgets of one parameter, and what is known of it."""

    def __init__(self, name, number_font):
        self.light = Light()
        self.name = QtWidgets.QLabel(name)
        self.name.setTextInteractionFlags(QtCore.Qt.TextSelectableByMouse)
        self.value = QtWidgets.QLabel("–")
        self.value.setFont(number_font)
        self.value.setAlignment(QtCore.Qt.AlignRight | QtCore.Qt.AlignVCenter)
        self.value.setMinimumWidth(QtGui.QFontMetrics(number_font).horizontalAdvance("-0.00000e+00"))
        self.value.setFrameStyle(QtWidgets.QFrame.StyledPanel | QtWidgets.QFrame.Sunken)
        self.value.setMargin(3)
        self.unit = QtWidgets.QLabel()
        self.alarms = {}  # by the alarm's name: level, state, limit
        self.seen = None  # monotonic time of the latest value

    def widgets(self):
        return self.light, self.name, self.value, self.unit

    def show_value(self, text, unit, validity, seen):
        self.seen = seen
        self.value.setText(text)
        self.value.setMinimumWidth(max(self.value.minimumWidth(), self.value.sizeHint().width()))  # it never jumps back
        self.unit.setText(unit)
        self.value.setEnabled(validity in ("valid", "out_of_range"))

    def show_alarm(self, alarm, level, state, limit):
        if level == "normal" and state == "normal":
            self.alarms.pop(alarm, None)
        else:
            self.alarms[alarm] = (level, state, limit)

    @property
    def level(self):
        return max((level for level, _, _ in self.alarms.values()), key=LEVELS.index, default="normal")

    def refresh(self, now, stale_after):
        stale = (self.seen is None or any(name.endswith("#stale") for name in self.alarms)
                 or 0 < stale_after < now - self.seen)
        states = [state for _, state, _ in self.alarms.values()]
        self.light.show_state(STALE if stale else COLOURS[self.level], any(state in UNSEEN_STATES for state in states),
                              bool(states) and all(state in HIDDEN_STATES for state in states))
        told = [f"{level} ({state.replace('_', ' ')}{', ' + limit if limit else ''})"
                for level, state, limit in self.alarms.values()] or ["normal"]
        tip = ("no news" if self.seen is not None else "no value yet") if stale else "; ".join(told)
        for widget in (self.light, self.value):
            if widget.toolTip() != tip:
                widget.setToolTip(tip)


class parameter_display(gr.basic_block):
    """Shows the latest values of parameters: of those named, else of all that come.

    Message ports `parameters` and `alarms`, of a packet_to_parameters. Handlers run in a thread of the flow graph,
    which may not touch widgets: they leave what is new for Qt's thread, which looks ten times a second, however
    many packets come.
    """

    def __init__(self, parameters=(), columns=1, stale_after=0.0, parent=None):
        gr.basic_block.__init__(self, name="telemetry_parameter_display", in_sig=None, out_sig=None)
        if columns < 1:
            raise ValueError("columns: expected 1 or more")
        if not stale_after >= 0:
            raise ValueError("stale_after: expected seconds, 0 or more")
        if isinstance(parameters, str):
            raise ValueError("parameters: expected a list of names")
        self.columns, self.stale_after = columns, stale_after
        self.rows = {}
        self._keys = [(name, pmt.intern(name)) for name in parameters]
        self._lock = threading.Lock()
        self._values, self._alarms = {}, []

        self.widget = QtWidgets.QScrollArea(parent)
        self.widget.setWidgetResizable(True)
        panel = QtWidgets.QWidget()
        self.widget.setWidget(panel)
        self._grid = QtWidgets.QGridLayout(panel)
        self._grid.setVerticalSpacing(3)
        for column in range(columns):
            self._grid.setColumnStretch(5 * column + 1, 1)
            if column:
                self._grid.setColumnMinimumWidth(5 * column - 1, 16)
        self._font = QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.FixedFont)
        self._font.setPointSizeF(1.15 * self._font.pointSizeF())
        for name in parameters:
            self._add_row(name)
        self._timer = QtCore.QTimer(self.widget)
        self._timer.timeout.connect(self._refresh)
        self._timer.start(1000 // UPDATES_PER_SECOND)

        for port, handler in (("parameters", self._take_values), ("alarms", self._take_alarm)):
            self.message_port_register_in(pmt.intern(port))
            self.set_msg_handler(pmt.intern(port), handler)

    def _take_values(self, message):
        if not pmt.is_dict(message) or pmt.is_null(message):
            return
        values, units, validity = (pmt.dict_ref(message, pmt.intern(key), pmt.PMT_NIL)
                                   for key in ("values", "units", "validity"))
        if not pmt.is_dict(values) or pmt.is_null(values):
            return

        def text_of(dictionary, key, otherwise):
            symbol = pmt.dict_ref(dictionary, key, pmt.PMT_NIL) if pmt.is_dict(dictionary) else pmt.PMT_NIL
            return pmt.symbol_to_string(symbol) if pmt.is_symbol(symbol) else otherwise

        found = {}
        for name, key in self._keys or reversed([(pmt.symbol_to_string(key), key) for key in list_of(pmt.dict_keys(values))]):
            if pmt.dict_has_key(values, key):
                value = pmt.to_python(pmt.dict_ref(values, key, pmt.PMT_NIL))
                found[name] = (to_text(value), text_of(units, key, ""), text_of(validity, key, "valid"), time.monotonic())
        with self._lock:
            self._values.update(found)

    def _take_alarm(self, message):
        alarm = pmt.to_python(message) if pmt.is_dict(message) and not pmt.is_null(message) else {}
        if alarm.get("level") in LEVELS and "parameter" in alarm:
            with self._lock:
                self._alarms.append((alarm["parameter"], str(alarm.get("alarm")), alarm["level"],
                                     str(alarm.get("state", "")), str(alarm.get("limit", ""))))

    def _add_row(self, name):
        at, self.rows[name] = len(self.rows), Row(name, self._font)
        for offset, widget in enumerate(self.rows[name].widgets()):
            self._grid.addWidget(widget, at // self.columns, at % self.columns * 5 + offset)
        self._grid.setRowStretch(at // self.columns, 0)
        self._grid.setRowStretch(at // self.columns + 1, 1)  # what is free is below the last one
        return self.rows[name]

    def _row(self, name):
        if name not in self.rows and not self._keys and len(self.rows) < MOST_ROWS:
            self._add_row(name)
        return self.rows.get(name)

    def _refresh(self):
        with self._lock:
            values, self._values = self._values, {}
            alarms, self._alarms = self._alarms, []
        for name, shown in values.items():
            if row := self._row(name):
                row.show_value(*shown)
        for name, *alarm in alarms:
            if row := self._row(name):
                row.show_alarm(*alarm)
        now = time.monotonic()
        for row in self.rows.values():
            row.refresh(now, self.stale_after)


def list_of(pairs):
    while pmt.is_pair(pairs):
        yield pmt.car(pairs)
        pairs = pmt.cdr(pairs)
