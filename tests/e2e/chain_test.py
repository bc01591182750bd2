#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""telemetry-decode entered at any stage: symbols, bits, CADUs, frames, packets; good and bad input.

usage: chain_test.py FOLDER-OF-PROGRAMS SOURCE-TREE
"""
import array
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

PROGRAMS = pathlib.Path(sys.argv[1])
TREE = pathlib.Path(sys.argv[2])
del sys.argv[1:3]
SHARED = next((folder for folder in (pathlib.Path(os.environ.get("TELEMETRY_SHARED", "/nowhere")),
                                     TREE / "../shared", TREE / "../../shared") if folder.is_dir()), None)
SNPP = ["--framing", "CCSDS TM", "--protocol", "AOS", "--option", "frame_size=892", "--option", "rs_interleaving=4"]
STATION = """name: Test
downlinks:
  S band:
    modulation: BPSK
    baudrate: 10000
    framing: CCSDS TM
    frame_size: 100
    fecf: true
    packets:
      protocol: TM
"""


def decode(*arguments, **options):
    command = [str(word) for word in (PROGRAMS / "telemetry-decode", *arguments)]
    return subprocess.run(command, capture_output=True, timeout=120, **options)


def space_packet(apid, count, data, flags=3):
    return struct.pack(">HHH", apid, flags << 14 | count & 0x3FFF, len(data) - 1) + data


def tm_frames(packets, data_size, channel=0):
    """TM frames (without FECF) of one virtual channel that carry the packets, filled with idle ones."""
    stream, starts = b"", []
    for packet in packets:
        starts.append(len(stream))
        stream += packet
    short = -len(stream) % data_size
    if short:
        size = short if short >= 7 else short + data_size
        starts.append(len(stream))
        stream += space_packet(0x7FF, 0, bytes(size - 6))
    frames = []
    for at in range(0, len(stream), data_size):
        inside = [start - at for start in starts if at <= start < at + data_size]
        frames.append(struct.pack(">HBBH", 0x123 << 4 | channel << 1, len(frames) & 255, len(frames) & 255,
                                  0x1800 | (inside[0] if inside else 0x7FF)) + stream[at:at + data_size])
    return frames


class Chain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.station = cls.write("station.yml", STATION)
        source = random.Random(7)
        cls.packets = [space_packet(42 + i % 2, i // 2, source.randbytes(source.randrange(1, 200)))
                       for i in range(60)]
        cls.frames = tm_frames(cls.packets, 92)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def write(cls, name, content):
        path = cls.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def lines(self, *arguments, said=b"", **options):
        done = decode(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(said, done.stderr)
        if not said:
            self.assertEqual(done.stderr, b"")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def assert_refused(self, status, text, *arguments, **options):
        done = decode(*arguments, **options)
        said = done.stderr.decode()
        self.assertEqual(done.returncode, status, said)
        self.assertIn(text, said)

    # CADUs of a real spacecraft

    @property
    def cadus(self):
        if SHARED is None:
            self.skipTest("skipped: shared packets are absent")
        return SHARED / "packets/cadu/snpp_7cadus_2vcids.dat"

    def test_real_cadus_to_frames(self):
        frames = self.lines("--input-stage", "cadu", *SNPP, self.cadus)
        self.assertEqual([frame["sample_index"] for frame in frames], [8192 * i for i in range(7)])
        self.assertEqual([frame["frame"][:12] for frame in frames],
                         ["67509642ae80", "67509642af80", "67509642b080", "674668134180", "674668134280",
                          "674668134380", "674668134480"])
        for frame in frames:
            self.assertEqual((frame["confirmed"], frame["corrected"], len(frame["frame"])), (True, 0, 1784))

    def test_real_cadus_to_packets(self):
        out = self.lines("--input-stage", "cadu", "--output-stage", "packets", *SNPP, self.cadus)
        packets = [line for line in out if "packet" in line]
        self.assertEqual([(p["spacecraft_id"], p["virtual_channel"], p["apid"], p["sequence_count"], p["confirmed"])
                          for p in packets], [(157, 6, 1341, 4476, True)])
        # What the end of the file cuts off is told: one packet in each virtual channel.
        events = [line for line in out if "name" in line]
        self.assertEqual([(e["name"], e["attributes"]["virtual_channel"]) for e in events],
                         [("telemetry.link.packet_broken", 6), ("telemetry.link.packet_broken", 16)])

    def test_damaged_cadus_are_repaired_or_missed(self):
        data = bytearray(self.cadus.read_bytes())
        for at in range(100, 160):  # 15 bytes of each interleaved word of the first CADU
            data[at] ^= 0x5A
        data[1024 + 50:1024 + 450] = bytes(400)  # beyond repair
        damaged = self.write("damaged.cadu", bytes(data))
        frames = self.lines("--input-stage", "cadu", *SNPP, damaged, said=b"1024 of 7168 bytes lie in no frame")
        self.assertEqual([frame["corrected"] for frame in frames], [60, 0, 0, 0, 0, 0])
        out = self.lines("--input-stage", "cadu", "--output-stage", "packets", *SNPP, damaged, said=b"no frame")
        self.assertEqual([(e["attributes"]["virtual_channel"], e["attributes"]["count"]) for e in out
                          if e.get("name") == "telemetry.link.frames_missing"], [(16, 1)])

    def test_unaligned_inverted_and_truncated_cadus(self):
        data = self.cadus.read_bytes()
        bits = "".join(f"{byte:08b}" for byte in data)
        shifted = bits[5:] + "00000"
        flipped = shifted.translate(str.maketrans("01", "10"))
        unaligned = self.write("odd.cadu", int(flipped, 2).to_bytes(len(data), "big"))
        self.assertEqual(len(self.lines("--input-stage", "bits", *SNPP, unaligned)), 6)  # the first marker is cut
        cut = self.write("cut.cadu", data[:-100])
        frames = self.lines("--input-stage", "cadu", *SNPP, cut, said=b"924 of 7068 bytes lie in no frame, the last 924")
        self.assertEqual(len(frames), 6)

    def test_symbols_of_any_format_give_the_same(self):
        data = self.cadus.read_bytes()
        bits = [byte >> shift & 1 for byte in data for shift in range(7, -1, -1)]
        wanted = [frame["frame"] for frame in self.lines("--input-stage", "cadu", *SNPP, self.cadus)]
        for stage, form, content in (
                ("bits", "unpacked", bytes(bits)), ("symbols", "s8", bytes(40 if bit else 0xD8 for bit in bits)),
                ("symbols", "f32", array.array("f", (1.0 if bit else -1.0 for bit in bits)).tobytes())):
            path = self.write("symbols", content)
            frames = self.lines("--input-stage", stage, "--input-format", form, *SNPP, path)
            self.assertEqual([frame["frame"] for frame in frames], wanted, form)
        timed = self.lines("--input-stage", "bits", "--rate", 8192, "--start-time", "2026-01-01T00:00:00Z", *SNPP,
                           self.cadus)
        self.assertEqual([frame["time"] for frame in timed],
                         [f"2026-01-01T00:00:{i:02}.000000000Z" for i in range(7)])

    def test_wrong_frame_size_says_why_nothing_comes(self):
        done = decode("--input-stage", "cadu", "--framing", "CCSDS TM", "--option", "frame_size=888",
                      "--option", "rs_interleaving=4", self.cadus)
        self.assertEqual((done.returncode, done.stdout), (0, b""))
        self.assertRegex(done.stderr.decode(), r"no frame in 57344 bits; sync markers: \d+, discarded for fec: \d+")

    # Frames

    def assert_packets(self, out):
        self.assertEqual([line["packet"] for line in out if "packet" in line],
                         [packet.hex() for packet in self.packets])

    def test_frames_of_every_format(self):
        raw = self.write("frames.bin", b"".join(self.frames))
        ad_hoc = ["--input-stage", "frames", "--protocol", "TM", "--output-stage", "packets"]
        self.assert_packets(self.lines(*ad_hoc, "--frame-size", 98, raw))
        self.assert_packets(self.lines(*ad_hoc, "--frame-size", 98, "-", input=raw.read_bytes()))
        self.assert_packets(self.lines("--input-stage", "frames", "--output-stage", "packets", self.station, raw))
        for form in ("hex", "kiss", "pcap", "jsonl", "raw"):
            path = self.folder / f"frames.{form}"
            self.lines("--input-stage", "frames", "--protocol", "TM", "--frame-size", 98, "--format", form,
                       "--output", path, raw)
            size = ["--frame-size", 98] if form == "raw" else []
            self.assert_packets(self.lines(*ad_hoc, *size, path))

    def test_missing_frames_are_told(self):
        kept = [frame for i, frame in enumerate(self.frames) if i not in (5, 6, 20)]
        out = self.lines("--input-stage", "frames", "--output-stage", "packets", self.station,
                         self.write("gaps.bin", b"".join(kept)))
        missing = [e["attributes"]["count"] for e in out if e.get("name") == "telemetry.link.frames_missing"]
        self.assertEqual(missing, [2, 1])
        lost = sum(e["attributes"]["count"] for e in out if e.get("name") == "telemetry.link.packets_missing")
        self.assertEqual(lost + sum("packet" in line for line in out), len(self.packets))
        for event in out:
            if "name" in event:
                self.assertEqual((event["severity"], event["attributes"]["spacecraft_id"],
                                  event["attributes"]["virtual_channel"]), ("warn", 0x123, 0), event)

    def test_times_travel_in_jsonl(self):
        lines = [json.dumps({"frame": frame.hex(), "confirmed": True, "sample_index": 1000 * i,
                             "time": f"2026-01-01T00:00:{i:02}.5Z"}) for i, frame in enumerate(self.frames)]
        out = self.lines("--input-stage", "frames", "--output-stage", "packets", self.station,
                         self.write("timed.jsonl", "\n".join(lines)))
        first = out[0]
        self.assertEqual((first["time"], first["confirmed"]), ("2026-01-01T00:00:00.500000000Z", True))
        self.assertEqual(out[-1]["sample_index"] % 1000, 0)

    def test_bad_frames(self):
        whole = b"".join(self.frames)
        stage = ["--input-stage", "frames", "--protocol", "TM"]
        self.lines(*stage, "--frame-size", 98, self.write("cut.bin", whole[:-20]),
                   said=b"ends within a frame: of 98 bytes 78 are there")
        out = self.lines(*stage, "--frame-size", 97, "--output-stage", "packets", self.write("a.bin", whole),
                         said=b"ends within a frame")
        self.assertIn("telemetry.link.frame_invalid", {line.get("name") for line in out})
        self.assert_refused(2, "--frame-size: raw frames need it", *stage, self.write("a.bin", whole))
        self.assert_refused(3, "a.hex:2: expected hex digits", *stage, self.write("a.hex", "00 11\nxyz\n"))
        self.assert_refused(3, "a.jsonl:2: expected a JSON object", *stage,
                            self.write("a.jsonl", '{"frame": "00"}\nnonsense\n'))
        self.assert_refused(3, "a.jsonl:1: frame: expected hex", *stage, self.write("a.jsonl", '{"frame": 7}\n'))
        self.assert_refused(3, "is no pcap file", *stage, self.write("a.pcap", b"x" * 40))
        self.assert_refused(3, "a record claims 4294967295 bytes", *stage,
                            self.write("a.pcap", struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 147) +
                                       struct.pack("<IIII", 0, 0, 0xFFFFFFFF, 0xFFFFFFFF)))
        self.assert_refused(3, "no KISS", *stage, self.write("a.kiss", b"\xc0\x00\xdb\x11\xc0"))
        self.assert_refused(3, "holds nothing", *stage, self.write("a.hex", b""))
        self.assert_refused(2, "'xml' is not a format", *stage, "--input-format", "xml", self.write("a", b"1"))

    # Packets

    def test_packets_of_every_format(self):
        data = b"".join(self.packets)
        stage = ["--input-stage", "packets"]
        path = self.write("packets.bin", data)
        out = self.lines(*stage, path)
        self.assert_packets(out)
        self.assertEqual({line["type"] for line in out}, {"telemetry"})
        for form in ("hex", "kiss", "pcap", "jsonl", "raw"):
            written = self.folder / f"packets.{form}"
            self.lines(*stage, "--format", form, "--output", written, path)
            self.assert_packets(self.lines(*stage, written))

    def test_segments_are_joined_and_gaps_told(self):
        parts = [space_packet(5, 0, b"aaa", 1), space_packet(5, 1, b"bb", 0), space_packet(5, 2, b"c", 2),
                 space_packet(5, 3, b"d"), space_packet(5, 9, b"e"), space_packet(5, 9, b"f")]
        path = self.write("segments.bin", b"".join(parts))
        out = self.lines("--input-stage", "packets", path)
        self.assertEqual([line["packet"][12:] for line in out if "packet" in line],
                         [b"aaabbc".hex(), b"d".hex(), b"e".hex(), b"f".hex()])
        self.assertEqual([(e["name"][15:], e["attributes"]["count"]) for e in out if "name" in e],
                         [("packets_missing", 5), ("packet_repeated", 1)])
        apart = self.lines("--input-stage", "packets", "--option", "packets.join_segments=no", path)
        self.assertEqual([line["sequence_flags"] for line in apart if "packet" in line],
                         ["first", "continuation", "last", "whole", "whole", "whole"])

    def test_bad_packets(self):
        stage = ["--input-stage", "packets"]
        whole = b"".join(self.packets)
        self.lines(*stage, self.write("cut.bin", whole[:-1]), said=b"ends within a packet")
        lying = struct.pack(">HHH", 1, 0xC000, 65535) + b"short"
        self.lines(*stage, self.write("lying.bin", lying), said=b"of 65542 bytes 11 are there")
        done = decode(*stage, self.write("odd.bin", self.packets[0] + b"\x60nonsense"))
        self.assertEqual(done.returncode, 3)
        self.assertIn(f"byte {len(self.packets[0])}: no packet begins here", done.stderr.decode())
        self.assertEqual(json.loads(done.stdout)["packet"], self.packets[0].hex())
        self.assert_refused(2, "--output-stage", *stage, "--output-stage", "frames", self.write("a", whole))

    # All the way from samples, through every code

    def test_samples_of_every_code_to_packets(self):
        for framing, options, size in (
                ("CCSDS Concatenated", {"frame_size": 223}, 223),
                ("CCSDS Reed-Solomon", {"frame_size": 446, "rs_interleaving": 2, "scrambler": "CCSDS 131071"}, 446),
                ("CCSDS LDPC", {"ldpc_code": "ar4ja-1/2-1024"}, 128),
                ("CCSDS LDPC", {"ldpc_code": "c2-8160", "fecf": "true"}, 890),
                ("CCSDS Turbo", {"turbo_rate": "1/3", "frame_size": 223}, 221)):
            with self.subTest(framing, **options):
                station = self.write("coded.yml", "name: Coded\ndownlinks:\n  S band:\n    modulation: BPSK\n"
                                     f"    baudrate: 10000\n    framing: {framing}\n" +
                                     "".join(f"    {key}: {value}\n" for key, value in options.items()) +
                                     "    packets: {protocol: TM}\n")
                frames = tm_frames(self.packets[:20], size - 6)
                content = self.write("content.hex", "\n".join(frame.hex() for frame in frames))
                samples = self.folder / "coded.cf32"
                subprocess.run([str(word) for word in (
                    PROGRAMS / "telemetry-station", station, samples, "--content", content, "--interval", "0.01",
                    "--between", "idle", "--es-n0", 6, "--quiet")], check=True, timeout=120)
                found = self.lines(station, samples, "--rate", 48000, "--start-time", "2026-01-01T00:00:00Z")
                self.assertEqual([line["frame"] for line in found], [frame.hex() for frame in frames])
                self.assertEqual({line["framing"] for line in found}, {framing})
                out = self.lines(station, samples, "--rate", 48000, "--output-stage", "packets", "--start-time",
                                 "2026-01-01T00:00:00Z")
                self.assertEqual([line["packet"] for line in out], [packet.hex() for packet in self.packets[:20]])
                self.assertTrue(all(line["confirmed"] and line["time"].startswith("2026-01-01T00:00:") for line in out))

    # The command line

    def test_mistakes(self):
        path = self.write("some.bin", bytes(1000))
        cadu = ["--input-stage", "cadu"]
        for text, arguments in (
                ("--framing: 'CCSDS TN' is not known; did you mean 'CCSDS TM'?", [*cadu, "--framing", "CCSDS TN"]),
                ("--option frame_sice: unknown key; did you mean 'frame_size'?",
                 [*cadu, "--framing", "CCSDS TM", "--option", "frame_sice=7"]),
                ("--option frame_size: '0' is not valid", [*cadu, "--framing", "CCSDS TM", "--option", "frame_size=0"]),
                ("--option packets.protokol: unknown key; did you mean 'protocol'?",
                 [*cadu, "--framing", "CCSDS TM", "--option", "packets.protokol=TM"]),
                ("--option packets.protocol: 'TN' is not valid", [*cadu, "--framing", "CCSDS TM", "--protocol", "TN"]),
                ("--option packets.insert_zone: TM frames have no insert zone",
                 [*cadu, "--framing", "CCSDS TM", "--protocol", "TM", "--option", "packets.insert_zone=4"]),
                ("--option packets.frame_error_control: the framing has checked",
                 [*cadu, "--framing", "CCSDS TM", "--option", "fecf=yes", "--option",
                  "packets.frame_error_control=crc16"]),
                ("--option frame_size: given twice",
                 [*cadu, "--framing", "CCSDS TM", "--option", "frame_size=10", "--option", "frame_size=11"]),
                ("--option: 'frame_size' is not valid; expected KEY=VALUE",
                 [*cadu, "--framing", "CCSDS TM", "--option", "frame_size"]),
                ("--framing: this input stage needs it", cadu),
                ("the framing AX.25 has no CADUs", [*cadu, "--framing", "AX.25"]),
                ("--output-stage: packets need --protocol",
                 [*cadu, "--framing", "CCSDS TM", "--output-stage", "packets"]),
                ("--modulation: samples need it", ["--framing", "AX.25"]),
                ("--rate: frames and packets have no rate", ["--input-stage", "packets", "--rate", "5"]),
                ("--iq: is for samples", ["--input-stage", "packets", "--iq"]),
                ("--frequency: is for samples", [*cadu, "--framing", "CCSDS TM", "--frequency", "1e6"]),
                ("--start-time: needs --rate", ["--input-stage", "bits", "--framing", "AX.25", "--start-time",
                                                "2026-01-01T00:00:00Z"]),
                ("'wav' is not a format of this input stage; expected s8 or f32",
                 ["--input-stage", "symbols", "--framing", "AX.25", "--input-format", "wav"]),
                ("--input-stage", ["--input-stage", "nonsense"])):
            self.assert_refused(2, text, *arguments, path)
        self.assert_refused(2, "STATION: given together with", *cadu, "--framing", "CCSDS TM", self.station, path)
        self.assert_refused(2, "INPUT: is required", self.station)
        two = self.write("two.yml", STATION + STATION.split("downlinks:\n")[1].replace("S band", "X band"))
        self.assert_refused(2, "choose one of 'S band', 'X band'", *cadu, two, path)
        self.assert_refused(2, "has no such downlink", *cadu, two, path, "--downlink", "Y band")
        plain = self.write("plain.yml", STATION.split("    packets")[0])
        self.assert_refused(2, "none of its downlinks has a `packets` section", *cadu, "--output-stage", "packets",
                            plain, path)
        self.assert_refused(3, "is empty", *cadu, self.station, self.write("empty", b""))
        self.assert_refused(3, "byte 3 is 2; unpacked bits are 0 or 1", "--input-stage", "bits", "--input-format",
                            "unpacked", "--framing", "AX.25", self.write("two", b"\0\1\0\2"))

    def test_bad_packet_sections(self):
        for text, old, new in (
                ("s.yml:10:17: downlinks.S band.packets.protocol: 'TN' is not valid", "protocol: TM", "protocol: TN"),
                ("s.yml:10:", "protocol: TM", "protokol: TM"),
                ("expected a map with protocol and so on", "packets:\n      protocol: TM", "packets: TM"),
                ("downlinks.S band.packets.frame_error_control: the framing has", "protocol: TM",
                 "frame_error_control: crc16"),
                ("virtual_channels: '8' is not valid; expected numbers from 0 to 7", "protocol: TM",
                 "virtual_channels: 1 8")):
            path = self.write("s.yml", STATION.replace(old, new))
            self.assert_refused(2, text, "--input-stage", "frames", path, path)


if __name__ == "__main__":
    unittest.main()
