"""Traffic for the dissector, with what must be shown of it."""

import struct

from . import captures
from .expectation import Expectation, of_vector
from .specs import flags_of
from .torn import TornStream
from .wire import (
    COMMAND, ENDPOINTS, LINE, PRODUCT, SAFETY, STREAM, VENDOR, a_line, damaged, pdu, reply, status)

GOOD = {"checksum.status": 1}
GOOD_LINE = {"message": LINE, "checksum.status": 1, "samples.status": 1}


class Traffic:
    """Fills a capture; each case has a device of its own, so that none disturbs another."""

    def __init__(self, capture, vectors):
        self.capture = capture
        self.device = 0
        self.expectations = []
        self.golden(vectors)
        cases = [self.split, self.shared, self.flags, self.damage, self.sequences, self.noise,
                 self.unknown, self.identities, self.new_session]
        if capture.link_type == captures.USBMON:
            cases.append(self.cuts)
        for case in cases:
            self.device += 1
            self.name = case.__name__
            case()
        for seed in range(1, 4):
            self.device += 1
            self.expectations.append(TornStream(capture, self.device, seed))

    def send(self, endpoint, data, *items, info=None, keep=None):
        frame = self.capture.transfer(self.device, endpoint, data, keep)
        self.expectations.append(Expectation(self.name, frame, items, info))
        return frame

    def golden(self, vectors):
        for vector in vectors["messages"]:
            self.device += 1
            self.name = f"{vector['message']}, {vector['example']}"
            data = bytes.fromhex(vector["pdu"])
            key = "".join(f"_{c.lower()}" if c.isupper() else c for c in vector["message"])[1:]
            self.send(ENDPOINTS[vector["pipe"]], data, {
                **of_vector(key, vector["fields"]), **GOOD, "message": vector["id"],
                "sequence": vector["sequence"], "nonce": vector["nonce"], "length": len(data),
                "pipe": vector["pipe"], "checksum": int.from_bytes(data[-4:], "little"),
                "bytes": len(data)})
        for vector in vectors["lines"]:
            self.device += 1
            self.name = f"A-line, {vector['example']}"
            data = bytes.fromhex(vector["bytes"])
            samples = {"line.samples": data[64:]} if len(data) > 64 else {}
            self.send(STREAM, data, {
                **of_vector("line", vector["fields"]), **GOOD_LINE, **samples, "bytes": len(data)})

    def split(self):
        """A line over five transfers, cut in its header too; a short message right behind it."""
        line = a_line(1, samples=700)
        ends = [0, 30, 62, 574, 1086, len(line)]
        parts = [line[a:b] for a, b in zip(ends, ends[1:])]
        frames = []
        last = self.capture.transfers_end(len(parts), STREAM)
        for part in parts[:-1]:
            frames.append(self.send(STREAM, part, {
                "fragment": part, "whole": last, "bytes": len(part)}))
        self.send(
            STREAM, parts[-1] + reply(1),
            {**GOOD_LINE, "sequence": 1, "line.samples": line[64:], "bytes": len(parts[-1]),
             "piece": frames + [last]},
            {**GOOD, "message": 0x82, "sequence": 1, "command_reply.status": 0},
            info="A-line seq 1; CommandReply seq 1 command 3, command sequence 7, status accepted")

    def shared(self):
        """Several messages in one transfer, and what the info column makes of them."""
        data = b"".join(a_line(n) for n in range(5, 9)) + reply(1)
        self.send(
            STREAM, data, *[{**GOOD_LINE, "sequence": n} for n in range(5, 9)],
            {**GOOD, "message": 0x82},
            info="A-line seq 5 to 8; CommandReply seq 1 command 3, command sequence 7, "
                 "status accepted")
        self.send(
            SAFETY, status(412), {
                **GOOD, "safety_status.lease_left": 24_000_000, "safety_status.trip": 0,
                "safety_status.flags.lease_active": 1, "safety_status.flags.moving": 0},
            info="SafetyStatus seq 412 trip none, lease left 24 ms")

    def flags(self):
        """Each bit of each set of flags alone, by name."""
        for prefix, name, make in (
                ("safety_status.flags", "SafetyFlags", lambda n, bits: status(n, flags=bits)),
                ("line.flags", "FrameFlags", lambda n, bits: a_line(n, flags=bits)),
                ("self_test_report.run", "SelfTestItems",
                 lambda n, bits: pdu(0x83, struct.pack("<QHH", 1, 0, bits), n))):
            flags = flags_of(name)
            for number, (bit, _) in enumerate(flags):
                self.send(SAFETY if name == "SafetyFlags" else STREAM, make(number, 1 << bit), {
                    f"{prefix}.{flag}": int(place == bit) for place, flag in flags})

    def damage(self):
        self.send(STREAM, reply(1), GOOD)
        self.send(
            STREAM, damaged(reply(2), 13) + reply(3),
            {"message": 0x82, "checksum.status": 0, "expert": ["CRC-32/AUTOSAR of the PDU"]},
            {**GOOD, "missing": 1, "expert": ["3 follows 1: 1 missing"]})
        self.send(STREAM, a_line(1) + damaged(a_line(2), 70) + a_line(3), GOOD_LINE, {
            "message": LINE, "checksum.status": 1, "samples.status": 0,
            "expert": ["CRC-32C of the samples"]}, GOOD_LINE)
        header = damaged(a_line(4), 20)
        self.send(
            STREAM, header + a_line(5),
            {"message": LINE, "checksum.status": 0, "bytes": 64,
             "expert": ["CRC-32C of the header"]},
            {"skipped": header[64:], "expert": ["48 bytes belong to no message"]},
            {**GOOD_LINE, "missing": 1, "expert": ["5 follows 3: 1 missing"]})
        # A piece of a line is lost: the next line is found inside what would have been the damaged
        # one, behind samples that look like a beginning.
        self.send(STREAM, a_line(6)[:70] + b"PG" + bytes(18) + a_line(7), {
            "message": LINE, "samples.status": 0, "bytes": 90,
            "expert": ["CRC-32C of the samples"]}, GOOD_LINE)

    def sequences(self):
        self.send(COMMAND, pdu(0x01, struct.pack("<IH", 5, 1), 1, nonce=0), GOOD)
        self.send(COMMAND, pdu(0x03, b"", 2), GOOD)
        self.send(COMMAND, pdu(0x04, b"", 5), {
            **GOOD, "missing": 2, "expert": ["5 follows 2: 2 missing"]},
            info="Stop seq 5 [after 2]")
        self.send(COMMAND, pdu(0x04, b"", 5), {**GOOD, "expert": ["5 follows 5"]})
        self.send(COMMAND, pdu(0x04, b"", 4), {**GOOD, "expert": ["4 follows 5"]})
        self.send(COMMAND, pdu(0x04, b"", 5), GOOD)
        # Each pipe and direction counts for itself; lines count apart from messages.
        self.send(SAFETY, status(0xFFFFFFFF), GOOD)
        self.send(STREAM, reply(9) + a_line(100) + reply(10) + a_line(101), GOOD, GOOD_LINE, GOOD,
                  GOOD_LINE)
        self.send(SAFETY, status(0), GOOD)
        self.send(SAFETY, status(3), {**GOOD, "missing": 2, "expert": ["3 follows 0: 2 missing"]})

    def noise(self):
        first = bytes(range(7)) + b"PG\x90\x09"
        self.send(STREAM, first + reply(1), {
            "before": first, "expert": ["Before the first message"]}, GOOD)
        junk = b"P" * 9 + b"PG" + bytes(30) + b"PG\x82\x16" + b"xyz"
        self.send(STREAM, junk + reply(2), {
            "skipped": junk, "expert": ["bytes belong to no message"]}, GOOD)
        self.send(STREAM, b"zz" + reply(3)[:1], {
            "skipped": b"zz", "expert": ["2 bytes belong"]}, {"fragment": b"P", "bytes": 1})
        self.send(STREAM, reply(3)[1:], {**GOOD, "bytes": 21})

    def unknown(self):
        self.send(STREAM, reply(1), GOOD)
        self.send(STREAM, pdu(0x9F, bytes(4), 2), {
            **GOOD, "message": 0x9F, "expert": ["no such message"]}, info="message 0x9F seq 2")
        self.send(STREAM, pdu(0x82, bytes(8), 3), {
            **GOOD, "message": 0x82, "expert": ["24 bytes instead of 22"]})
        self.send(STREAM, pdu(0x82, struct.pack("<IBB", 7, 3, 99), 4), {
            **GOOD, "command_reply.status": 99, "expert": ["Not a CommandStatus"]})
        self.send(STREAM, status(5), {**GOOD, "expert": ["Belongs on the safety pipe"]})

    def identities(self):
        """By ids, a capture that begins within a line; without them, strange data is left alone."""
        self.capture.descriptors(self.device, VENDOR, PRODUCT)
        tail = a_line(1)[64:]
        self.send(STREAM, tail + a_line(2), {
            "before": tail, "expert": ["Before the first message"]}, GOOD_LINE)
        self.device += 1
        self.send(STREAM, tail * 10)
        self.send(SAFETY, b"PG\x90\x35" + bytes(40))
        self.send(0x83, reply(1))

    def new_session(self):
        """A half line of the old session is thrown away; new nonces begin new sequences."""
        self.send(STREAM, reply(7, nonce=1) + a_line(70, nonce=1)[:100], GOOD, {
            "fragment": a_line(70, nonce=1)[:100], "bytes": 100})
        identify = pdu(0x81, struct.pack("<QQQQIH", 0x31, 0, 2, 3, 5, 1), 1, nonce=2)
        self.send(
            STREAM, identify + a_line(1, nonce=2),
            {"message": LINE, "samples.status": 0, "bytes": 0,
             "expert": ["CRC-32C of the samples"]},
            {**GOOD, "message": 0x81, "identify_reply.serial": "1"}, GOOD_LINE)

    def cuts(self):
        """What QEMU writes: 256 bytes of a transfer at most."""
        line = a_line(1, samples=400)
        cut = {"message": LINE, "sequence": 1, "checksum.status": 1, "samples.status": 2,
               "expert": ["does not hold all of its samples"]}
        gone = {"cut": len(line) - 256, "expert": ["were not captured"]}
        self.send(STREAM, line, cut, gone, keep=256)
        # The length of a line is known: what follows it in the next transfer is found.
        self.send(STREAM, a_line(2, samples=400)[:500], {**cut, "sequence": 2}, {
            "cut": 244, "expert": ["were not captured"]}, keep=256)
        rest = a_line(2, samples=400)[500:]
        self.send(STREAM, rest[:200], {
            "bytes": 200, "fragment": rest[:200], "expert": ["does not hold all"]})
        self.send(STREAM, rest[200:] + reply(1), {
            "bytes": len(rest) - 200, "expert": ["does not hold all"]}, GOOD)
        # The same over a transfer that is cut itself.
        line = a_line(3, samples=400)
        self.send(STREAM, line[:300], {**cut, "sequence": 3}, {
            "cut": 44, "expert": ["were not captured"]}, keep=256)
        self.send(STREAM, line[300:700], {"bytes": 100, "expert": ["does not hold all"]}, {
            "cut": 300, "expert": ["were not captured"]}, keep=100)
        self.send(STREAM, line[700:] + reply(2), {
            "bytes": 164, "expert": ["does not hold all"]}, GOOD)
        # More than the line is gone: where the next message begins is not known, and no gap is held
        # against the console.
        self.send(STREAM, a_line(4, samples=400) * 2, {**cut, "sequence": 4}, {
            "cut": 1472, "expert": ["were not captured"]}, keep=256)
        self.send(STREAM, reply(9) + a_line(10), GOOD, GOOD_LINE)
