/// The fixed code of the Lua dissector: who speaks with whom.
extension LuaTemplate {
  static let people = #"""

    -- Users --------------------------------------------------------------------------------------------------------------------------

    local NOBODY = ("\0"):rep(16)
    local MAXIMUM_NAMES, LONGEST_NAME = 4096, 48

    -- Names by ID, as chat requests, their responses and broadcasts tell them: `text`, `is_doubtful`. Who claimed a name first, by how it looks.
    local names, name_count, claims = {}, 0, {}
    -- The first pairs of users seen, for the menus.
    local first_pairs, MAXIMUM_PAIRS = {}, 8

    local function forget_people()
      names, name_count, claims, first_pairs = {}, 0, {}, {}
    end

    -- The same few IDs come again and again.
    local hex_of, hex_count, MAXIMUM_HEX = {}, 0, 16384

    local function to_hex(bytes)
      local known = hex_of[bytes]
      if known then return known end
      if hex_count >= MAXIMUM_HEX then hex_of, hex_count = {}, 0 end
      known = bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end)
      hex_of[bytes], hex_count = known, hex_count + 1
      return known
    end

    local function short_id(id)
      return id:sub(1, 4) .. "…" .. id:sub(-4)
    end

    -- The name of an ID, or nil. Anyone can claim any name: an ID with two names, or a name of two IDs, is shown with the ID.
    local function name_of(id)
      local known = names[id]
      if not known then return nil end
      local is_sure = not known.is_doubtful and claims[known.text:lower()] == id
      return is_sure and known.text or known.text .. " " .. short_id(id)
    end

    local function who(id)
      return name_of(id) or short_id(id)
    end

    local function keep_name(id, name, is_cut)
      local known = names[id]
      if known then
        if known.text == name or (is_cut and known.text:sub(1, #name) == name) then return end
        if not known.is_cut or name:sub(1, #known.text) ~= known.text then
          known.is_doubtful = true
          return
        end
      elseif name_count >= MAXIMUM_NAMES then
        return
      else
        name_count = name_count + 1
      end
      names[id] = { text = name, is_cut = is_cut, is_doubtful = name:find("[^\x20-\x7e]") ~= nil }
      local appearance = name:lower()
      if claims[appearance] == nil then claims[appearance] = id elseif claims[appearance] ~= id then claims[appearance] = false end
    end

    -- Whose name the packet tells: the field of the ID.
    local function named_field(packet)
      local status = packet.values.status
      if packet.name == "CR" then return (packet.dialect == V1 or status == 1) and "requestor_id" or nil end
      if packet.name == "CRR" then return status == 0 and "user_id" or nil end
      return packet.name == "UB" and "user_id" or nil
    end

    local function learn_name(packet)
      local id, name = packet.raw[named_field(packet) or ""], packet.values.name
      if not id or id == NOBODY or not name or name == "" then return end
      name = name:sub(1, LONGEST_NAME):gsub("[%c\x7f-\xff]", ".")
      keep_name(to_hex(id), name, packet.name == "UB" and packet.length == 43)
    end

    -- The user IDs in a packet, in wire order, as hex; zero means nobody.
    local function ids_in(packet)
      local ids = {}
      for _, row in ipairs(packet.layout.rows) do
        local id = (row.role == "user_id" or row.role == "id_of_key") and packet.raw[row.name]
        if id and id ~= NOBODY then ids[#ids + 1] = to_hex(id) end
      end
      return ids
    end

    -- The two users that a packet is about, the lower ID first, or nil. A bootstrap server is no user, and an ID change names one user twice.
    local function pair_in(packet, ids)
      if #ids ~= 2 or ids[1] == ids[2] or packet.name == "BSR" or packet.name == "IC" then return nil end
      local low, high = ids[1], ids[2]
      if low > high then low, high = high, low end
      return low .. "-" .. high
    end

    local function note_pair(pair)
      if #first_pairs >= MAXIMUM_PAIRS then return end
      for _, known in ipairs(first_pairs) do
        if known == pair then return end
      end
      first_pairs[#first_pairs + 1] = pair
    end

    local function pair_text(pair)
      return who(pair:sub(1, 32)) .. ", " .. who(pair:sub(34))
    end

    -- Whom a message goes from and to, for the list; nothing for other packets.
    local function speakers(packet)
      local from, to = packet.raw.sender_id, packet.raw.receiver_id
      return from and to and who(to_hex(from)) .. " → " .. who(to_hex(to)) or nil
    end

    """#
}
