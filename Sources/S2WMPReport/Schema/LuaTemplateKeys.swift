/// The fixed code of the Lua dissector: which messages a key log would open (wire format, section 5.6).
extension LuaTemplate {
  static let keys = #"""

    -- The key log --------------------------------------------------------------------------------------------------------------------

    local LARGEST_LOG, MAXIMUM_KEYS, MAXIMUM_TRIES, LARGEST_NUMBER = 16777216, 100000, 8, "18446744073709551615"

    -- Secrets of pairs, by `low-high`, and content keys of messages, by `sender receiver datetime`, as hex. `version` changes with the file.
    local log = { pairs = {}, contents = {}, derived = {}, count = 0, size = -1, looked = 0, version = 0 }

    local function is_hex(word, smallest, largest)
      return word and #word % 2 == 0 and #word >= smallest and #word <= largest and not word:find("%X")
    end

    local function is_number(word)
      local digits = word and not word:find("%D") and #word <= 20 and word:gsub("^0+", "")
      return digits and (#digits < 20 or digits <= LARGEST_NUMBER)
    end

    local function has_room()
      if log.count >= MAXIMUM_KEYS then return false end
      log.count = log.count + 1
      return true
    end

    -- A later secret of a pair wins.
    local function keep_secret(one, other, secret)
      local pair = one < other and one .. "-" .. other or other .. "-" .. one
      if log.pairs[pair] or has_room() then log.pairs[pair] = secret end
    end

    -- Each try to send a message has a content key of its own.
    local function keep_content_key(message, key)
      local tries = log.contents[message] or {}
      if #tries >= MAXIMUM_TRIES or not has_room() then return end
      tries[#tries + 1] = key
      log.contents[message] = tries
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
        keep_secret(one, other, words[4])
      elseif words[1] == "CEK" and #words == 5 and is_number(words[4]) and is_hex(words[5], 64, 64) then
        local time = words[4]:gsub("^0+", "")
        keep_content_key(table.concat({ one, other, time == "" and "0" or time }, " "), words[5])
      end
    end

    local function empty_log(path, size)
      log = { pairs = {}, contents = {}, derived = {}, count = 0, size = size, looked = os.time(), path = path, version = log.version + 1 }
    end

    -- Reads the key log, unless it is as long as it was.
    local function read_key_log()
      log.looked = os.time()
      local path = s2wmp.prefs.key_log
      local file = path and path ~= "" and io.open(path, "rb")
      local size = file and file:seek("end")
      if not size then
        if file then file:close() end
        if log.size ~= -1 then empty_log(nil, -1) end
        return
      end
      if size ~= log.size or path ~= log.path then
        empty_log(path, size)
        file:seek("set")
        for line in (file:read(math.min(size, LARGEST_LOG)) or ""):gmatch("[^\n]+") do take_key(line) end
      end
      file:close()
    end

    local function from_hex(text)
      return (text:gsub("..", function(digits) return string.char(tonumber(digits, 16)) end))
    end

    -- The keys of one direction of a pair (wire format, sections 5.4 and 5.5).
    local function keys_of(packet, pair)
      local direction = packet.raw.sender_id .. packet.raw.receiver_id
      local known = log.derived[direction]
      if not known then
        local secret, salt = from_hex(log.pairs[pair]), from_hex((pair:gsub("-", "")))
        known = { body = derive(secret, salt, "S2WMP1 message" .. direction), hash = derive(secret, salt, "S2WMP1 hash" .. direction) }
        log.derived[direction] = known
      end
      return known
    end

    local WRAPPED_SIZES = { 384, 256, 512 }

    -- The plaintext of a body of either suite, or nil. Of the RSA part only its size matters: the log has what is in it.
    local function open_body(packet, keys, header, body)
      local text = open_gcm(keys.body, header, body)
      if text then return text end
      local message = table.concat({ to_hex(packet.raw.sender_id), to_hex(packet.raw.receiver_id), packet.datetime }, " ")
      for _, content_key in ipairs(log.contents[message] or {}) do
        local key = derive(from_hex(content_key), keys.body, "S2WMP1 rsa body")
        for _, size in ipairs(WRAPPED_SIZES) do
          text = open_gcm(key, header, body:sub(size + 1))
          if text then return text end
        end
      end
    end

    -- What the keys tell of a message or status change of v1: `text` when it opens, `hash_ok`.
    local function open_message(packet, pair)
      local bytes, keys = packet.range:raw(), keys_of(packet, pair)
      local header, body = bytes:sub(1, 48), bytes:sub(81)
      local text = packet.name == "SC" and "" or open_body(packet, keys, header, body)
      if not text then return {} end
      local is_right = hmac(keys.hash, header .. text):sub(1, 16) == bytes:sub(65, 80)
      return { text = packet.name == "M" and text or nil, hash_ok = is_right }
    end

    -- Whether the key log has the secret of a message's two users, and what it opens; nil for other packets, and without a key log. The
    -- answer is kept in the packet's `link` as long as the log is the same.
    local function decryption_of(packet, link)
      local path, pair = s2wmp.prefs.key_log, link.pair
      if not path or path == "" or not pair or not packet.raw.sender_id then return nil end
      local is_closed = not log.pairs[pair] or packet.name == "M" and not (link.opened and link.opened.text)
      if is_closed and os.time() > log.looked then read_key_log() end
      if not log.pairs[pair] then return "no key", {} end
      if link.version ~= log.version then
        link.opened = bits and packet.dialect == V1 and open_message(packet, pair) or {}
        link.version = log.version
      end
      return link.opened.text and "decrypted" or "key known", link.opened
    end

    -- Text of a stranger's as UTF-8 that nothing stumbles over.
    local function displayable(text)
      if not is_utf8_text(text) then text = text:gsub("[\x80-\xff]", "\xef\xbf\xbd") end
      return (text:gsub("%z", "\xe2\x90\x80"))
    end

    -- The beginning of it for the list, without controls and invisible marks.
    local function excerpt(text)
      local short = displayable(text):gsub("\xe2\x80[\x8b-\x8f\xa8-\xae]", "."):gsub("\xe2\x81[\xa0-\xaf]", "."):gsub("[%c\x7f]", ".")
      if #short <= 60 then return '"' .. short .. '"' end
      return '"' .. short:sub(1, 60):gsub("[\xc0-\xff][\x80-\xbf]*$", "") .. '…"'
    end

    """#
}
