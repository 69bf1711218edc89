/// The fixed code of the Lua dissector: which messages a key log would open (wire format, section 5.6).
extension LuaTemplate {
  static let keys = #"""

    -- The key log --------------------------------------------------------------------------------------------------------------------

    local LARGEST_LOG, MAXIMUM_KEYS, LARGEST_NUMBER = 16777216, 100000, "18446744073709551615"

    -- Pairs whose secret the log holds, by `low-high`, and messages whose content key it holds, by `sender receiver datetime`.
    local log = { pairs = {}, contents = {}, count = 0, size = -1, looked = 0 }

    local function is_hex(word, smallest, largest)
      return word and #word % 2 == 0 and #word >= smallest and #word <= largest and not word:find("%X")
    end

    local function is_number(word)
      local digits = word and not word:find("%D") and #word <= 20 and word:gsub("^0+", "")
      return digits and (#digits < 20 or digits <= LARGEST_NUMBER)
    end

    local function keep_key(store, key, value)
      if store[key] or log.count >= MAXIMUM_KEYS then return end
      store[key] = value
      log.count = log.count + 1
    end

    -- Takes a line; one that says nothing is passed over.
    local function take_key(line)
      local words = {}
      for word in line:gsub("#.*", ""):gmatch("[^ \t\r]+") do
        words[#words + 1] = word
        if #words > 5 then return end
      end
      local one, other = (words[2] or ""):lower(), (words[3] or ""):lower()
      if not is_hex(one, 32, 32) or not is_hex(other, 32, 32) then return end
      if words[1] == "Z" and #words == 4 and is_hex(words[4], 2, 1024) then
        keep_key(log.pairs, one < other and one .. "-" .. other or other .. "-" .. one, true)
      elseif words[1] == "CEK" and #words == 5 and is_number(words[4]) and is_hex(words[5], 64, 64) then
        local time = words[4]:gsub("^0+", "")
        keep_key(log.contents, table.concat({ one, other, time == "" and "0" or time }, " "), true)
      end
    end

    -- Reads the key log, unless it is as long as it was.
    local function read_key_log()
      log.looked = os.time()
      local path = s2wmp.prefs.key_log
      local file = path and path ~= "" and io.open(path, "rb")
      local size = file and file:seek("end")
      if not size then
        if file then file:close() end
        log = { pairs = {}, contents = {}, count = 0, size = -1, looked = os.time() }
        return
      end
      if size ~= log.size or path ~= log.path then
        log = { pairs = {}, contents = {}, count = 0, size = size, looked = os.time(), path = path }
        file:seek("set")
        for line in (file:read(math.min(size, LARGEST_LOG)) or ""):gmatch("[^\n]+") do take_key(line) end
      end
      file:close()
    end

    -- Whether the key log holds the secret of a message's two users; nil for other packets, and without a key log.
    local function decryption_of(packet, pair)
      local path = s2wmp.prefs.key_log
      if not path or path == "" or not pair or not packet.raw.sender_id then return nil end
      if not log.pairs[pair] and os.time() > log.looked then read_key_log() end
      return log.pairs[pair] and "key known" or "no key"
    end

    local function has_content_key(packet, datetime)
      return log.contents[to_hex(packet.raw.sender_id) .. " " .. to_hex(packet.raw.receiver_id) .. " " .. datetime]
    end

    """#
}
