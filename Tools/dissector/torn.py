"""A stream of good and spoilt messages, torn into transfers at random."""

import random

from .wire import LINE, STREAM, a_line, damaged, reply


class TornStream:
    """Every good message is found, in order; every byte of every transfer is accounted for."""

    def __init__(self, capture, device, seed, count=120):
        self.name = f"torn stream, seed {seed}"
        choose = random.Random(seed)
        self.good, data = [], reply(1)
        self.good.append((0x82, 1))
        for sequence in range(2, count):
            is_line = choose.random() < 0.5
            message = (a_line(sequence, samples=choose.randrange(1, 300)) if is_line
                       else reply(sequence))
            spoil = choose.randrange(8)
            if spoil == 0:
                # Not in the first four bytes: what begins there cannot be known at all then.
                data += damaged(message, choose.randrange(4, len(message)))
            elif spoil == 1:
                lost = choose.randrange(4, len(message) - 8)
                begin = choose.randrange(4, len(message) - lost)
                data += message[:begin] + message[begin + lost:]
            else:
                if spoil == 2:
                    data += choose.randbytes(choose.randrange(1, 80))
                data += message
                self.good.append((message[2], sequence))
        # Whoever waits for the rest of a line that lost a piece has it by then.
        for sequence in (count, count + 1):
            data += a_line(sequence, samples=300)
            self.good.append((LINE, sequence))
        self.lengths = {}
        while data:
            # The first message comes whole, as on USB, so that the console is known by it.
            size = choose.randrange(1 if self.lengths else len(reply(1)), 600)
            part, data = data[:size], data[size:]
            self.lengths[capture.transfer(device, STREAM, part)] = len(part)
        self.frame = next(iter(self.lengths))

    def check(self, frames, is_second_pass):
        """Problems, and the number of things that were looked at."""
        problems, found = [], []
        for number, length in self.lengths.items():
            items = frames[number]["items"]
            here = sum(int(value) for item in items for value in item["peakgate.bytes"])
            if here != length:
                problems.append(f"{here} bytes of {length} in frame {number}")
            for item in items:
                if item["peakgate.checksum.status"] == ["1"] and (
                        item.get("peakgate.samples.status", ["1"]) == ["1"]):
                    found.append((int(item["peakgate.message"][0], 0),
                                  int(item["peakgate.sequence"][0])))
        if found != self.good:
            absent = [x for x in self.good if x not in found]
            problems.append(f"{len(found)} messages instead of {len(self.good)}: without {absent}")
        return problems, len(self.lengths) + len(self.good)
