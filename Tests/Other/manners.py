"""The freedoms that the wire format leaves to a peer or a server, each a switch: `--manner NAME`, several times if wished.

Nothing here breaks a rule. A tester that blames a target for one of these depends on habits of somebody's own program.
"""
import random

# name: (who has it: p peer, s server; the words of the wire format, or their absence, that leave it free)
FREEDOMS = {
    "slow": ("ps", "no time is set for an answer: most come at once, some after up to 1.2 s"),
    "thinks": ("p", "nor for looking at a packet: each connection's packets are looked at one after the other, up to 20 ms each"),
    "together": ("ps", "a segment may hold several packets: answers are collected for 20 ms and leave in one"),
    "bytewise": ("ps", "a segment may hold part of a packet: every byte is a segment"),
    "halved": ("ps", "the same, and the second half of an answer comes 15 ms after the first"),
    "nagle": ("ps", "TCP is TCP: small segments wait for acknowledgements"),
    "closes-errors": ("p", "section 6.1 says 'then close' of check 1 alone, and 'connection kept' of a CR's name alone: closed after errors 1 to 4"),
    "closes-sometimes": ("p", "the same, by chance"),
    "closes-refusals": ("p", "the same after a CRR that is not 0"),
    "closes-exchanges": ("ps", "'a peer may keep a connection open': closed when everything that came is answered"),
    "short-goodbye": ("ps", "'for at most a second': after FIN it reads on for a twentieth of one"),
    "eager": ("ps", "'as soon as it sees the bad length': by the first of the length's bytes that tells"),
    "denies": ("p", "the user says no: CRR 1"),
    "asks": ("p", "the user takes 0.7 s to say yes; what is behind a CR waits"),
    "mute": ("p", "nobody is owed events on standard output"),
    "late-events": ("p", "events are told 80 ms after the answer"),
    "only-changes": ("p", "an event 'friend' only when a status differs from the one before"),
    "m-status": ("p", "the status of an M is taken for the friend's, when the M is newer than the last SC"),
    "talks": ("p", "a peer's own packets may come at any time: SC, M and CR of its own between its answers"),
    "inherits": ("p", "after an IC, what was accepted from the old ID is remembered for the new one"),
    "other-clock": ("ps", "timestamps are the responder's: its clock is a year ahead"),
    "private-value-length": ("p", "its own D-H key says how long private values are"),
    "rsa-2048": ("p", "its own RSA key has 2048 bits"),
    "rsa-4096": ("p", "its own RSA key has 4096 bits"),
    "long-name": ("p", "its user name has 255 bytes, of every kind"),
    "short-name": ("p", "its user name is a space"),
    "mapped-any": ("ps", "it listens on every address"),
    "window": ("s", "'burst 200, 50 a second sustained': at most 200 in any 4 seconds, in place of a bucket"),
    "reorders": ("ps", "datagrams have no order: answers by UDP overtake each other"),
    "moves-expiry": ("s", "an IC makes the entry live as long as a new one"),
}


class Manners:
    """Which freedoms are taken, and what follows for answers."""

    def __init__(self, names, seed=1):
        unknown = set(names) - set(FREEDOMS)
        if unknown:
            raise SystemExit(f"no such manner: {', '.join(sorted(unknown))}; --manner list shows them")
        self.names, self.random = set(names), random.Random(seed)

    def __contains__(self, name):
        return name in self.names

    def answer_delay(self):
        if "slow" in self.names:
            return self.random.uniform(0.3, 1.2) if self.random.random() < 0.02 else self.random.uniform(0, 0.004)
        return 0

    def thinking_time(self):
        return self.random.uniform(0, 0.02) if "thinks" in self.names else 0

    def datagram_delay(self):
        return self.random.uniform(0, 0.05) if "reorders" in self.names else self.answer_delay()

    def pieces(self, data, is_behind):
        """The segments of an answer: (seconds after the one before, bytes). Pauses do not add up where others wait to be sent."""
        if "bytewise" in self.names:
            return [(0, data[at : at + 1]) for at in range(len(data))]
        if "halved" in self.names:
            return [(0, data[: len(data) // 2]), (0 if is_behind else 0.015, data[len(data) // 2 :])]
        return [(0, data)]

    def user_name(self):
        if "long-name" in self.names:
            return bytes(0x20 + index % 95 for index in range(255))
        return b" " if "short-name" in self.names else b"somebody else"

    def clock_offset(self):
        return 365 * 86_400_000 if "other-clock" in self.names else 0


def listing():
    return "\n".join(f"{name:22}{'peer ' if 'p' in who else ''}{'server' if 's' in who else '':8}{words}" for name, (who, words) in FREEDOMS.items())
