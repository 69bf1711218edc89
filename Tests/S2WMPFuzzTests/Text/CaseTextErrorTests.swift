import S2WMPFuzz
import Testing

@Suite("Case files that are refused")
struct CaseTextErrorTests {
  private static let head = "s2case 1\ncase\nsend\nM\n"

  @Test(arguments: [
    ("", "line 1: this is no case file: it has to begin with \"s2case 1\""),
    ("{\"frame\":1}", "line 1: this is no case file: it has to begin with \"s2case 1\""),
    ("s2case 2", "line 1: this program reads case files that begin with \"s2case 1\" and no others"),
    ("s2case 1", "line 1: there is no case: a line \"case\" begins one, its steps stand below"),
    ("s2case 1\nrole pear", "line 2: \"pear\" is no role; did you mean peer?"),
    ("s2case 1\nrole", "line 2: the role is missing: peer or bootstrap"),
    ("s2case 1\nseed 1\nseed 2", "line 3: there are two lines \"seed\""),
    ("s2case 1\nseed -1", "line 2: \"-1\" is no seed; it is a number from 0 to 18446744073709551615"),
    ("s2case 1\nseed 18446744073709551616", "line 2: \"18446744073709551616\" is no seed; it is a number from 0 to 18446744073709551615"),
    ("s2case 1\nrepeat", "line 2: the number of repetitions is missing: a number from 1 to 1000000"),
    ("s2case 1\nrepeat 0 memory", "line 2: \"0\" is no number of repetitions; it is a number from 1 to 1000000"),
    ("s2case 1\nrepeat 1000001 memory", "line 2: \"1000001\" is no number of repetitions; it is a number from 1 to 1000000"),
    ("s2case 1\nrepeat 384", "line 2: the thing to watch is missing: memory or time"),
    ("s2case 1\nrepeat 384 memroy", "line 2: \"memroy\" is no thing to watch; did you mean memory?"),
    ("s2case 1\nrepeat 9 time\nrepeat 9 time", "line 3: there are two lines \"repeat\""),
    ("s2case 1\nsuite x", "line 2: \"x\" is no suite; allowed: rsa or dh"),
    ("s2case 1\nrole peer peer", "line 2: \"peer\" is too much on this line"),
    (
      "s2case 1\nsend",
      "line 2: \"send\" is no line above the first case; did you mean seed?"
    ),
    ("s2case 1\ncase frsh", "line 2: \"frsh\" is no word behind \"case\"; did you mean fresh?"),
    (
      "s2case 1\ncase\n\ncase\nawait",
      "line 2: this case has no step; steps are send, noise, await, end, reset, stall, pause, connection, source, datagram or target"
    ),
    ("s2case 1\ncase\nawiat", "line 3: \"awiat\" is no step; did you mean await?"),
    ("s2case 1\ncase\nset status 1", "line 3: \"set\" belongs to a packet below \"send\" or \"datagram\", but stands below none"),
    ("s2case 1\ncase\nsend\nawait", "line 3: nothing is sent: the packets stand below \"send\", such as M from friend"),
    ("s2case 1\ncase\ndatagram", "line 3: nothing is sent: the packet stands below \"datagram\", such as BPM from stranger"),
    ("s2case 1\ncase\nnoise hex 01ff", "line 3: noise begins with another byte than 01, else it might begin a packet"),
    ("s2case 1\ncase\nnoise \"\"", "line 3: noise is at least one byte"),
    ("s2case 1\ncase\nconnection 64", "line 3: \"64\" is no connection; it is a number from 0 to 63"),
    ("s2case 1\ncase\nsend cut at 5 5\nM", "line 3: \"5\" is no place to cut, behind the one before; it is a number from 6 to 16777217"),
    ("s2case 1\ncase\nsend cut every 0\nM", "line 3: \"0\" is no number of bytes; it is a number from 1 to 16777216"),
    ("s2case 1\ncase\nsend twice\nM", "line 3: \"twice\" is no word behind \"send\"; allowed: cut packets, cut every N or cut at N N …"),
    ("s2case 1\ncase\nsend\nCRX", "line 4: \"CRX\" is no packet of v1 or step; did you mean CR or CRR?"),
    ("s2case 1\ncase\nsend\nM from frend", "line 4: \"frend\" is no sender; did you mean friend?"),
    ("s2case 1\ncase\nsend\nM\nste status 1", "line 5: \"ste\" is no packet, step or change; did you mean set?"),
    (head + "set hsh 0", "line 5: \"hsh\" is no field of a Messaging packet; did you mean hash?"),
    (
      head + "set name \"bob\"",
      "line 5: \"name\" is no field of a Messaging packet; allowed: version, type, status, length, datetime, undefined, sender_id, receiver_id, client_id, hash or body"
    ),
    (head + "set status 256", "line 5: \"256\" is no value of status; it is a number from 0 to 255"),
    (head + "set status hex 0102", "line 5: status takes exactly one byte, not 2"),
    (head + "set status target", "line 5: status is no ID, so it cannot be that of \"target\""),
    (
      head + "set sender_id tarqet",
      "line 5: \"tarqet\" is no value of sender_id; did you mean target?"
    ),
    (head + "set body 5", "line 5: body takes a text in quotes, or hex and its digits, such as hex 00ff"),
    (head + "flip status bit 8", "line 5: \"8\" is no bit of status; it is a number from 0 to 7"),
    (head + "text hello", "line 5: \"hello\" is no text; allowed: \"words in quotes\", letters N or hex and its digits"),
    (head + "text \"hello", "line 5: the text in quotes does not end on this line; a quote in it is written \\\""),
    (head + "text \"\\q\"", "line 5: behind a backslash in quotes stands one of \" \\ n r t, or x and two hex digits"),
    (head + "append hex 0", "line 5: \"0\" are no hex digits, two a byte"),
    (head + "append hex 00 x 999999999", "line 5: \"999999999\" is no number of bytes; it is a number from 0 to 131072"),
    (head + "append hex x 3", "line 5: before x stands one byte, which is repeated"),
    (head + "key rsa-bits 1000000", "line 5: \"1000000\" is no number behind \"rsa-bits\"; it is a number from 16 to 8192"),
    (head + "key rsabits 2048", "line 5: \"rsabits\" is no key; did you mean rsa-bits?"),
    (head + "time tomorow", "line 5: \"tomorow\" is no time; allowed: next, again, late or a number of milliseconds since 1970"),
    (head + "text \"\u{1b}\"", "line 5: a control character in quotes is written \\x1b"),
    (head + "té 1", "line 5: the byte 0xc3 may stand only in quotes or in a comment; words are printable US-ASCII"),
    (head + "client program \"\\xff\"", "line 5: the program's name is not UTF-8"),
  ])
  func oneSentence(_ text: String, _ sentence: String) {
    #expect(refusal(Array(text.utf8)) == sentence)
  }

