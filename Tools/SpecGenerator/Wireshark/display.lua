
-- What is shown ----------------------------------------------------------------------------------

local function number(range, field)
  if field.bytes == 8 then
    return field.signed and range:le_int64() or range:le_uint64()
  end
  return field.signed and range:le_int() or range:le_uint()
end

-- A value in words, for the line that sums a message up: nil where the plain number will do.
local function words(range, field)
  if field.ascii then return (range:raw():gsub("%z.*", ""):gsub("[^\32-\126]", ".")) end
  local value = number(range, field)
  if field.enum then
    local case = spec.enums[field.enum][value]
    return case and case.name
  elseif field.flags then
    local set = {}
    for _, flag in ipairs(spec.flags[field.flags]) do
      if math.floor(value / 2 ^ flag.bit) % 2 == 1 then set[#set + 1] = flag.name end
    end
    return #set > 0 and table.concat(set, ", ") or "none"
  end
  local scale = field.unit and readable[field.unit]
  if not scale then return nil end
  local plain = field.bytes == 8 and value:tonumber() or value
  return string.format("%.10g %s", plain / scale[1], scale[2])
end

-- As in "lease left 24 ms".
local function brief(range, field)
  local value = words(range, field)
  if not value then
    value = tostring(number(range, field)) .. (field.unit and " " .. field.unit or "")
  end
  return in_words(field) .. " " .. value
end

local function add_field(tree, range, field)
  if field.ascii then
    tree:add(field.shown, range, words(range, field))
    return
  end
  local entry = tree:add_le(field.shown, range)
  local value = words(range, field)
  if field.enum then
    local case = spec.enums[field.enum][number(range, field)]
    if case then
      entry:append_text(": " .. case.doc)
    else
      entry:add_proto_expert_info(findings.unknown, "Not a " .. field.enum)
    end
  elseif field.name == "message" then
    local id = number(range, field)
    local message = id == spec.line.id and spec.line or spec.messages[id]
    if message then entry:append_text(": " .. message.doc) end
  elseif value then
    entry:append_text(" (" .. value .. ")")
  end
  for _, bit in ipairs(field.bits or {}) do entry:add_le(bit, range) end
end

-- Fields from the start of `owner` as far as the bytes go.
local function add_fields(tree, range, owner)
  for _, field in ipairs(owner.fields) do
    if field.offset + field.bytes > range:len() then break end
    add_field(tree, range:range(field.offset, field.bytes), field)
  end
end

local function add_verdict(tree, field, range, verdict, text)
  local entry = tree:add(field, range, verdict)
  entry:set_generated()
  if verdict == 0 then entry:add_proto_expert_info(findings.checksum, text) end
end

local function add_sequence(tree, range, item)
  if not item.step then return end
  local sequence = number(range:range(4, 4), header.named.sequence)
  if item.step > 0 and item.step < 0x80000000 then
    local entry = tree:add(shown.missing, range:range(4, 4), item.step - 1)
    entry:set_generated()
    entry:add_proto_expert_info(findings.gap,
      string.format("%d follows %d: %d missing", sequence, item.after, item.step - 1))
  else
    tree:add_proto_expert_info(findings.back, string.format("%d follows %d", sequence, item.after))
  end
end

-- Shows a PDU; gives what sums it up.
local function show_message(tree, range, item)
  local message = spec.messages[item.id]
  local length = range:len()
  add_fields(tree, range, header)
  local sum = string.format("%s seq %d", message and message.name
    or string.format("message 0x%02X", item.id), number(range:range(4, 4), header.named.sequence))
  if not message then
    tree:add_proto_expert_info(findings.unknown, "The specs have no such message")
  elseif length == message.length then
    add_fields(tree, range, message)
    local said = {}
    for _, name in ipairs(message.brief) do
      local field = message.named[name]
      said[#said + 1] = brief(range:range(field.offset, field.bytes), field)
    end
    if #said > 0 then sum = sum .. " " .. table.concat(said, ", ") end
  elseif item.verdict.header == 1 then
    tree:add_proto_expert_info(findings.length,
      string.format("%d bytes instead of %d", length, message.length))
  end
  if not message or length >= message.length or item.verdict.header == 1 then
    tree:add_le(shown.checksum, range:range(length - checksum_bytes, checksum_bytes))
  end
  add_verdict(tree, shown.checksum_status, range, item.verdict.header,
    spec.pdu_crc.name .. " of the PDU does not match")
  return sum, message and message.pipe
end

local function show_line(tree, range, item)
  local line = spec.line
  local head = range:range(0, math.min(range:len(), line.length))
  add_fields(tree, head, line)
  add_verdict(tree, shown.checksum_status, head, item.verdict.header,
    spec.line_crc.name .. " of the header does not match")
  if range:len() > line.length then
    tree:add(shown.samples, range:range(line.length))
  end
  if item.verdict.samples then
    add_verdict(tree, shown.samples_status, range, item.verdict.samples,
      spec.line_crc.name .. " of the samples does not match")
  end
  local sum = "A-line"
  if head:len() >= 8 then
    sum = sum .. " seq " .. number(head:range(4, 4), header.named.sequence)
  end
  return sum, line.pipe
end

local function show_pieces(tree, item)
  for _, frame in ipairs(item.frames or {}) do
    tree:add(shown.piece, frame):set_generated()
  end
  if item.frames then tree:add(shown.piece, item.frame):set_generated() end
end

local function show_fragment(tree, range, item)
  local name = item.id and names[item.id] or "message"
  local text = string.format("part of %s, %d bytes", name, range:len())
  if item.length then text = string.format("%s, %d of %d", text, item.have, item.length) end
  tree:add(shown.fragment, range)
  if item.whole then tree:add(shown.whole, item.whole.frame):set_generated() end
  if item.is_cut then
    tree:add_proto_expert_info(findings.cut, "The capture does not hold all of this message")
  end
  return text
end

local function show_skipped(tree, range, item)
  if item.starts then
    tree:add(shown.before, range):add_proto_expert_info(findings.cut,
      "Before the first message that the capture holds whole")
    return range:len() .. " bytes before a whole message"
  end
  tree:add(shown.skipped, range):add_proto_expert_info(findings.skipped,
    range:len() .. " bytes belong to no message")
  return range:len() .. " bytes of no message"
end

-- Adds one item of a transfer; gives what sums it up.
local function show_item(tvb, tree, stream, item)
  local here = item.to > item.from and tvb:range(item.from, item.to - item.from)
  if item.kind == "cut" then
    local top = tree:add(peakgate, tvb:range(), "Peakgate: the rest was not captured")
    local entry = top:add(shown.cut, item.missing)
    entry:set_generated()
    entry:add_proto_expert_info(findings.cut, item.missing .. " bytes were not captured")
    return item.missing .. " bytes not captured"
  end
  local range = here
  if item.bytes then range = ByteArray.new(item.bytes, true):tvb("Peakgate message"):range() end
  local top = tree:add(peakgate, here or range)
  top:add(shown.pipe, stream.pipe):set_generated()
  local sum, pipe
  if item.kind == "message" then
    sum, pipe = show_message(top, range, item)
  elseif item.kind == "line" then
    sum, pipe = show_line(top, range, item)
  elseif item.kind == "fragment" then
    sum = show_fragment(top, range, item)
  else
    sum = show_skipped(top, range, item)
  end
  if pipe and pipe ~= stream.pipe then
    top:add_proto_expert_info(findings.pipe, "Belongs on the " .. pipe .. " pipe")
  end
  if item.verdict then
    if range:len() >= 8 then add_sequence(top, range, item) end
    if item.verdict.header == 0 or item.verdict.samples == 0 then sum = sum .. " [damaged]" end
    if item.is_cut then
      sum = sum .. " [cut]"
      top:add_proto_expert_info(findings.cut, "The capture does not hold all of its samples")
    end
    if item.step then sum = sum .. " [after " .. item.after .. "]" end
    show_pieces(top, item)
  end
  top:add(shown.here, item.to - item.from):set_generated()
  top:append_text(": " .. sum)
  return sum
end
