"""Requests and their answers (output.md: reply_to, ack.unmatched, request.unanswered)."""

from findings import finding

REQUESTS = {"v1": ("M", "SC", "CR", "IC", "REG", "LP", "BSM", "BPM"), "legacy": ("M", "CR", "REG", "LP", "UB")}
REPLIES = {"RREG": ("REG", "IC"), "LPR": ("LP",), "BSR": ("BSM",), "BPR": ("BPM",)}


class Request:
    def __init__(self, line):
        self.line = line
        self.paired = False   # some packet answers exactly this one
        self.covered = False  # itself or a repeat of it was answered


def _opposite(request, reply):
    return request.stream == reply.stream and request.source == reply.destination


def _swapped(request, reply):
    return request.source[0] == reply.destination[0] and request.destination[0] == reply.source[0]


def _moment(line):
    return line.fields.get("datetime", line.fields.get("timestamp"))


def _sender(line):
    return line.fields["user_id" if line.name == "IC" else "sender_id"]


class Pairing:
    def __init__(self):
        self.requests = []

    def look(self, line):
        """Takes the next line of the output; pairs it with an earlier one."""
        if line.name == "malformed":
            return
        answered = getattr(self, "_" + line.dialect)(line)
        if line.name == "ACK" and answered is None:
            line.expert.append(finding("ack.unmatched"))
        is_request = line.name in REQUESTS[line.dialect] and not (line.dialect == "legacy" and answered)
        if line.name == "UB" and len(line.data) < 59:
            is_request = False
        if is_request:
            self.requests.append(Request(line))

    def end(self):
        for request in self.requests:
            if not request.covered and request.line.name != "UB":
                request.line.expert.append(finding("request.unanswered"))

    def _v1(self, line):
        if line.name == "ACK":
            return self._ack(line)
        if line.name == "CRR":
            return self._oldest(line, lambda r: r.dialect == "v1" and r.name == "CR" and _opposite(r, line)
                                and _same(r, line, "requestor_id", "user_id"))
        if line.name in REPLIES:
            return self._repeated(line, lambda r: _answers(r, line))
        return None

    def _ack(self, line):
        moment, user = line.fields["datetime"], line.fields["user_id"]
        found = self._oldest(line, lambda r: r.dialect == "v1" and r.name in ("M", "SC", "IC") and _opposite(r, line)
                             and (_moment(r), _sender(r)) == (moment, user))
        if found is None and moment == 0:
            found = self._oldest(line, lambda r: r.dialect == "v1" and r.name == "CR" and _opposite(r, line)
                                 and r.fields["requestor_id"] == user)
        return found or self._legacy_ack(line)

    def _legacy_ack(self, line):
        return self._oldest(line, lambda r: r.dialect == "legacy" and r.name == "M" and _swapped(r, line)
                            and (_moment(r), _sender(r)) == (line.fields["datetime"], line.fields["user_id"]))

    def _legacy(self, line):
        def legacy(name, *same):
            return lambda r: (r.dialect == "legacy" and r.name == name and _swapped(r, line) and _same(r, line, *same))
        if line.name == "ACK":
            return self._legacy_ack(line)
        if line.name == "RREG":
            return self._repeated(line, legacy("REG", "user_id"))
        if line.name == "LPR":
            return self._repeated(line, legacy("LP", "request_id"))
        if line.name == "CR":
            return self._oldest(line, lambda r: legacy("CR")(r) and _same_people(r, line))
        if line.name == "UB" and len(line.data) == 43:
            return self._repeated(line, lambda r: r.dialect == "legacy" and r.name == "UB"
                                  and _same(r, line, "timestamp", "user_id") and r.source[0] == line.destination[0])
        return None

    def _oldest(self, line, fits):
        for request in self.requests:
            if not request.paired and fits(request.line):
                return _pair(request, line)
        return None

    def _repeated(self, line, fits):
        """The oldest unanswered request, else the newest answered one; all repeats count as answered."""
        fitting = [request for request in self.requests if fits(request.line)]
        if not fitting:
            return None
        chosen = next((request for request in fitting if not request.paired), fitting[-1])
        for request in fitting:
            request.covered |= request.line.name == chosen.line.name
        return _pair(chosen, line)


def _pair(request, reply):
    request.paired = request.covered = True
    reply.reply_to = request.line
    return request


def _same(request, reply, *codes):
    return all(request.fields[code] == reply.fields[code] for code in codes)


def _same_people(request, reply):
    mine = (request.fields["requestor_id"], request.fields["user_id"])
    theirs = (reply.fields["requestor_id"], reply.fields["user_id"])
    return theirs in (mine, mine[::-1])


def _answers(request, reply):
    """A reply with a request ID: RREG, LPR, BSR and BPR of v1."""
    if request.dialect != "v1" or request.name not in REPLIES[reply.name] or request.source != reply.destination:
        return False
    if reply.name in ("RREG", "LPR") and reply.source != request.destination:
        return False
    return _same(request, reply, *(("request_id",) if reply.name == "RREG" else ("request_id", "user_id")))
