#!/usr/bin/env python3
"""Opens the pages that s2wmp writes in a headless Chromium, as readers with wide and narrow screens, in the light and in the dark, with and without
scripts, and on paper.

    python3 Tests/Pages/pages.py BINARY [FOLDER]

BINARY is the built s2wmp. With FOLDER, pages and pictures of them stay there to be looked at. Exit status: 0 all is well, 1 something is not, 2 wrong
usage, 77 there is no Chromium that starts (says why).
"""

import sys
import subprocess
import tempfile
from pathlib import Path

from chromium import Chromium, Failure, Unusable
from traffic import hostile_capture, long_capture

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "Fixtures" / "captures"
WIDTHS = (360, 768, 1280)
LONG = 100_000
# A page of any capture is no larger than this.
MOST_BYTES = 8_000_000
# Pages up to this size are opened everywhere before they are measured; of larger ones some windows.
SMALL = 600_000

OPEN_ALL = """(() => { for (const part of document.querySelectorAll("details")) part.open = true })()"""
OPEN_SOME = """(() => {
  for (const part of document.querySelectorAll("main > section > details, figure + details")) part.open = true;
  for (const window of [...document.querySelectorAll("details.window")].slice(0, 3)) {
    window.open = true;
    for (const packet of [...window.querySelectorAll("details.packet")].slice(0, 5)) packet.open = true;
  }
})()"""
# What stands out of the page to the right, if the page can be scrolled there.
OVERFLOW = """(() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return null;
  const wide = [...document.body.querySelectorAll("*")].filter(node => node.getBoundingClientRect().right > root.clientWidth + 1);
  return root.scrollWidth + " > " + root.clientWidth + ": " + wide.slice(-3).map(node => node.outerHTML.slice(0, 120)).join(" | ");
})()"""
DANGERS = """[...document.querySelectorAll("img, iframe, object, embed, form, link, base, [src], [style], [onerror], [onload], [onmouseover]")]
  .map(node => node.outerHTML.slice(0, 80))"""


class Checks:
    def __init__(self, browser, folder):
        self.browser, self.folder = browser, folder
        self.failures = []

    def expect(self, holds, page, words):
        if not holds:
            self.failures.append(f"{page.name}: {words}")
            print(f"  ✗ {words}")

    def page(self, page):
        """Everything that holds for each page."""
        address = page.as_uri()
        size = page.stat().st_size
        self.expect(size < MOST_BYTES, page, f"{size} bytes")
        seconds = []
        for width in WIDTHS:
            for dark in (False, True):
                self.browser.look(width, dark=dark)
                seconds.append(self.browser.load(address))
                self.browser.picture(self.folder / f"{page.stem}-{width}{'-dark' if dark else ''}.png")
                self.browser.value(OPEN_ALL if size < SMALL else OPEN_SOME)
                overflow = self.browser.value(OVERFLOW)
                self.expect(overflow is None, page, f"is wider than {width}: {overflow}")
                complaints = self.browser.complaints(address)
                self.expect(not complaints, page, f"at {width}: {complaints[:3]}")
        self.expect(self.browser.value(DANGERS) == [], page, f"holds what it must not: {self.browser.value(DANGERS)}")
        self.without_scripts(page, address)
        self.keyboard(page, address)
        print(f"{page.name}: {size:,} bytes, opened in {min(seconds):.2f} to {max(seconds):.2f} s")

    def without_scripts(self, page, address):
        self.browser.look(1280)
        self.browser.load(address)
        count = "document.querySelectorAll('details, table, svg').length"
        with_scripts = self.browser.value(count)
        self.browser.look(1280, scripts=False)
        self.browser.load(address)
        nodes = self.browser.ask("DOM.getDocument")["root"]["nodeId"]
        without = len(self.browser.ask("DOM.querySelectorAll", nodeId=nodes, selector="details, table, svg")["nodeIds"])
        self.expect(without == with_scripts, page, f"shows {with_scripts} parts with scripts and {without} without")
        complaints = [line for line in self.browser.complaints(address) if "script" not in line.lower()]
        self.expect(not complaints, page, f"without scripts: {complaints[:3]}")
        self.browser.look(1280)

    def keyboard(self, page, address):
        """The first key leads to the link that passes over the head, and that is seen then."""
        self.browser.load(address)
        self.press("Tab", 9)
        seen = self.browser.value(
            "(() => { const at = document.activeElement, box = at.getBoundingClientRect(); return [at.className, box.left >= 0, getComputedStyle(at).outlineStyle] })()")
        self.expect(seen == ["skip-link", True, "solid"], page, f"the first key leads to {seen}")
        target = self.browser.value("document.getElementById(document.activeElement.hash.slice(1)) !== null")
        self.expect(target, page, "the first link leads nowhere")

    def press(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self.browser.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def link(self, page, anchor):
        """A link to a packet opens everything around it, and it is seen."""
        self.browser.load(f"{page.as_uri()}#{anchor}")
        shown = self.browser.value(
            f"(() => {{ const box = document.getElementById('{anchor}').getBoundingClientRect();"
            " return box.height > 0 && box.top >= 0 && box.top < innerHeight })()")
        self.expect(shown, page, f"#{anchor} is not seen")

    def search(self, page, words):
        """What the script adds: only packets that say so are left."""
        self.browser.load(page.as_uri())
        found = self.browser.value(
            "new Promise(done => { const field = document.querySelector('.tools input'); field.value = '" + words + "';"
            " field.dispatchEvent(new Event('input')); setTimeout(() => done([...document.querySelectorAll('details.packet')]"
            ".filter(packet => packet.checkVisibility()).map(packet => packet.firstElementChild.textContent)), 400) })", wait=True)
        self.expect(found and all(words in text for text in found), page, f"a search for {words} shows {found and found[:2]}")

    def paper(self, page):
        path = self.folder / f"{page.stem}.pdf"
        self.browser.load(page.as_uri())
        self.browser.paper(path)
        self.expect(path.read_bytes().startswith(b"%PDF") and path.stat().st_size > 20_000, page, "does not print")


def run(*arguments, allowed=(0,)):
    result = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, timeout=300)
    if result.returncode not in allowed:
        raise Failure(f"{' '.join(map(str, arguments))} ended with {result.returncode}: {result.stderr.strip()[-300:]}")


