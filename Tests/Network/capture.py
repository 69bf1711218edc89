"""What was sniffed meanwhile, decoded: nothing malformed, every message readable with the peers' key logs."""

import json
import subprocess


def decode(trial, capture, *options):
    words = [trial.binary, "decode", capture, *options]
    return subprocess.run(words, capture_output=True, text=True)


def check_capture(trial, capture):
    keys = [word for keylog in trial.keylogs for word in ("--keys", keylog)]
    done = decode(trial, capture, "--format", "ndjson", *keys)
    packets = [json.loads(line) for line in done.stdout.splitlines()]
    trial.check("the capture decodes", done.returncode == 0 and len(packets) > 100, done.stderr[-300:])
    malformed = [p for p in packets if p["name"] == "malformed" or any(e["code"].startswith("malformed.") for e in p["expert"])]
    trial.check("not one packet is malformed", not malformed, malformed[:2])
    trial.check("decode --strict agrees", decode(trial, capture, "--strict", "--quiet").returncode == 0)
    wrong = [(p["frame"], p["name"], e["message"]) for p in packets for e in p["expert"]
             if e["code"].startswith("field.") or e["code"] in ("hash.mismatch", "decrypt.failed")]
    trial.check("no field is undefined, and everything decrypts", not wrong, wrong[:3])
    messages = [p for p in packets if p["name"] == "M"]
    texts = {p.get("plaintext") for p in messages}
    trial.check(f"the plaintext of all {len(messages)} messages comes out", None not in texts and trial.texts <= texts, sorted(trial.texts - texts)[:3])
    trial.check("every hash matches", all(p.get("hash_ok") is True for p in messages))
    kinds = {(p["dialect"], p["name"]) for p in packets}
    wanted = {("v1", n) for n in "M ACK SC CR CRR REG RREG LP LPR BSM BSR BPM BPR IC".split()} | {("legacy", n) for n in "M SC CR REG RREG LP LPR UB".split()}
    trial.check("every kind of packet was seen", wanted <= kinds, sorted(wanted - kinds))
    check_legacy(trial, packets)


def check_legacy(trial, packets):
    """A connection a packet, always to port 5000; replies of the server to port 5002."""
    old = {trial.network.addresses["old1"], trial.network.addresses["old2"]}
    tcp = [p for p in packets if p["transport"] == "tcp" and p["src"].split(":")[0] in old]
    trial.check("legacy: every packet has a connection of its own", len(tcp) > 5 and len({p["stream"] for p in tcp}) == len(tcp))
    trial.check("legacy: every connection goes to port 5000", all(p["dst"].endswith(":5000") for p in tcp))
    replies = [p for p in packets if p["dialect"] == "legacy" and p["name"] in ("RREG", "LPR")]
    trial.check("legacy: the server replies to port 5002", replies and all(p["dst"].endswith(":5002") for p in replies), {p["dst"] for p in replies})
