
-- Frames -----------------------------------------------------------------------------------------

-- Of the capture at hand: streams by pipe, devices known to be consoles, and the items of frames.
local streams, consoles, frames = {}, {}, {}

function peakgate.init() streams, consoles, frames = {}, {}, {} end

-- The device and the endpoint that a frame concerns, from the addresses that Wireshark shows
-- ("host" and "bus.device.endpoint").
local function where(pinfo)
  local source, target = tostring(pinfo.src), tostring(pinfo.dst)
  local is_input = target == "host"
  local device, endpoint = (is_input and source or target):match("^(.+)%.(%d+)$")
  if not device then return nil end
  return device, tonumber(endpoint) % 0x80 + (is_input and 0x80 or 0)
end

-- Whether data begins as an A-line or a message of this pipe does, or holds one that is proved.
-- A message fits one packet, so that only a line may be unfinished.
local function looks_like(bytes, pipe)
  local at = 1
  while true do
    at = bytes:find(magic, at, true)
    if not at then return false end
    local known = known_header(bytes, at)
    if known and known.pipe == pipe then
      local kind = judge(bytes, at, at > 1)
      if not kind and at == 1 and known == spec.line then return true end
      if kind and kind ~= "skipped" then return true end
    end
    at = at + 1
  end
end

-- The items of a frame, found once; nil when it is none of the console's.
local function items_of(tvb, pinfo, transfer, is_known)
  local device, address = where(pinfo)
  local endpoint = address and spec.endpoints[address]
  if not endpoint or (transfer and transfer ~= endpoint.transfer) then return nil end
  local key = device .. "/" .. address
  local stream = streams[key]
  local place = pinfo.number .. "/" .. key
  if frames[place] or pinfo.visited then return frames[place], stream end
  local bytes = tvb:len() > 0 and tvb:raw(0, tvb:len()) or ""
  if not (is_known or consoles[device]) then
    if not looks_like(bytes, endpoint.pipe) then return nil end
    consoles[device] = true
  end
  if not stream then
    stream = new_stream(endpoint.pipe)
    streams[key] = stream
  end
  frames[place] = feed(stream, pinfo.number, bytes, tvb:reported_len() - tvb:len())
  return frames[place], stream
end

-- What the info column says: lines that follow each other make one entry.
local function sum_up(sums, items)
  local said, lines = {}, 0
  for index, sum in ipairs(sums) do
    local is_line = items[index].kind == "line" and sum:match("^A%-line seq %d+$")
    if is_line and lines > 0 then
      said[#said] = said[#said]:match("^A%-line seq %d+") .. " to " .. sum:match("%d+$")
    else
      said[#said + 1] = sum
    end
    lines = is_line and lines + 1 or 0
  end
  local rest = #said - 6
  if rest > 0 then return table.concat(said, "; ", 1, 6) .. "; … +" .. rest end
  return table.concat(said, "; ")
end

local function dissect(tvb, pinfo, tree, transfer, is_known)
  local items, stream = items_of(tvb, pinfo, transfer, is_known)
  if not items then return false end
  local sums = {}
  for index, item in ipairs(items) do sums[index] = show_item(tvb, tree, stream, item) end
  pinfo.cols.protocol = "Peakgate"
  if #sums > 0 then pinfo.cols.info = sum_up(sums, items) end
  return true
end

-- By the ids of the device, or by choice of the user. Control transfers are left to USB.
function peakgate.dissector(tvb, pinfo, tree)
  return dissect(tvb, pinfo, tree, nil, true) and tvb:len() or 0
end

DissectorTable.get("usb.product"):add(spec.vendor_id * 0x10000 + spec.product_id, peakgate)
DissectorTable.get("usb.device"):add_for_decode_as(peakgate)
for _, transfer in ipairs {"bulk", "interrupt"} do
  -- A capture that began after the console was plugged in has no descriptors: by endpoint, and by
  -- what the data looks like.
  peakgate:register_heuristic("usb." .. transfer, function(tvb, pinfo, tree)
    return dissect(tvb, pinfo, tree, transfer, false)
  end)
end
