
-- Checksums ------------------------------------------------------------------------------------

-- Lua 5.2 has bit32, LuaJIT has bit, later ones have operators that earlier ones cannot parse.
local exclusive = bit32 and bit32.bxor or bit and bit.bxor
  or load("return function(a, b) return a ~ b end")()
local both = bit32 and bit32.band or bit and bit.band
  or load("return function(a, b) return a & b end")()
local right = bit32 and bit32.rshift or bit and bit.rshift
  or load("return function(a, n) return a >> n end")()

-- The function of a reflected 32-bit CRC that starts from all ones and inverts its result:
-- of `length` bytes of a string from place `at`, counted from 1.
local function checksum(polynomial)
  local reflected = 0
  for place = 0, 31 do
    if math.floor(polynomial / 2 ^ place) % 2 == 1 then reflected = reflected + 2 ^ (31 - place) end
  end
  reflected = math.floor(reflected)
  local table_of = {}
  for byte = 0, 255 do
    local register = byte
    for _ = 1, 8 do
      local is_odd = both(register, 1) == 1
      register = right(register, 1)
      if is_odd then register = exclusive(register, reflected) end
    end
    table_of[byte] = register
  end
  return function(bytes, at, length)
    local register = 0xFFFFFFFF
    for place = at, at + length - 1 do
      register = exclusive(
        table_of[both(exclusive(register, bytes:byte(place)), 255)], right(register, 8))
    end
    return exclusive(register, 0xFFFFFFFF) % 0x100000000
  end
end

local pdu_checksum = checksum(spec.pdu_crc.polynomial)
local line_checksum = checksum(spec.line_crc.polynomial)
