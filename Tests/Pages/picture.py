#!/usr/bin/env python3
"""Takes a picture of a page, as the one in the documentation was taken:

    s2wmp report Fixtures/captures/keys-embedded.pcapng -o report.html
    python3 Tests/Pages/picture.py report.html#ladder Documentation/images/report.png 1200 1080
"""

import sys
from pathlib import Path

from chromium import Chromium


def main(arguments):
    if len(arguments) not in (4, 5):
        print(__doc__, file=sys.stderr)
        return 2
    path, _, anchor = arguments[0].partition("#")
    with Chromium() as browser:
        browser.look(int(arguments[2]), int(arguments[3]), dark="dark" in arguments)
        browser.load(Path(path).resolve().as_uri())
        if anchor:
            browser.value(f"document.getElementById({anchor!r}).scrollIntoView()")
        browser.picture(arguments[1])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
