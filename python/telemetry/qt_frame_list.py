# SPDX-License-Identifier: GPL-3.0-or-later
"""A Qt table of received frames."""

import pmt
from gnuradio import gr
from PyQt5 import QtCore, QtGui, QtWidgets

COLUMNS = (
    ("Time", "time", lambda value: value.replace("T", " ")[:23]),
    ("Sample", "sample_index", str),
    ("Station", "station", str),
    ("Downlink", "downlink", str),
    ("Framing", "framing", str),
    ("SNR dB", "snr_db", lambda value: f"{value:.1f}"),
    ("Offset Hz", "carrier_offset_hz", lambda value: f"{value:.0f}"),
    ("Corrected", "corrected", str),
    ("Confirmed", "confirmed", lambda value: "yes" if value else "no"),
)


def to_row(message):
    """The texts of a frame's row, or None when the message is no PDU of bytes."""
    if not (pmt.is_pair(message) and pmt.is_u8vector(pmt.cdr(message))):
        return None
    meta = pmt.to_python(pmt.car(message)) or {}
    frame = bytes(pmt.u8vector_elements(pmt.cdr(message)))
    texts = [show(meta[key]) if key in meta else "" for _, key, show in COLUMNS]
    return texts + [str(len(frame)), frame.hex(" ")]


class frame_list(gr.basic_block):
    """Shows the frames that come in on the message port `frames`, newest first.

    The port's handler runs in a thread of the flow graph, which may not touch widgets: rows go to
    Qt's thread through a queued signal.
    """

    class _Relay(QtCore.QObject):
        row = QtCore.pyqtSignal(list)

    def __init__(self, rows=1000, parent=None):
        gr.basic_block.__init__(self, name="telemetry_frame_list", in_sig=None, out_sig=None)
        if rows < 1:
            raise ValueError("rows: expected 1 or more")
        self.rows = rows
        titles = [title for title, _, _ in COLUMNS] + ["Bytes", "Frame"]
        self.widget = QtWidgets.QTableWidget(0, len(titles), parent)
        self.widget.setHorizontalHeaderLabels(titles)
        self.widget.setEditTriggers(QtWidgets.QAbstractItemView.NoEditTriggers)
        self.widget.setSelectionBehavior(QtWidgets.QAbstractItemView.SelectRows)
        self.widget.setWordWrap(False)
        self.widget.verticalHeader().hide()
        self.widget.verticalHeader().setDefaultSectionSize(22)
        self.widget.horizontalHeader().setStretchLastSection(True)
        self._font = QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.FixedFont)
        self._relay = self._Relay()
        self._relay.row.connect(self._show, QtCore.Qt.QueuedConnection)
        self.message_port_register_in(pmt.intern("frames"))
        self.set_msg_handler(pmt.intern("frames"), self._receive)

    def _receive(self, message):
        row = to_row(message)
        if row:
            self._relay.row.emit(row)

    def _show(self, texts):
        self.widget.insertRow(0)
        for column, text in enumerate(texts):
            item = QtWidgets.QTableWidgetItem(text)
            if column == len(texts) - 1:
                item.setFont(self._font)
            self.widget.setItem(0, column, item)
        if self.widget.rowCount() > self.rows:
            self.widget.setRowCount(self.rows)
        if self.widget.rowCount() <= 2:  # later ones are much the same, and resizing costs
            for column in range(len(texts) - 1):
                self.widget.resizeColumnToContents(column)
