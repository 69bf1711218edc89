/// What makes the page more comfortable where scripts run; everything is there without it. Kept free of what XML would read as markup.
enum ReportScript {
  static let text = """
    "use strict";
    (function () {
      var ladder = document.querySelector(".ladder");
      function open(target) {
        for (var node = target; node; node = node.parentElement) { if (node.localName === "details") { node.open = true; } }
      }
      function reveal() {
        var target = location.hash ? document.getElementById(location.hash.slice(1)) : null;
        if (!target) { return; }
        open(target);
        target.scrollIntoView();
      }
      addEventListener("hashchange", reveal);
      reveal();
      if (!ladder) { return; }
      var windows = Array.from(ladder.querySelectorAll("details.window"));
      var packets = Array.from(ladder.querySelectorAll("details.packet"));
      var tools = document.createElement("div");
      tools.className = "tools";
      function button(words, action) {
        var made = document.createElement("button");
        made.type = "button";
        made.textContent = words;
        made.addEventListener("click", action);
        tools.append(made);
      }
      var search = document.createElement("input");
      search.type = "search";
      search.placeholder = "find among the packets shown";
      search.setAttribute("aria-label", search.placeholder);
      var found = document.createElement("span");
      found.className = "quiet";
      found.setAttribute("role", "status");
      tools.append(search, found);
      button("open all windows", function () { windows.forEach(function (window) { window.open = true; }); });
      button("close all", function () { windows.concat(packets).forEach(function (part) { part.open = false; }); });
      var timer = 0;
      function find() {
        var wanted = search.value.trim().toLowerCase();
        var count = 0;
        packets.forEach(function (packet) {
          var matches = packet.firstElementChild.textContent.toLowerCase().includes(wanted);
          packet.hidden = !matches;
          if (matches) { count += 1; }
        });
        windows.forEach(function (window) {
          var some = window.querySelector("details.packet:not([hidden])");
          window.hidden = wanted !== "" ? !some : false;
          if (wanted !== "") { if (some) { window.open = true; } }
        });
        ladder.querySelectorAll(".skipped").forEach(function (line) { line.hidden = wanted !== ""; });
        found.textContent = wanted === "" ? "" : count + " found";
      }
      search.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(find, 150); });
      ladder.before(tools);
    }());

    """
}
