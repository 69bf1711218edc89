/// The fixed code of the Lua dissector, second part: conversations and registration.
extension LuaTemplate {
  static let dialects = #"""

    -- Telling the dialects apart -----------------------------------------------------------------------------------------------------

    -- What is known of conversations, by Wireshark's own numbers of them. `ours`, `dialect`; for TCP also what happened on each side.
    local conversations = { tcp = {}, udp = {} }

    function s2wmp.init()
      conversations = { tcp = {}, udp = {} }
      forget_people()
      forget_exchanges()
      read_key_log()
    end

    local stream_fields = { tcp = Field.new("tcp.stream"), udp = Field.new("udp.stream") }

    local function conversation(transport)
      local found = { stream_fields[transport]() }
      local number = #found > 0 and found[#found].value or -1
      local known = conversations[transport]
      if not known[number] then known[number] = { sides = {} } end
      return known[number]
    end

    local dialect_choices = { [1] = V1, [2] = LEGACY }

    local function forced_dialect()
      return dialect_choices[s2wmp.prefs.dialect]
    end

    -- How packets of a dialect cover the bytes from `at` on: "tiles" them to the end, is "partial" at the end, or meets a "fault".
    local function tiling(tvb, at, dialect)
      while at < tvb:len() do
        local outcome, length = frame(tvb, at, dialect, false)
        if outcome == "fault" then return "fault" end
        if outcome == "incomplete" then return "partial" end
        at = at + length
      end
      return "tiles"
    end

    -- What the first packet's own bytes say, or nil. Types of one dialect only; then, where v1 has status and undefined space, their values.
    local function dialect_of_values(tvb, at)
      if tvb:len() < at + 2 then return nil end
      local type = tvb(at + 1, 1):uint()
      if not layout_of[LEGACY][type] then return layout_of[V1][type] and V1 or nil end
      if not layout_of[V1][type] then return LEGACY end
      if layout_of[V1][type] ~= layouts.messaging or tvb:len() < at + 16 then return nil end
      local status = tvb(at + 2, 1):uint()
      if short_names[type] == "M" and status == 0 then return V1 end
      if short_names[type] == "M" and status == 4 then return LEGACY end
      return tvb(at + 13, 3):uint() == 0 and V1 or LEGACY
    end

    -- Whether the undefined space of v1 is there and zero: three bytes of a random ID in the other dialect.
    local function has_zero_space(tvb, at)
      return tvb:len() >= at + 16 and layout_of[V1][tvb(at + 1, 1):uint()] == layouts.messaging and tvb(at + 13, 3):uint() == 0
    end

    -- The dialect of a stream from the bytes at hand; nil when they fit both. Where both could go on the undefined space weighs most: no
    -- packet of the other dialect is likely to have it by chance.
    local function decide(tvb, at)
      local v1, legacy = tiling(tvb, at, V1), tiling(tvb, at, LEGACY)
      if v1 ~= legacy then
        if legacy == "fault" then return V1 end
        if v1 == "fault" then return LEGACY end
        return v1 == "tiles" and V1 or LEGACY
      end
      if v1 == "tiles" then return nil end
      if v1 == "partial" and has_zero_space(tvb, at) then return V1 end
      return dialect_of_values(tvb, at)
    end

    -- Bytes that the packet at `at` needs in all before its dialect can be told.
    local function undecided_need(tvb, at)
      local v1, v1_need = frame(tvb, at, V1, false)
      local legacy, legacy_need = frame(tvb, at, LEGACY, false)
      if v1 ~= "incomplete" or legacy ~= "incomplete" then return nil end
      local have = tvb:len() - at
      if have < 16 and layout_of[V1][have > 1 and tvb(at + 1, 1):uint() or 1] == layouts.messaging then return 16 end
      return math.min(v1_need, legacy_need)
    end

    """#

  static let datagrams = #"""

    -- UDP: one datagram, one packet --------------------------------------------------------------------------------------------------

    -- "packet", or the expert code of what is wrong; the snap length of the capture may have cut it.
    local function datagram_status(tvb, dialect)
      local outcome, detail = frame(tvb, 0, dialect, true)
      if outcome ~= "fault" and tvb:len() < tvb:reported_len() then return "malformed.truncated" end
      if outcome == "framed" then return detail == tvb:len() and "packet" or "malformed.trailing" end
      return outcome == "incomplete" and "malformed.truncated" or detail
    end

