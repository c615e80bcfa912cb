"""Captures of USB traffic, made by hand: pcap files as Linux usbmon, USBPcap or QEMU write them.

Only what a test of the dissector needs: transfers that end well, and the reading of descriptors.
Sources: Documentation/usb/usbmon.rst of Linux (struct usbmon_packet), the USBPcap capture format.
"""

import struct

USBMON, USBPCAP = 220, 249
BULK, INTERRUPT, CONTROL = 3, 1, 2


class Capture:
    """Frames of a capture in order."""

    def __init__(self, link_type=USBMON):
        self.link_type = link_type
        self.records = []

    def transfer(self, device, endpoint, data, keep=None):
        """One transfer with data: submitted and completed.

        `keep`: bytes that are captured of it, as QEMU cuts them. Returns the number of the frame
        with the data.
        """
        kind = INTERRUPT if endpoint == 0x82 else BULK
        is_input = endpoint >= 0x80
        for completed in (False, True):
            carried = data if completed == is_input else b""
            self._record(device, endpoint, kind, completed, carried, keep)
        return len(self.records) - (0 if is_input else 1)

    def transfers_end(self, count, endpoint):
        """The number of the frame with the data of the last of so many transfers from here on."""
        return len(self.records) + 2 * count - (0 if endpoint >= 0x80 else 1)

    def descriptors(self, device, vendor, product):
        """The host reads the device descriptor, so that the ids are known from here on."""
        setup = struct.pack("<BBHHH", 0x80, 6, 0x0100, 0, 18)
        answer = struct.pack(
            "<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0xFF, 0, 0, 64, vendor, product, 0x0100, 1, 2, 3, 1)
        self._record(device, 0x80, CONTROL, False, b"", None, setup)
        self._record(device, 0x80, CONTROL, True, answer, None)

    def _record(self, device, endpoint, kind, completed, data, keep, setup=None):
        whole = len(data)
        data = data if keep is None else data[:keep]
        if self.link_type == USBMON:
            # QEMU counts its own header in the captured length of what it cuts.
            captured = len(data) + (64 if keep is not None else 0)
            head = struct.pack(
                "<QBBBBHBBqiiII8siiII", 0x1000 + device, ord("C" if completed else "S"), kind,
                endpoint, device, 1, 0 if setup else ord("-"), 0 if data else ord("<"),
                len(self.records), 0, 0, whole, captured, setup or bytes(8), 0, 0, 0, 0)
        else:
            # Request and answer of a function driver: info bit 0 says which way it goes.
            head = struct.pack(
                "<HQIHBHHBBI", 27, 0x1000 + device, 0, 9, 1 if completed else 0, 1, device,
                endpoint, kind, len(data))
        self.records.append((head + data, len(head) + whole))

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, self.link_type))
            for number, (data, whole) in enumerate(self.records):
                file.write(struct.pack("<IIII", number, 0, len(data), whole) + data)
