"""Messages of the console as bytes.

Checksums are worked bit by bit here, so that neither the wire codec nor the dissector vouches for
itself.
"""

import struct

COMMAND, STREAM, SAFETY = 0x01, 0x81, 0x82
ENDPOINTS = {"command": COMMAND, "stream": STREAM, "safety": SAFETY}
AUTOSAR, CRC32C = 0xF4ACFB13, 0x1EDC6F41
VENDOR, PRODUCT = 0x1209, 0x0001
LINE = 0x84


def crc(polynomial, data):
    register = 0xFFFFFFFF
    for byte in data:
        for bit in range(8):
            out = register >> 31 ^ byte >> bit & 1
            register = register << 1 & 0xFFFFFFFF ^ (polynomial if out else 0)
    return int(f"{register:032b}"[::-1], 2) ^ 0xFFFFFFFF


def pdu(message, payload, sequence, nonce=0x5EED0001):
    body = struct.pack("<HBBII", 0x4750, message, 16 + len(payload), sequence, nonce) + payload
    return body + struct.pack("<I", crc(AUTOSAR, body))


def a_line(sequence, samples=24, nonce=0x5EED0001, flags=0):
    data = struct.pack(f"<{samples}h", *[(37 * sequence + 11 * n) % 2000 - 1000
                                         for n in range(samples)])
    head = struct.pack(
        "<HBBIIQIHhIHHiiiIII", 0x4750, LINE, 64, sequence, nonce, 1_000_000 * sequence, 64_000_000,
        samples, 1200, 5000, flags, 0, 90_000, -1500, 0, 1000, crc(CRC32C, data), 0)
    return head + struct.pack("<I", crc(CRC32C, head)) + data


def reply(sequence, nonce=0x5EED0001):
    return pdu(0x82, struct.pack("<IBB", 7, 3, 0), sequence, nonce)


def status(sequence, nonce=0x5EED0001, flags=0x1FE7):
    return pdu(0x90, struct.pack(
        "<QIIIHBiihHh", 5_000_000 * sequence, 9, 3, 24_000_000, flags, 0, 1200, 80, 3450, 5010,
        -40), sequence, nonce)


def damaged(data, at):
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]
