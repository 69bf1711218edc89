/// The fixed code of the Lua dissector: SHA-256, HMAC, HKDF and AES-256-GCM, as Wireshark's Lua has none of them (RFC 2104, 5869, FIPS 180-4, 197, SP 800-38D).
extension LuaTemplate {
  static let cryptography = #"""

    -- Cryptography -------------------------------------------------------------------------------------------------------------------

    -- Lua's own library, or Wireshark's; without either nothing is decrypted.
    local bits = bit32 or bit
    local band, bor, bxor, lshift, rshift = bits and bits.band, bits and bits.bor, bits and bits.bxor, bits and bits.lshift, bits and bits.rshift

    local function rotate(word, count)
      return bor(rshift(word, count), lshift(word, 32 - count))
    end

    local function word_at(text, at)
      local a, b, c, d = text:byte(at, at + 3)
      return bor(lshift(a, 24), lshift(b, 16), lshift(c, 8), d)
    end

    local function bytes_of(words)
      local out = {}
      for index, word in ipairs(words) do
        out[index] = string.char(rshift(word, 24), band(rshift(word, 16), 255), band(rshift(word, 8), 255), band(word, 255))
      end
      return table.concat(out)
    end

    -- The first 32 bits of the fractional parts of square and cube roots of primes.
    local sha_start, sha_rounds = {
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    }, {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
      0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
      0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
      0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
      0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
      0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
      0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    }

    local function sha_block(state, text, from)
      local w = {}
      for index = 1, 16 do w[index] = word_at(text, from + 4 * index - 4) end
      for index = 17, 64 do
        local x, y = w[index - 15], w[index - 2]
        local small, large = bxor(rotate(x, 7), rotate(x, 18), rshift(x, 3)), bxor(rotate(y, 17), rotate(y, 19), rshift(y, 10))
        w[index] = band(w[index - 16] + small + w[index - 7] + large, 0xffffffff)
      end
      local a, b, c, d, e, f, g, h = state[1], state[2], state[3], state[4], state[5], state[6], state[7], state[8]
      for index = 1, 64 do
        local choice = bxor(g, band(e, bxor(f, g)))
        local first = h + bxor(rotate(e, 6), rotate(e, 11), rotate(e, 25)) + choice + sha_rounds[index] + w[index]
        local second = bxor(rotate(a, 2), rotate(a, 13), rotate(a, 22)) + bxor(band(a, b), band(a, c), band(b, c))
        a, b, c, d, e, f, g, h = band(first + second, 0xffffffff), a, b, c, band(d + first, 0xffffffff), e, f, g
      end
      for index, word in ipairs({ a, b, c, d, e, f, g, h }) do state[index] = band(state[index] + word, 0xffffffff) end
    end

    local function sha256(text)
      local state = {}
      for index, word in ipairs(sha_start) do state[index] = word end
      local size = #text
      text = text .. "\x80" .. ("\0"):rep((-size - 9) % 64) .. "\0\0\0\0" .. bytes_of({ band(size * 8, 0xffffffff) })
      for from = 1, #text, 64 do sha_block(state, text, from) end
      return bytes_of(state)
    end

