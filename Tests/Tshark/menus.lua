-- Stands in for Wireshark's window, so that tshark adds the dissector's menus; loaded before the dissector (see menus.py).

local entries, dialog = {}, nil

local function say(...)
  print(table.concat({ "::", ... }, "\t"))
end

_G.gui_enabled = function() return true end
_G.register_menu = function(name, action) entries[name] = action end
_G.register_packet_menu = function(name, action) entries[name] = action end
_G.new_dialog = function(_, action) dialog = action end
_G.set_filter = function(text) say("filter", text) end
_G.apply_filter = function() say("apply") end
_G.set_color_filter_slot = function(slot, text) say("colour", slot, text) end
_G.redissect_packets = function() say("redissect") end
_G.TextWindow = { new = function() return { set = function(_, text) say("window", text) end } end }

local function choose(name, ...)
  say("menu", name)
  entries[name](...)
end

local packet = {
  { name = "s2wmp.name", value = "M" }, { name = "s2wmp.user", value = ("a"):rep(32) }, { name = "s2wmp.user", value = ("b"):rep(32) },
  { name = "s2wmp.conversation", value = ("a"):rep(32) .. "-" .. ("b"):rep(32) },
}

-- Once all packets were seen.
local tap = Listener.new("frame")

function tap.draw()
  choose("S2WMP/Follow a user…")
  for _, text in ipairs({ "bob", "B9F4", "a44c:9fe2:d916:a7e1:f90d:3c1c:1cc9:76a6", "nobody", "" }) do dialog(text) end
  choose("S2WMP/Follow two users…")
  dialog("bob", "Alice")
  dialog("bob", "nobody")
  choose("S2WMP/Colour conversations of users")
  choose("S2WMP/Follow this user", table.unpack(packet))
  choose("S2WMP/Follow this user")
  choose("S2WMP/Follow the conversation of these two users", table.unpack(packet))
  choose("S2WMP/Colour this conversation", table.unpack(packet))
end