  private func refusal(_ text: [UInt8]) -> String? {
    do throws(CaseTextError) {
      _ = try CaseFile(text: text)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func limitsHold() {
    #expect(refusal([UInt8](repeating: 0x20, count: CaseLimits.file + 1)) == "line 1: the file has 1048577 bytes, but a case file has at most 1048576")
    let packets = String(repeating: "M\n", count: CaseLimits.packets + 1)
    #expect(refusal(Array("s2case 1\ncase\nsend\n\(packets)".utf8)) == "line 1028: a burst has at most 1024 packets")
    let changes = String(repeating: "cut 1\n", count: CaseLimits.changes + 1)
    #expect(refusal(Array((Self.head + changes).utf8)) == "line 69: a packet has at most 64 changes")
    let steps = String(repeating: "await\n", count: CaseLimits.steps + 1)
    #expect(refusal(Array("s2case 1\ncase\n\(steps)".utf8)) == "line 1027: a case has at most 1024 steps")
    let cases = String(repeating: "case\nawait\n", count: CaseLimits.cases + 1)
    #expect(refusal(Array("s2case 1\n\(cases)".utf8)) == "line 20002: there are more than 10000 cases")
    let big = String(repeating: "datagram noise hex 00 x 131072\n", count: 65)
    #expect(refusal(Array("s2case 1\ncase\n\(big)".utf8)) == "line 67: all values of a file have at most 8388608 bytes together")
    let line = "note " + String(repeating: "a ", count: CaseLimits.line)
    #expect(refusal(Array("s2case 1\n\(line)".utf8)) == "line 2: the line is longer than 262144 bytes")
  }

  @Test func damagedFilesNeverTrap() {
    var random = RandomCases(seed: 3)
    for _ in 0..<1500 {
      var text = Array(random.file().text().utf8)
      for _ in 0..<random.number(1...6) {
        let at = random.number(0...text.count - 1)
        switch random.number(0...3) {
        case 0: text[at] = UInt8(random.number(0...255))
        case 1: text.removeSubrange(at..<min(text.count, at + random.number(1...9)))
        case 2: text.insert(contentsOf: random.pick([Array("\"".utf8), [0], Array(" 99999999999999999999 ".utf8), Array("\ncase\n".utf8)]), at: at)
        default: text.removeLast(text.count - at - 1)
        }
        if text.isEmpty { text = [0x23] }
      }
      if let sentence = refusal(text) { #expect(sentence.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }) }
    }
  }
}
