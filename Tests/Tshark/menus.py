#!/usr/bin/env python3
"""Runs the dissector's menu entries in tshark, with stand-ins for the functions of Wireshark's window (menus.lua).

    python3 Tests/Tshark/menus.py BINARY

Exit status: 0 well, 1 not, 2 wrong usage, 77 tshark cannot be used here (says why).
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from tshark import Tshark, Unusable

HERE = Path(__file__).resolve().parent
CAPTURE = HERE.parent.parent / "Fixtures" / "captures" / "lan-chat.pcap"
ALICE, BOB = "a44c9fe2d916a7e1f90d3c1c1cc976a6", "b9f4b2f1a6fe46859bebf067d94f6b38"
PAIR = f's2wmp.conversation == "{ALICE}-{BOB}"'
SELECTED = f's2wmp.conversation == "{"a" * 32}-{"b" * 32}"'
NOBODY = ["window", "No one user is meant by that. Give an ID (32 hex digits), the beginning of one, or the name of a chat request."]


def followed(text):
    return [["filter", text], ["apply"]]


def user(name):
    return followed(f's2wmp.user == "{name}"')


EXPECTED = [
    ["menu", "S2WMP/Follow a user…"], *user(BOB), *user(BOB), *user(ALICE), NOBODY, NOBODY,
    ["menu", "S2WMP/Follow two users…"], *followed(PAIR), NOBODY,
    ["menu", "S2WMP/Colour conversations of users"], ["colour", "4", PAIR], ["redissect"],
    ["menu", "S2WMP/Follow this user"], *user("a" * 32), ["menu", "S2WMP/Follow this user"],
    ["menu", "S2WMP/Follow the conversation of these two users"], *followed(SELECTED),
    ["menu", "S2WMP/Colour this conversation"], ["colour", "4", SELECTED], ["redissect"],
]


def shown(tshark, lua):
    command = [tshark.command[0], "-X", f"lua_script:{HERE / 'menus.lua'}", "-X", f"lua_script:{lua}", "-q", "-r", str(CAPTURE)]
    run = subprocess.run(command, env=tshark.environment, capture_output=True, text=True, timeout=60)
    if "Lua" in run.stderr:
        print(run.stderr)
    return [line.split("\t")[1:] for line in run.stdout.splitlines() if line.startswith("::\t")]


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        lua = Path(folder) / "s2wmp.lua"
        subprocess.run([arguments[0], "schema", "--format", "lua", "--output", lua], check=True)
        try:
            found = shown(Tshark(lua, Path(folder)), lua)
        except Unusable as reason:
            print(f"skipped: {reason}")
            return 77
    wrong = [(due, came) for due, came in zip(EXPECTED, found) if due != came]
    print(f"{len(found)} lines of {len(EXPECTED)}" + (f", first difference: {wrong[0]}" if wrong else ""))
    return 0 if found == EXPECTED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
