
-- The byte stream of a pipe ----------------------------------------------------------------------

local magic = string.char(spec.magic % 256, math.floor(spec.magic / 256))

local function word16(bytes, at)
  local low, high = bytes:byte(at, at + 1)
  return low + high * 0x100
end

local function word32(bytes, at) return word16(bytes, at) + word16(bytes, at + 2) * 0x10000 end

-- What the specs know by the first four bytes of a message or line, if its length is right too.
local function known_header(bytes, at)
  if #bytes - at < 3 or bytes:sub(at, at + 1) ~= magic then return nil end
  local id, length = bytes:byte(at + 2, at + 3)
  local known = id == spec.line.id and spec.line or spec.messages[id]
  return known and known.length == length and known or nil
end

local judge

-- Damage may hide that bytes are lost: the damaged item ends where a header begins that is proved,
-- or that waits for bytes to be.
local function damaged_length(bytes, at, length)
  local from = at + 1
  while true do
    local next = bytes:find(magic, from, true)
    if not next or next >= at + length then return length end
    if known_header(bytes, next) and judge(bytes, next, true) ~= "skipped" then return next - at end
    from = next + 1
  end
end

local function judge_line(bytes, at, searching)
  local left, line = #bytes - at + 1, spec.line
  if bytes:byte(at + 3) ~= line.length then return "skipped" end
  if left < line.length then return nil end
  local body = line.length - checksum_bytes
  if line_checksum(bytes, at, body) ~= word32(bytes, at + body) then
    if searching then return "skipped" end
    return "line", damaged_length(bytes, at, line.length), {header = 0}
  end
  local samples = 2 * word16(bytes, at + line.named.sample_count.offset)
  local whole = line.length + samples
  if left < whole then return nil, whole end
  local verdict = {header = 1, samples = 2}
  if peakgate.prefs.verify_samples then
    local found = line_checksum(bytes, at + line.length, samples)
    verdict.samples = found == word32(bytes, at + line.named.payload_crc.offset) and 1 or 0
  end
  if verdict.samples == 0 then whole = damaged_length(bytes, at, whole) end
  return "line", whole, verdict
end

-- What begins at a place: its kind, its length and what its checksums say. While `searching`, only
-- what is proved counts. Kind nil: more bytes must come; then the length, if it is known.
function judge(bytes, at, searching)
  local left = #bytes - at + 1
  if bytes:sub(at, at + 1) ~= magic:sub(1, left) then return "skipped" end
  if left < 4 then return nil end
  local id, length = bytes:byte(at + 2, at + 3)
  if id == spec.line.id then return judge_line(bytes, at, searching) end
  if length < header_bytes + checksum_bytes or length > spec.pdu_max then return "skipped" end
  if left < length then return nil, length end
  local body = length - checksum_bytes
  if pdu_checksum(bytes, at, body) == word32(bytes, at + body) then
    return "message", length, {header = 1}
  end
  local message = spec.messages[id]
  if searching or not message or message.length ~= length then return "skipped" end
  return "message", damaged_length(bytes, at, length), {header = 0}
end

-- The next place from `at` on where something else than bytes to skip may begin.
local function search(bytes, at)
  while at <= #bytes do
    local next = bytes:find(magic:sub(1, 1), at, true)
    if not next then return #bytes + 1 end
    if judge(bytes, next, true) ~= "skipped" then return next end
    at = next + 1
  end
  return at
end

-- Holds the sequence against the last of this connection; a new nonce is a new connection, and an
-- identify of nonce 0 begins one.
local function follow(stream, item, bytes, at)
  local sequence = word32(bytes, at + header.named.sequence.offset)
  local nonce = word32(bytes, at + header.named.nonce.offset)
  local last = stream.last[item.kind]
  local continues = last and nonce ~= 0
    and (last.nonce == nonce or last.nonce == 0 and stream.pipe == "command")
  if continues then
    local step = (sequence - last.sequence) % 0x100000000
    if step ~= 1 then item.step, item.after = step, last.sequence end
  end
  stream.last[item.kind] = {sequence = sequence, nonce = nonce}
end

