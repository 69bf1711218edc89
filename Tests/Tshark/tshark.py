"""Runs tshark with the generated dissector and reads its PDML: every field with the captured bytes behind it."""

import bisect
import ipaddress
import os
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ElementTree

# Gryphon is another dissector's, on a port that tests use for strangers.
OPTIONS = ["-o", "tcp.desegment_tcp_streams:TRUE", "--disable-protocol", "gryphon"]
IN_ORDER = ["-o", "tcp.reassemble_out_of_order:TRUE"]
AS_CAPTURED = ["-o", "tcp.reassemble_out_of_order:FALSE"]


class Unusable(Exception):
    """tshark is not there, or does not load Lua scripts."""


class Tshark:
    def __init__(self, lua, folder, options=()):
        program = shutil.which("tshark")
        if not program:
            raise Unusable("tshark is not installed (Debian: apt-get install tshark)")
        # A home of its own: nobody's preferences, and no second copy of the dissector from a plugin folder.
        self.environment = dict(os.environ, HOME=str(folder), XDG_CONFIG_HOME=str(folder), WIRESHARK_CONFIG_DIR=str(folder))
        self.command = [program, "-X", f"lua_script:{lua}", "-n"]
        self.probe(folder / "empty.pcap")
        self.command += options

    def probe(self, empty):
        """A preference of the dissector's is only known when it was loaded; Wireshark can be built or set up to load no scripts for root."""
        empty.write_bytes(struct.pack("<IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        command = self.command + ["-o", "s2wmp.dialect:auto", "-r", str(empty)]
        run = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if run.returncode != 0 or "Lua" in run.stderr:
            raise Unusable("tshark did not load the dissector: " + (run.stderr.strip() or "no message"))

    def foreign_blocks(self, capture):
        """Numbers that tshark gives to blocks of a pcapng file that are no packets (custom blocks); libpcap does not count them."""
        command = self.command + ["-r", str(capture), "-Y", "not frame.encap_type", "-T", "fields", "-e", "frame.number"]
        return [int(line) for line in subprocess.run(command, env=self.environment, capture_output=True, text=True).stdout.split()]

    def packets(self, capture, options):
        """Dictionaries with the keys of `compare.Packet`, in tshark's order, frames counted as libpcap does."""
        foreign = self.foreign_blocks(capture)
        for packet in self.numbered(capture, options):
            for key in ("frame", "reply_to"):
                if packet[key] is not None:
                    packet[key] -= bisect.bisect(foreign, packet[key])
            yield packet

    def numbered(self, capture, options):
        command = self.command + OPTIONS + options + ["-r", str(capture), "-Y", "s2wmp.name", "-T", "pdml"]
        run = subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            for _, element in ElementTree.iterparse(run.stdout):
                if element.tag == "packet":
                    yield from packets_of(element)
                    element.clear()
        finally:
            run.stdout.close()
            complaint = run.stderr.read()
            if run.wait() != 0 or "Lua" in complaint:
                raise RuntimeError(f"tshark: {complaint}")


def packets_of(frame):
    """The S2WMP packets of one frame."""
    number, source, destination, transport, is_fragmented = 0, "", "", "", False
    for proto in frame.findall("proto"):
        name = proto.get("name")
        if name == "frame":
            number = int(shown(proto, "frame.number"))
        elif name in ("ip", "ipv6"):
            source, destination = shown(proto, name + ".src"), shown(proto, name + ".dst")
            is_fragmented = is_fragmented or any(field.get("name", "").endswith("ragments") for field in proto)
        elif name in ("tcp", "udp"):
            transport = name
            ends = (endpoint(source, shown(proto, name + ".srcport")), endpoint(destination, shown(proto, name + ".dstport")))
        elif name == "s2wmp":
            yield dict(packet(proto, ends, transport), frame=number, is_fragmented=is_fragmented)


def packet(proto, ends, transport):
    name = shown(proto, "s2wmp.name")
    fields, codes = {}, set()
    for field in proto:
        path = field.get("name")
        if path == "s2wmp.data":
            fields["data"] = field.get("value")[:512]
        elif path.count(".") > 1:
            fields[path.rsplit(".", 1)[1]] = value(field, path)
    for field in proto.iter("field"):
        if field.get("name", "").startswith("s2wmp.expert."):
            codes.add(field.get("name")[len("s2wmp.expert."):])
    return {
        "src": ends[0], "dst": ends[1], "transport": transport, "name": name, "dialect": shown(proto, "s2wmp.dialect"),
        "length": int(shown(proto, "s2wmp.length")), "fields": fields, "codes": codes,
        "reply_to": int(shown(proto, "s2wmp.reply_to") or 0) or None, "latency": float(shown(proto, "s2wmp.latency") or 0),
        "users": [field.get("show") for field in proto.findall("field[@name='s2wmp.user']")],
        "pair": shown(proto, "s2wmp.conversation"), "opened": opened(proto),
    }


def opened(proto):
    """Plaintext and whether the hash matches."""
    text, is_right = (proto.find(f"field[@name='s2wmp.{name}']") for name in ("plaintext", "hash_ok"))
    return text.get("show") if text is not None else None, is_right.get("show") in ("1", "True") if is_right is not None else None


def shown(proto, name):
    field = proto.find(f"field[@name='{name}']")
    return field.get("show") if field is not None else ""


def endpoint(address, port):
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def value(field, path):
    """In decode's notation. Names are read from the bytes, since tshark shows what it cannot print in a way of its own."""
    if path.endswith("_id") or path.endswith((".hash", ".body", ".public_key")):
        return field.get("value", "")
    if path.endswith(".address"):
        address = ipaddress.ip_address(bytes.fromhex(field.get("value")))
        return str(getattr(address, "ipv4_mapped", None) or address)
    if path == "s2wmp.legacy.user_broadcast.name":
        return utf16_name(bytes.fromhex(field.get("value", "")))
    if path.endswith(".name"):
        return ascii_name(bytes.fromhex(field.get("value", "")))
    return field.get("show")


def ascii_name(data):
    return "".join(chr(byte) if 0x20 <= byte <= 0x7e and byte != 0x5c else f"\\x{byte:02x}" for byte in data)


def utf16_name(data):
    units = [data[at] << 8 | data[at + 1] for at in range(0, len(data) - 1, 2)]
    while units and units[-1] == 0x20:
        units.pop()
    out, at = "", 0
    while at < len(units):
        unit = units[at]
        if 0xd800 <= unit < 0xdc00 and at + 1 < len(units) and 0xdc00 <= units[at + 1] < 0xe000:
            out += chr(0x10000 + ((unit - 0xd800) << 10 | (units[at + 1] - 0xdc00)))
            at += 2
            continue
        is_plain = not (unit < 0x20 or 0x7f <= unit < 0xa0 or 0xd800 <= unit < 0xe000 or unit == 0x5c)
        out += chr(unit) if is_plain else f"\\u{unit:04x}"
        at += 1
    return out
