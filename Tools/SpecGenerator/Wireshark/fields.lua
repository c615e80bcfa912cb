
-- Fields ---------------------------------------------------------------------------------------

local peakgate = Proto("peakgate", "Peakgate console")
peakgate.prefs.verify_samples = Pref.bool(
  "Verify the checksum of samples", true,
  "Off makes large captures load faster; headers and PDUs are always verified")

-- Units that read better divided: by what, and as what.
local readable = {
  ns = {1e6, "ms"}, device_ns = {1e9, "s"}, um = {1000, "mm"}, ["um/s"] = {1000, "mm/s"},
  mdeg = {1000, "deg"}, cdB = {100, "dB"}, cdegC = {100, "degC"}, mV = {1000, "V"},
  Hz = {1000, "kHz"},
}

-- The name of a field in words, without the unit that follows the value anyway.
local function in_words(field)
  local name = field.name
  local tail = field.unit and "_" .. field.unit:lower()
  if tail and name:sub(-#tail) == tail then name = name:sub(1, -#tail - 1) end
  return (name:gsub("_", " "))
end

local function label(field) return (in_words(field):gsub("^%l", string.upper)) end

local declared = {}

local function keep(field)
  declared[#declared + 1] = field
  return field
end

-- Gives a field of the specs its entry in the dissection, and its bits theirs.
local function declare(prefix, field)
  local name, title = prefix .. "." .. field.name, label(field)
  if field.ascii then
    field.shown = keep(ProtoField.string(name, title, base.NONE, field.doc))
    return
  end
  local make = ProtoField[(field.signed and "int" or "uint") .. field.bytes * 8]
  if field.enum then
    local values = {}
    for value, case in pairs(spec.enums[field.enum]) do values[value] = case.name end
    field.shown = keep(make(name, title, base.DEC, values, nil, field.doc))
  elseif field.flags then
    field.shown = keep(make(name, title, base.HEX, nil, nil, field.doc))
    field.bits = {}
    for _, flag in ipairs(spec.flags[field.flags]) do
      field.bits[#field.bits + 1] = keep(ProtoField.bool(
        name .. "." .. flag.name, label(flag), field.bytes * 8, nil,
        math.floor(2 ^ flag.bit), flag.doc))
    end
  elseif field.unit then
    local unit = field.unit:gsub("^device_", "")
    field.shown = keep(make(name, title, base.UNIT_STRING, {" " .. unit}, nil, field.doc))
  else
    local is_hex = field.name == "magic" or field.name:match("crc$") or field.name:match("hash$")
      or field.name:match("nonce$")
    field.shown = keep(make(name, title, is_hex and base.HEX or base.DEC, nil, nil, field.doc))
  end
end

-- Offsets, lengths and names that follow from the tables above.
local function lay_out(owner, prefix, offset)
  owner.named = {}
  for _, field in ipairs(owner.fields) do
    field.offset = offset
    offset = offset + field.bytes
    owner.named[field.name] = field
    if not field.shown then declare(prefix, field) end
  end
  return offset
end

local names = {[spec.line.id] = "A-line"}
for id, message in pairs(spec.messages) do names[id] = message.name end
for _, field in ipairs(spec.header) do
  if field.name == "message" then
    field.shown = keep(ProtoField.uint8("peakgate.message", "Message", base.HEX, names, nil,
      field.doc))
  end
end
local header = {fields = spec.header}
local header_bytes = lay_out(header, "peakgate", 0)
local checksum_bytes = 4
for _, message in pairs(spec.messages) do
  message.length = lay_out(message, "peakgate." .. message.key, header_bytes) + checksum_bytes
end
-- An A-line begins with the fields that every PDU begins with.
for index, field in ipairs(spec.header) do spec.line.fields[index].shown = field.shown end
spec.line.length = lay_out(spec.line, "peakgate." .. spec.line.key, 0)

local verdicts = {[0] = "wrong", [1] = "right", [2] = "not verified"}
local shown = {
  pipe = keep(ProtoField.string("peakgate.pipe", "Pipe", base.NONE, "pipe of the console")),
  checksum = keep(ProtoField.uint32("peakgate.checksum", "Checksum", base.HEX, nil, nil,
    spec.pdu_crc.name .. " over all before it")),
  checksum_status = keep(ProtoField.uint8("peakgate.checksum.status", "Checksum status", base.DEC,
    verdicts, nil, "of the PDU, or of the header of an A-line")),
  samples = keep(ProtoField.bytes("peakgate." .. spec.line.key .. ".samples", "Samples", base.NONE,
    "i16 each")),
  samples_status = keep(ProtoField.uint8("peakgate.samples.status", "Samples' checksum status",
    base.DEC, verdicts, nil, spec.line_crc.name .. " of the samples")),
  here = keep(ProtoField.uint32("peakgate.bytes", "Bytes in this transfer", base.DEC, nil, nil,
    "bytes of this transfer that the item takes; all items together take all")),
  piece = keep(ProtoField.framenum("peakgate.piece", "Piece in", base.NONE, frametype.NONE, nil,
    "a frame that holds a part of this message")),
  whole = keep(ProtoField.framenum("peakgate.whole", "Whole in", base.NONE, frametype.NONE, nil,
    "the frame in which this message ends, and is shown")),
  fragment = keep(ProtoField.bytes("peakgate.fragment", "Part of a message", base.NONE,
    "the message is shown where it ends")),
  skipped = keep(ProtoField.bytes("peakgate.skipped", "Bytes of no message", base.NONE,
    "skipped up to the next place where a message begins")),
  before = keep(ProtoField.bytes("peakgate.before", "Bytes before a whole message", base.NONE,
    "of a message whose beginning was not captured")),
  cut = keep(ProtoField.uint32("peakgate.cut", "Bytes not captured", base.DEC, nil, nil,
    "the capture does not hold the whole transfer")),
  missing = keep(ProtoField.uint32("peakgate.missing", "Messages missing before", base.DEC, nil,
    nil, "by the sequence of this pipe and direction")),
}
peakgate.fields = declared

local function finding(name, text, group, severity)
  return ProtoExpert.new("peakgate." .. name, text, group, severity)
end
local group, severity = expert.group, expert.severity
local findings = {
  checksum = finding("wrong_checksum", "A checksum is wrong", group.CHECKSUM, severity.ERROR),
  gap = finding("sequence_gap", "The sequence has a gap", group.SEQUENCE, severity.WARN),
  back = finding("sequence_back", "The sequence does not go on", group.SEQUENCE, severity.WARN),
  skipped = finding("no_message", "Bytes of no message", group.UNDECODED, severity.WARN),
  unknown = finding("unknown", "Not in the specs", group.UNDECODED, severity.WARN),
  length = finding("wrong_length", "Not the length of this message", group.PROTOCOL,
    severity.ERROR),
  pipe = finding("wrong_pipe", "Not a message of this pipe", group.PROTOCOL, severity.WARN),
  cut = finding("not_captured", "Not captured whole", group.REASSEMBLE, severity.NOTE),
}
peakgate.experts = {
  findings.checksum, findings.gap, findings.back, findings.skipped, findings.unknown,
  findings.length, findings.pipe, findings.cut,
}