    -- The dialect in which the datagram is a packet, or nil.
    local function dialect_of_datagram(tvb)
      local forced = forced_dialect()
      for _, dialect in ipairs({ V1, LEGACY }) do
        if (not forced or forced == dialect) and datagram_status(tvb, dialect) == "packet" then return dialect end
      end
    end

    -- Whether a first datagram on a port of ours is a packet with bytes left over.
    local function has_trailing(tvb)
      for _, dialect in ipairs({ V1, LEGACY }) do
        if (forced_dialect() or dialect) == dialect and datagram_status(tvb, dialect) == "malformed.trailing" then return true end
      end
      return false
    end

    -- Answers whether the datagram is ours: the first one of its conversation has to be a packet; on a port of ours
    -- (`is_known`) bytes may be left over.
    local function dissect_datagram(tvb, pinfo, root, is_known)
      local known = conversation("udp")
      local dialect = dialect_of_datagram(tvb)
      if known.ours == nil then
        known.ours = dialect ~= nil or is_known and has_trailing(tvb)
      end
      if not known.ours then return false end
      if dialect then
        known.dialect = dialect
        show_packet(tvb, 0, tvb:len(), pinfo, root, dialect, known)
      else
        local presumed = forced_dialect() or known.dialect or V1
        show_malformed(tvb(), pinfo, root, presumed, datagram_status(tvb, presumed))
      end
      return true
    end

    """#

  static let streams = #"""

    -- TCP: packets back to back ------------------------------------------------------------------------------------------------------

    local lost_segment = Field.new("tcp.analysis.lost_segment")
    local seen_parts = Field.new("tcp.completeness")

    -- The state of one direction. `runs`: frames {from, to} whose bytes frame no packet; such a stream cannot be resynchronised, but after
    -- a gap in the capture (`gap`) it goes on with the first segment that begins a packet.
    local function side_of(known, pinfo)
      local key = tostring(pinfo.src) .. " " .. pinfo.src_port
      if not known.sides[key] then known.sides[key] = { runs = {}, key = "s2wmp " .. key } end
      return known.sides[key]
    end

    -- Whether the bytes belong to a run of those. One that begins in this very frame is known by a mark of this dissection.
    local function is_lost(side, pinfo, tvb, dialect)
      if pinfo.private[side.key] then return true end
      for _, run in ipairs(side.runs) do
        if pinfo.number > run.from and (not run.to or pinfo.number < run.to) then
          if not run.to and run.gap and pinfo.number >= run.gap and frame(tvb, 0, dialect, false) ~= "fault" then
            run.to = pinfo.number
            return false
          end
          return true
        end
      end
      return false
    end

