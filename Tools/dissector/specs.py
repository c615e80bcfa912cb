"""What protocol.yaml says, read without a YAML parser: only the forms that the file uses."""

import pathlib
import re

PATH = pathlib.Path(__file__).resolve().parents[2] / "HardwareSpecs/protocol.yaml"


def flags_of(name):
    """Bit and name of each flag of a set."""
    text = PATH.read_text(encoding="utf-8")
    part = text[text.index(f"- name: {name}\n"):].split("bits:", 1)[1]
    part = re.split(r"\n(?:  - name|\w)", part)[0]
    return [(int(bit), flag) for flag, bit in re.findall(r"\{name: (\w+), bit: (\d+)", part)]


def fields():
    """Name for filters and doc of every field of every message."""
    text = PATH.read_text(encoding="utf-8")
    part = text[text.index("\nmessages:"):]
    prefix, found = None, []
    for line in part.splitlines():
        message = re.match(r"  (?:- )?name: (\w+)$", line)
        if message:
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", message[1]).lower()
            prefix = {"line_header": "line"}.get(prefix, prefix)
        field = re.match(r" +- \{name: (\w+), type: \w+(?:, unit: [^,]+)?, doc: (.*)\}$", line)
        common = prefix == "line" and field and field[1] in (
            "magic", "message", "header_length", "sequence", "nonce")
        if field and not common:
            found.append((f"peakgate.{prefix}.{field[1]}", field[2].strip('"')))
    return found