    local function hmac(key, text)
      if #key > 64 then key = sha256(key) end
      key = key .. ("\0"):rep(64 - #key)
      local inner = key:gsub(".", function(byte) return string.char(bxor(byte:byte(), 0x36)) end)
      local outer = key:gsub(".", function(byte) return string.char(bxor(byte:byte(), 0x5c)) end)
      return sha256(outer .. sha256(inner .. text))
    end

    -- HKDF of 32 bytes.
    local function derive(secret, salt, info)
      return hmac(hmac(salt, secret), info .. "\1")
    end

    local function double(byte)
      return byte < 128 and byte * 2 or bxor(byte * 2, 0x11b)
    end

    -- The S-box, by powers of 3 in the field.
    local sbox = {}

    local function fill_sbox()
      local powers, logarithms, value = {}, {}, 1
      for exponent = 0, 254 do
        powers[exponent], logarithms[value] = value, exponent
        value = bxor(value, double(value))
      end
      for byte = 0, 255 do
        local x = byte == 0 and 0 or powers[(255 - logarithms[byte]) % 255]
        local y = bxor(x, 0x63)
        for _ = 1, 4 do
          x = band(bor(x * 2, rshift(x, 7)), 255)
          y = bxor(y, x)
        end
        sbox[byte] = y
      end
    end

    -- One table of S-box and column mixing; the three others are its rotations.
    local mixed = {}

    if bits then
      fill_sbox()
      for byte = 0, 255 do
        local s, two = sbox[byte], double(sbox[byte])
        mixed[byte] = bor(lshift(two, 24), lshift(s, 16), lshift(s, 8), bxor(two, s))
      end
    end

    local function substituted(word)
      return bor(lshift(sbox[band(rshift(word, 24), 255)], 24), lshift(sbox[band(rshift(word, 16), 255)], 16),
        lshift(sbox[band(rshift(word, 8), 255)], 8), sbox[band(word, 255)])
    end

    -- The 60 words of a 256-bit key.
    local function expanded(key)
      local w, constant = {}, 1
      for index = 0, 7 do w[index] = word_at(key, 4 * index + 1) end
      for index = 8, 59 do
        local word = w[index - 1]
        if index % 8 == 0 then
          word = bxor(substituted(rotate(word, 24)), lshift(constant, 24))
          constant = double(constant)
        elseif index % 8 == 4 then
          word = substituted(word)
        end
        w[index] = bxor(w[index - 8], word)
      end
      return w
    end

    local function mix(a, b, c, d, key)
      return bxor(mixed[band(rshift(a, 24), 255)], rotate(mixed[band(rshift(b, 16), 255)], 8), rotate(mixed[band(rshift(c, 8), 255)], 16),
        rotate(mixed[band(d, 255)], 24), key)
    end

    local function last(a, b, c, d, key)
      return bxor(bor(lshift(sbox[band(rshift(a, 24), 255)], 24), lshift(sbox[band(rshift(b, 16), 255)], 16),
        lshift(sbox[band(rshift(c, 8), 255)], 8), sbox[band(d, 255)]), key)
    end

    local function encrypt(w, a, b, c, d)
      a, b, c, d = bxor(a, w[0]), bxor(b, w[1]), bxor(c, w[2]), bxor(d, w[3])
      for at = 4, 52, 4 do
        a, b, c, d = mix(a, b, c, d, w[at]), mix(b, c, d, a, w[at + 1]), mix(c, d, a, b, w[at + 2]), mix(d, a, b, c, w[at + 3])
      end
      return last(a, b, c, d, w[56]), last(b, c, d, a, w[57]), last(c, d, a, b, w[58]), last(d, a, b, c, w[59])
    end

    -- The hash key times each power of x.
    local function shifts_of(a, b, c, d)
      local all = {}
      for index = 1, 128 do
        all[index] = { a, b, c, d }
        local carry = band(d, 1)
        d = bor(rshift(d, 1), lshift(c, 31))
        c = bor(rshift(c, 1), lshift(b, 31))
        b = bor(rshift(b, 1), lshift(a, 31))
        a = bxor(rshift(a, 1), carry == 1 and 0xe1000000 or 0)
      end
      return all
    end

    local function multiplied(shifts, words)
      local a, b, c, d = 0, 0, 0, 0
      for index = 0, 3 do
        local word = words[index + 1]
        for bit_number = 0, 31 do
          if band(rshift(word, 31 - bit_number), 1) == 1 then
            local shift = shifts[32 * index + bit_number + 1]
            a, b, c, d = bxor(a, shift[1]), bxor(b, shift[2]), bxor(c, shift[3]), bxor(d, shift[4])
          end
        end
      end
      return { a, b, c, d }
    end

    local function padded(text)
      return text .. ("\0"):rep(-#text % 16)
    end

    local function ghash(shifts, data, text)
      local all = padded(data) .. padded(text) .. bytes_of({ 0, #data * 8, 0, #text * 8 })
      local sum = { 0, 0, 0, 0 }
      for from = 1, #all, 16 do
        for index = 1, 4 do sum[index] = bxor(sum[index], word_at(all, from + 4 * index - 4)) end
        sum = multiplied(shifts, sum)
      end
      return sum
    end

    -- AES-256-GCM: the plaintext, or nil when the tag is another's. `sealed` is nonce (12), ciphertext, tag (16).
    local function open_gcm(key, data, sealed)
      if #sealed < 28 then return nil end
      local w, text, tag = expanded(key), sealed:sub(13, -17), sealed:sub(-16)
      local n1, n2, n3 = word_at(sealed, 1), word_at(sealed, 5), word_at(sealed, 9)
      local sum, mask = ghash(shifts_of(encrypt(w, 0, 0, 0, 0)), data, text), { encrypt(w, n1, n2, n3, 1) }
      for index = 1, 4 do sum[index] = bxor(sum[index], mask[index]) end
      if bytes_of(sum) ~= tag then return nil end
      local out, whole = {}, padded(text)
      for from = 1, #whole, 16 do
        local stream = { encrypt(w, n1, n2, n3, 2 + (from - 1) / 16) }
        for index = 1, 4 do stream[index] = bxor(stream[index], word_at(whole, from + 4 * index - 4)) end
        out[#out + 1] = bytes_of(stream)
      end
      return table.concat(out):sub(1, #text)
    end

    """#
}
