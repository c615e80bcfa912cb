"""What a frame of a capture must show."""

import struct


class Expectation:
    """The items of one frame in order, each as the fields that it must hold.

    A value is a number, a text, bytes, or a list of numbers for a field that stands several times;
    `expert` is a list of what the findings say, none if left out.
    """

    def __init__(self, name, frame, items, info=None):
        self.name, self.frame, self.items, self.info = name, frame, items, info

    def check(self, frames, is_second_pass):
        """Problems, and the number of things that were looked at."""
        frame = frames[self.frame]
        found, problems, checks = frame["items"], [], 2
        # Wireshark itself adds a hidden _ws.lua.fake to whatever Lua dissects.
        if {"_ws.malformed", "_ws.lua.text", "_ws.lua.error"} & frame["names"]:
            problems.append("malformed, or a Lua error")
        if len(found) != len(self.items):
            problems.append(f"{len(found)} items instead of {len(self.items)}: {frame['info']}")
        for item, expected in zip(found, self.items):
            for key, value in {"expert": [], **expected}.items():
                # In which frame a message ends is not known before that frame has come.
                if key == "whole" and not is_second_pass:
                    continue
                checks += 1
                problems += differences(item, key, value)
        if self.info is not None:
            checks += 1
            if frame["info"] != self.info:
                problems.append(f"info is {frame['info']!r} instead of {self.info!r}")
        return problems, checks


def differences(item, key, expected):
    values = item.get("_ws.expert.message" if key == "expert" else f"peakgate.{key}", [])
    if key == "expert":
        same = len(values) == len(expected) and all(
            text in value for text, value in zip(expected, values))
    elif isinstance(expected, list):
        same = [int(value, 0) for value in values] == expected
    elif isinstance(expected, bytes):
        same = [value.replace(":", "") for value in values] == [expected.hex()]
    elif isinstance(expected, str):
        same = values == [expected]
    else:
        same = len(values) == 1 and int(values[0], 0) == expected
    return [] if same else [f"{key} is {values} instead of {expected!r}"]


def of_vector(message, fields):
    """The fields of a golden vector by the dissector's names: `leaseID` is `lease_id` there."""
    common = {"magic", "message", "sequence", "nonce", "header_length", "header_crc"}
    result = {}
    for name, value in fields.items():
        snake = "".join(
            f"_{c.lower()}" if c.isupper() and not name[:i][-1:].isupper() else c.lower()
            for i, c in enumerate(name))
        if name == "serialLow":
            raw = struct.pack("<QQ", value, fields["serialHigh"]).split(b"\0")[0]
            result[f"{message}.serial"] = "".join(chr(b) if 32 <= b < 127 else "." for b in raw)
        elif snake == "header_length":
            result["length"] = value
        elif name != "serialHigh":
            key = snake if snake in common - {"header_crc"} else f"{message}.{snake}"
            result[key] = value
    return result
