/// The fixed code of the Lua dissector: menus of Wireshark's own window. What the running version lacks is left out.
extension LuaTemplate {
  static let menus = #"""

    -- Menus --------------------------------------------------------------------------------------------------------------------------

    local function show_only(filter)
      set_filter(filter)
      apply_filter()
    end

    -- The ID that is meant by an ID, its beginning, or a name; nil when there is none, or several.
    local function id_named(text)
      local wanted, found = text:gsub("[%s:]", ""):lower(), nil
      if #wanted == 32 and not wanted:find("%X") then return wanted end
      for id, known in pairs(names) do
        if known.text:lower() == text:lower() or (#wanted >= 4 and id:sub(1, #wanted) == wanted) then
          if found then return nil end
          found = id
        end
      end
      return found
    end

    local function user_filter(id)
      return 's2wmp.user == "' .. id .. '"'
    end

    local function pair_filter(one, other)
      if one > other then one, other = other, one end
      return 's2wmp.conversation == "' .. one .. "-" .. other .. '"'
    end

    local function complain(text)
      local window = TextWindow.new("S2WMP")
      window:set(text)
    end

    local NO_SUCH_USER = "No one user is meant by that. Give an ID (32 hex digits), the beginning of one, or the name of a chat request."

    local function ask_user()
      new_dialog("S2WMP: follow a user", function(text)
        local id = id_named(text)
        if id then show_only(user_filter(id)) else complain(NO_SUCH_USER) end
      end, "ID or name")
    end

    local function ask_pair()
      new_dialog("S2WMP: follow two users", function(first, second)
        local one, other = id_named(first), id_named(second)
        if one and other then show_only(pair_filter(one, other)) else complain(NO_SUCH_USER) end
      end, "ID or name", "ID or name")
    end

    -- Wireshark has ten colours for conversations; the first and the eighth look like failures and warnings.
    local SLOTS = { 4, 7, 6, 3, 5, 9, 2, 10 }

    -- Gives pairs of users a colour each. They show when packets are dissected anew.
    local function colour(pairs_of_users)
      for index, pair in ipairs(pairs_of_users) do set_color_filter_slot(SLOTS[index], pair_filter(pair:sub(1, 32), pair:sub(34))) end
      if type(redissect_packets) == "function" then redissect_packets() end
    end

    local function colour_first_pairs()
      colour(first_pairs)
    end

    -- The first value of a field among those of a selected packet.
    local function selected(name, ...)
      for _, field in ipairs({ ... }) do
        if field.name == name then return tostring(field.value) end
      end
    end

    local function follow_selected_pair(...)
      local pair = selected("s2wmp.conversation", ...)
      if pair then show_only(pair_filter(pair:sub(1, 32), pair:sub(34))) end
    end

    local function follow_selected_user(...)
      local id = selected("s2wmp.user", ...)
      if id then show_only(user_filter(id)) end
    end

    local function colour_selected_pair(...)
      local pair = selected("s2wmp.conversation", ...)
      if pair then colour({ pair }) end
    end

    local function has(...)
      for _, name in ipairs({ ... }) do
        if type(_G[name]) ~= "function" then return false end
      end
      return true
    end

    local function add_menus()
      local can_filter, can_colour = has("set_filter", "apply_filter"), has("set_color_filter_slot")
      if has("register_menu", "new_dialog") and TextWindow and can_filter then
        register_menu("S2WMP/Follow a user…", ask_user, MENU_TOOLS_UNSORTED)
        register_menu("S2WMP/Follow two users…", ask_pair, MENU_TOOLS_UNSORTED)
      end
      if has("register_menu") and can_colour then register_menu("S2WMP/Colour conversations of users", colour_first_pairs, MENU_TOOLS_UNSORTED) end
      if not has("register_packet_menu") then return end
      if can_filter then
        register_packet_menu("S2WMP/Follow the conversation of these two users", follow_selected_pair, "s2wmp.conversation")
        register_packet_menu("S2WMP/Follow this user", follow_selected_user, "s2wmp.user")
      end
      if can_colour then register_packet_menu("S2WMP/Colour this conversation", colour_selected_pair, "s2wmp.conversation") end
    end

    if has("gui_enabled") and gui_enabled() then add_menus() end

    """#
}