def make_pages(binary, folder):
    """The pages, by name."""
    hostile, long = folder / "hostile.pcap", folder / "long.pcap"
    hostile_capture(hostile)
    long_capture(long, LONG)
    captures = [CAPTURES / f"{name}" for name in ("lan-chat.pcap", "keys-embedded.pcapng", "legacy-chat.pcap", "malformed-fields.pcap", "file-empty-capture.pcap")]
    pages = {}
    for capture in captures + [hostile, long]:
        page = folder / f"{capture.stem}.html"
        run(binary, "report", capture, "-o", page)
        pages[capture.stem] = page
    peer = f"{binary} peer --listen 127.0.0.1:0 --accept auto --no-discovery --defect version-2"
    run(binary, "fuzz", "--spawn", peer, "--until-finding", "--time", "30", "--seed", "1", "--out", folder / "fuzz", allowed=(0, 1))
    pages["fuzz"] = folder / "fuzz" / "report.html"
    return pages


def check(binary, folder):
    pages = make_pages(binary, folder)
    with Chromium() as browser:
        browser.ask("DOM.enable")
        checks = Checks(browser, folder)
        for page in pages.values():
            checks.page(page)
        checks.link(pages["lan-chat"], "f22")
        checks.link(pages["long"], "w7")
        checks.search(pages["lan-chat"], "registers")
        checks.paper(pages["keys-embedded"])
        return checks.failures


def main(arguments):
    if len(arguments) not in (1, 2) or not Path(arguments[0]).is_file():
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    binary = Path(arguments[0]).resolve()
    try:
        if len(arguments) == 2:
            folder = Path(arguments[1]).resolve()
            folder.mkdir(parents=True, exist_ok=True)
            failures = check(binary, folder)
        else:
            with tempfile.TemporaryDirectory(prefix="s2wmp-pages-") as name:
                failures = check(binary, Path(name))
    except Unusable as reason:
        print(f"skipped: {reason}")
        return 77
    except Failure as failure:
        failures = [str(failure)]
    for failure in failures:
        print(f"FAILED {failure}")
    if not failures:
        print("all pages are well")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