    local function note_gap(side, number)
      local run = side.runs[#side.runs]
      if run and not run.to and not run.gap and number > run.from then run.gap = number end
    end

    -- A capture that began in mid-stream (no SYN was seen) has its gap at the start.
    local function begin_run(side, pinfo)
      local parts = seen_parts()
      local is_cut = not side.has_packets and parts and parts.value % 4 == 0
      local run = side.runs[#side.runs]
      if not run or run.from < pinfo.number then
        side.runs[#side.runs + 1] = { from = pinfo.number, gap = is_cut and pinfo.number or nil }
      end
      pinfo.private[side.key] = "1"
    end

    -- Asks for more bytes of the packet at `at`, which needs `need` in all; false when there will be none.
    local function wait(pinfo, tvb, at, need)
      if pinfo.can_desegment == 0 then return false end
      pinfo.desegment_offset = at
      pinfo.desegment_len = need - (tvb:len() - at)
      return true
    end

    -- Shows the packets of the bytes at hand.
    local function dissect_packets(tvb, pinfo, root, known, side)
      local at = 0
      while at < tvb:len() do
        local dialect = forced_dialect() or known.dialect or decide(tvb, at)
        local need = not dialect and undecided_need(tvb, at)
        if need and wait(pinfo, tvb, at, need) then return end
        local outcome, detail = frame(tvb, at, dialect or V1, false)
        if outcome == "incomplete" and wait(pinfo, tvb, at, detail) then return end
        if outcome ~= "framed" then
          begin_run(side, pinfo)
          return show_malformed(tvb(at), pinfo, root, dialect or V1, outcome == "fault" and detail or "malformed.truncated")
        end
        if not known.dialect and not forced_dialect() then known.dialect = dialect end
        show_packet(tvb, at, detail, pinfo, root, dialect or V1, known)
        side.has_packets = true
        at = at + detail
      end
    end

    local function dissect_stream(tvb, pinfo, root)
      local known = conversation("tcp")
      local side = side_of(known, pinfo)
      if lost_segment() then note_gap(side, pinfo.number) end
      if is_lost(side, pinfo, tvb, forced_dialect() or known.dialect or V1) then
        add_info(pinfo, "bytes after malformed ones")
        return
      end
      dissect_packets(tvb, pinfo, root, known, side)
    end

    -- Whether the first bytes of a conversation on a port that is not ours look like a packet: a whole one, or one whose undefined space
    -- (else codes) and lengths are all well so far.
    local function begins_packet(tvb, dialect)
      local outcome = frame(tvb, 0, dialect, false)
      if outcome ~= "incomplete" or tvb:len() < 38 then return outcome == "framed" end
      local at = 0
      for _, row in ipairs(layout_of[dialect][tvb(1, 1):uint()].rows) do
        if not row.size or at + row.size > tvb:len() then return true end
        local value = row.size <= 4 and tvb(at, row.size):uint()
        if row.role == "reserved" then return value == 0 end
        if row.codes and not row.codes[value] and dialect ~= V1 then return false end
        at = at + row.size
      end
    end

    """#

  static let ports = #"""

    -- Registration -------------------------------------------------------------------------------------------------------------------

    s2wmp.prefs.tcp_ports = Pref.range("TCP ports", TCP_PORTS, "TCP ports of peers and bootstrap servers", 65535)
    s2wmp.prefs.udp_ports = Pref.range("UDP ports", UDP_PORTS, "UDP ports of peers and bootstrap servers", 65535)
    s2wmp.prefs.dialect = Pref.enum("Dialect", 0, "Which dialect packets are of; detected for each conversation by default",
      { { 1, "auto", 0 }, { 2, V1, 1 }, { 3, LEGACY, 2 } }, false)
    s2wmp.prefs.key_log = Pref.string("Key log", "", "Path of a key log (s2wmp peer --keylog FILE): messages are decrypted with it")

    -- On a port of ours a TCP conversation is ours once one side begins with the protocol's version.
    function s2wmp.dissector(tvb, pinfo, root)
      if pinfo.port_type == 3 then return dissect_datagram(tvb, pinfo, root, true) and tvb:len() or 0 end
      local known = conversation("tcp")
      if not known.ours then
        if not forced_dialect() and tvb(0, 1):uint() ~= PROTOCOL_VERSION then return 0 end
        known.ours = true
      end
      dissect_stream(tvb, pinfo, root)
      return tvb:len()
    end

    -- On other ports a conversation is ours when its first packet frames.
    s2wmp:register_heuristic("tcp", function(tvb, pinfo, root)
      local known = conversation("tcp")
      if known.ours == nil then known.ours = begins_packet(tvb, V1) or begins_packet(tvb, LEGACY) end
      if not known.ours then return false end
      dissect_stream(tvb, pinfo, root)
      pinfo.conversation = s2wmp
      return true
    end)

    s2wmp:register_heuristic("udp", function(tvb, pinfo, root)
      return dissect_datagram(tvb, pinfo, root, false)
    end)

    local registered = {}

    local function register(transport, ports)
      if registered[transport] == ports then return end
      local dissectors = DissectorTable.get(transport .. ".port")
      if registered[transport] then dissectors:remove(registered[transport], s2wmp) end
      dissectors:add(ports, s2wmp)
      registered[transport] = ports
    end

    local function register_ports()
      register("tcp", s2wmp.prefs.tcp_ports)
      register("udp", s2wmp.prefs.udp_ports)
    end

    s2wmp.prefs_changed = register_ports
    register_ports()

    """#
}