local function new_stream(pipe)
  return {pipe = pipe, bytes = "", frames = {}, parts = {}, last = {}, rest = 0, starts = true}
end

-- A transfer of which the capture lacks the end: steps over a line whose length is known, else
-- forgets where it stands. `waiting`: bytes of the unfinished message; `whole`: all of its bytes,
-- if that is known.
local function lose(stream, missing, waiting, whole)
  local rest = whole and whole - waiting or 0
  stream.starts = rest < missing
  stream.rest = math.max(0, rest - missing)
  if stream.starts then stream.last = {} end
  stream.bytes, stream.frames, stream.parts = "", {}, {}
end

-- A message that ends, or is damaged, or has nothing more to come: its place in the specs, its
-- sequence, and what lies in earlier transfers.
local function complete(stream, item, at, is_continued)
  local bytes = stream.bytes
  local is_proved = item.verdict.header == 1
  stream.searching, stream.starts = not is_proved, false
  if is_proved then follow(stream, item, bytes, at) end
  item.id = bytes:byte(at + 2)
  if is_continued then
    item.bytes, item.frames = bytes:sub(at, at + item.length - 1), stream.frames
    for _, part in ipairs(stream.parts) do part.whole = part.whole or item end
  end
end

-- What is left of a transfer when nothing more in it is whole: the beginning of a message, or all
-- that the capture holds of a line.
local function begin(stream, frame, at, is_continued, missing)
  local length = #stream.bytes - at + 1
  local _, whole = judge(stream.bytes, at, false)
  local id = length > 2 and stream.bytes:byte(at + 2) or nil
  if missing > 0 and whole and id == spec.line.id then
    local item = {
      kind = "line", frame = frame, length = length, is_cut = true,
      verdict = {header = 1, samples = 2},
    }
    complete(stream, item, at, is_continued)
    return item, whole
  end
  return {
    kind = "fragment", id = id, length = whole, have = length, is_cut = missing > 0,
  }, whole
end

-- Takes the bytes of one transfer and gives the items that lie or end in it, each with its bytes
-- in this transfer: `from` up to `to`, counted from 0. `missing`: bytes that the capture lacks.
local function feed(stream, frame, data, missing)
  local items = {}
  local rest = math.min(stream.rest, #data)
  if rest > 0 then
    items[1] = {kind = "fragment", id = spec.line.id, from = 0, to = rest, is_cut = true}
    stream.rest = stream.rest - rest
  end
  local waiting = #stream.bytes
  local bytes = stream.bytes .. data:sub(rest + 1)
  stream.bytes = bytes
  local function place(at) return math.max(at - 1, waiting) - waiting + rest end
  local function put(item, at, length)
    item.from, item.to = place(at), place(at + length)
    items[#items + 1] = item
  end
  local at = 1
  while at <= #bytes do
    local kind, length, verdict = judge(bytes, at, stream.searching or stream.starts)
    if not kind then break end
    local item = {kind = kind, frame = frame, length = length, verdict = verdict}
    if kind == "skipped" then
      length = search(bytes, at + 1) - at
      item.starts = stream.starts
      stream.searching = true
      if place(at + length) > place(at) then put(item, at, length) end
    else
      complete(stream, item, at, at <= waiting)
      put(item, at, length)
    end
    at = at + length
    if at > waiting then stream.frames, stream.parts = {}, {} end
  end
  local left, whole = #bytes - at + 1, nil
  if left > 0 then
    local item
    item, whole = begin(stream, frame, at, at <= waiting, missing)
    put(item, at, left)
    if item.kind == "fragment" then
      stream.frames[#stream.frames + 1] = frame
      stream.parts[#stream.parts + 1] = item
    end
  end
  if missing > 0 then
    -- The rest of an earlier line may lie in what is missing.
    local of_rest = math.min(stream.rest, missing)
    stream.rest = stream.rest - of_rest
    if missing > of_rest then lose(stream, missing - of_rest, left, whole) end
    items[#items + 1] = {kind = "cut", from = #data, to = #data, missing = missing}
  else
    stream.bytes = bytes:sub(at)
  end
  return items
end
