/// The fixed code of the Lua dissector: answers and their requests, by the rules of `Analyzer.exchange`.
extension LuaTemplate {
  static let exchanges = #"""

    -- Requests and answers -----------------------------------------------------------------------------------------------------------

    local NO_TIME = ("\0"):rep(8)
    local MAXIMUM_REQUESTS, SEARCH_DEPTH, MAXIMUM_EXCHANGES, MAXIMUM_COPIES = 4096, 512, 32768, 64

    -- What is known of every packet, by frame and number in the frame: `reply_to`, `reply_in`, `latency`, `users`, `pair`.
    local links = {}
    -- Requests whose answer may come on another conversation (UDP, legacy), by what ties them; `order` holds the keys, oldest first.
    local exchanges, order, oldest, newest = {}, {}, 1, 0

    local function forget_exchanges()
      links, exchanges, order, oldest, newest = {}, {}, {}, 1, 0
    end

    local function is_settled(exchange)
      for _, copy in ipairs(exchange.open) do
        if not copy.is_settled then return false end
      end
      return true
    end

    local function add_exchange(key, destination, request)
      local known = exchanges[key]
      if known and not (known.destination.whole ~= destination.whole and is_settled(known)) then
        known.open[#known.open + 1] = request
        if #known.open > MAXIMUM_COPIES then table.remove(known.open, 1) end
        return
      end
      exchanges[key] = { destination = destination, open = { request } }
      if known then return end
      newest = newest + 1
      order[newest] = key
      if newest - oldest < MAXIMUM_EXCHANGES then return end
      exchanges[order[oldest]], order[oldest] = nil, nil
      oldest = oldest + 1
    end

    -- The oldest copy of the request that was not answered; else, where answers may come repeatedly, the newest one that was.
    local function answer_exchange(key, is_repeated, accepts)
      local exchange = exchanges[key]
      if not exchange or not accepts(exchange.destination) then return nil end
      if #exchange.open == 0 then return is_repeated and exchange.answered or nil end
      exchange.answered = table.remove(exchange.open, 1)
      if is_repeated then
        for _, copy in ipairs(exchange.open) do copy.is_settled = true end
      end
      return exchange.answered
    end

    -- Requests of one side of a TCP connection, oldest first.
    local function add_request(list, request)
      if #list >= MAXIMUM_REQUESTS then table.remove(list, 1) end
      list[#list + 1] = request
    end

    local function take_request(list, matches)
      for index = 1, math.min(#list, SEARCH_DEPTH) do
        if matches(list[index]) then return table.remove(list, index) end
      end
    end

    local function end_of(address, port)
      return { address = tostring(address), whole = tostring(address) .. " " .. port }
    end

    -- Where a packet travels: its ends and, on TCP, the requests of both sides.
    local function place_of(pinfo, known)
      local place = { source = end_of(pinfo.src, pinfo.src_port), destination = end_of(pinfo.dst, pinfo.dst_port) }
      if pinfo.port_type ~= 2 then return place end
      known.requests = known.requests or {}
      for _, side in ipairs({ place.source.whole, place.destination.whole }) do known.requests[side] = known.requests[side] or {} end
      place.own, place.asking = known.requests[place.source.whole], known.requests[place.destination.whole]
      return place
    end

    local function key_of(...)
      return table.concat({ ... }, "|")
    end

    -- REG and IC share the RREG, which carries no user ID.
    local function v1_key(kind, request_id, asker, place)
      if kind == "registration" or kind == "id_change" then kind, asker = "registration", NOBODY end
      return key_of(V1, kind, request_id or NO_TIME, asker, place.whole)
    end

    local function legacy_key(kind, id, asker, place)
      return key_of(LEGACY, kind, id, asker, place.address)
    end

    -- What each packet of v1 asks: the kind of request, the fields of its time, asker, asked and request ID.
    local v1_requests = {
      M = { kind = "message", time = "datetime", asker = "sender_id" },
      SC = { kind = "message", time = "datetime", asker = "sender_id" },
      CR = { kind = "chat", asker = "requestor_id", asked = "user_id" },
      IC = { kind = "id_change", time = "timestamp", asker = "user_id", id = "request_id" },
      REG = { kind = "registration", asker = "user_id", id = "request_id" },
      LP = { kind = "lookup", asker = "user_id", id = "request_id" },
      BSM = { kind = "server", asker = "user_id", id = "request_id" },
      BPM = { kind = "peer", asker = "user_id", id = "request_id" },
    }

    local v1_answers = {
      RREG = { registration = true, id_change = true, first = "registration" },
      LPR = { lookup = true, first = "lookup" },
      BSR = { server = true, first = "server", is_broadcast = true },
      BPR = { peer = true, first = "peer", is_broadcast = true },
    }

    local function ask_v1(packet, place, link)
      local form = v1_requests[packet.name]
      local asker, id = packet.raw[form.asker], packet.raw[form.id or ""]
      if not place.own then return add_exchange(v1_key(form.kind, id, asker, place.source), place.destination, { link = link }) end
      add_request(place.own, {
        kind = form.kind, time = packet.raw[form.time or ""], asker = asker, asked = packet.raw[form.asked or ""], id = id, link = link,
      })
    end

    local function answer_v1(packet, place)
      local kinds, id, asker = v1_answers[packet.name], packet.raw.request_id, packet.raw.user_id
      if place.asking then
        return take_request(place.asking, function(request)
          return kinds[request.kind] and request.id == id and (asker == nil or request.asker == asker)
        end)
      end
      return answer_exchange(v1_key(kinds.first, id, asker or NOBODY, place.destination), true, function(destination)
        return kinds.is_broadcast or destination.whole == place.source.whole
      end)
    end

    local function answer_legacy(kind, id, asker, place, is_repeated)
      return answer_exchange(legacy_key(kind, id, asker, place.destination), is_repeated, function(destination)
        return kind == "announcement" or destination.address == place.source.address
      end)
    end

    -- An ACK looks the same in both dialects. A refused chat request is answered with a datetime of 0; a message of that very moment comes first.
    local function answer_ack(packet, place)
      local time, user = packet.raw.datetime, packet.raw.user_id
      local found = place.asking and take_request(place.asking, function(request)
        return (request.kind == "message" or request.kind == "id_change") and request.time == time and request.asker == user
      end)
      if not found and place.asking and time == NO_TIME then
        found = take_request(place.asking, function(request) return request.kind == "chat" and request.asker == user end)
      end
      return found or answer_legacy("message", time, user, place, false)
    end

    local function answer_crr(packet, place)
      return place.asking and take_request(place.asking, function(request)
        return request.kind == "chat" and request.asker == packet.raw.requestor_id and request.asked == packet.raw.user_id
      end)
    end

    local function ask_legacy(kind, id, asker, place, link)
      add_exchange(legacy_key(kind, id, asker, place.source), place.destination, { link = link })
    end

    -- An accepting peer answers a legacy chat request with one of its own, the IDs swapped or as they were.
    local function legacy_chat(packet, place, link)
      local requestor, user = packet.raw.requestor_id, packet.raw.user_id
      local found = answer_legacy("chat", requestor, user, place, false) or answer_legacy("chat", user, requestor, place, false)
      if not found then ask_legacy("chat", user, requestor, place, link) end
      return found
    end

    local legacy_exchanges = {
      M = function(packet, place, link) ask_legacy("message", packet.raw.datetime, packet.raw.sender_id, place, link) end,
      REG = function(packet, place, link) ask_legacy("registration", "", packet.raw.user_id, place, link) end,
      RREG = function(packet, place) return answer_legacy("registration", "", packet.raw.user_id, place, true) end,
      LP = function(packet, place, link) ask_legacy("lookup", packet.raw.request_id, "", place, link) end,
      LPR = function(packet, place) return answer_legacy("lookup", packet.raw.request_id, "", place, true) end,
      CR = legacy_chat,
      UB = function(packet, place, link)
        local time, user = packet.raw.timestamp, packet.raw.user_id
        if packet.length == 43 then return answer_legacy("announcement", time, user, place, true) end
        ask_legacy("announcement", time, user, place, link)
      end,
    }

    -- The request that the packet answers; a request waits from now on.
    local function exchange(packet, place, link)
      if packet.name == "ACK" then return answer_ack(packet, place) end
      if packet.dialect == LEGACY then
        local handle = legacy_exchanges[packet.name]
        return handle and handle(packet, place, link)
      end
      if v1_requests[packet.name] then return ask_v1(packet, place, link) end
      return packet.name == "CRR" and answer_crr(packet, place) or v1_answers[packet.name] and answer_v1(packet, place)
    end

    -- Users and pair of the packet itself; an answer has those of its request, too.
    local function note_users(link, packet, request)
      link.users = ids_in(packet)
      link.pair = pair_in(packet, link.users) or request and request.pair
      if link.pair then note_pair(link.pair) end
      local seen = {}
      for _, id in ipairs(link.users) do seen[id] = true end
      for _, id in ipairs(request and request.users or {}) do
        if not seen[id] then link.users[#link.users + 1] = id end
      end
    end

    local epoch = Field.new("frame.time_epoch")

    -- What is known of the packet. Wireshark dissects every frame in order once, and later any of them again.
    local function link_of(packet, pinfo, known)
      local number = (tonumber(pinfo.private["s2wmp packets"]) or 0) + 1
      pinfo.private["s2wmp packets"] = tostring(number)
      local frame_links = links[pinfo.number] or {}
      links[pinfo.number] = frame_links
      if frame_links[number] then return frame_links[number] end
      local time = capture_time(pinfo) and epoch()
      local link = { frame = pinfo.number, time = time and time.value }
      frame_links[number] = link
      learn_name(packet)
      local request = exchange(packet, place_of(pinfo, known), link)
      request = request and request.link
      if request then
        link.reply_to = request.frame
        if link.time and request.time then link.latency = link.time - request.time end
        request.reply_in = request.reply_in or link.frame
      end
      note_users(link, packet, request)
      return link
    end

    """#
}
