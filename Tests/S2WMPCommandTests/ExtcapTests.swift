import ArgumentParser
import S2WMPCapture
import Testing

@testable import s2wmp

/// The interface that Wireshark documents for programs in its extcap folder.
@Suite("extcap") struct ExtcapTests {
  private static let loopback = CaptureDevice(name: "lo", isLoopback: true)

  /// A word, a space, and properties without braces inside.
  private func isSentence(_ line: Substring) -> Bool {
    line.wholeMatch(of: /(extcap|interface|dlt|arg) (\{[a-z]+=[^{}]+\})+/) != nil
  }

  @Test("Every line has the form of an extcap sentence")
  func grammar() {
    let linkTypes = [1, 9999].map { ExtcapText.linkType(LinkTypeName($0)) }.joined()
    let text = ExtcapText.interfaces([Self.loopback]) + linkTypes + ExtcapText.configuration
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.last == "")
    for line in lines.dropLast() { #expect(isSentence(line), "\(line)") }
    #expect(lines.count == 9)
  }

  @Test("Interfaces are those that carry IP, with names that no other interface has")
  func interfaces() {
    let devices = ["lo", "any", "usbmon-none", "no}brace", "no\nfeed", ""].map { CaptureDevice(name: $0) }
    #expect(
      ExtcapText.interfaces(devices) == """
        extcap {version=1.0}{display=S2WMP}
        interface {value=s2wmp-lo}{display=S2WMP: lo}
        interface {value=s2wmp-any}{display=S2WMP: any}

        """)
    #expect(ExtcapText.device("s2wmp-eth0") == "eth0")
    #expect(ExtcapText.device("eth0") == "eth0")
  }

  @Test("Link types have libpcap's names")
  func linkTypes() {
    #expect(ExtcapText.linkType(LinkTypeName(1)) == "dlt {number=1}{name=EN10MB}{display=Ethernet}\n")
    #expect(ExtcapText.linkType(LinkTypeName(113)) == "dlt {number=113}{name=LINUX_SLL}{display=Linux cooked v1}\n")
    #expect(ExtcapText.linkType(LinkTypeName(9999)) == "dlt {number=9999}{name=DLT9999}{display=link type 9999}\n")
  }

  @Test("What can be set is an option of the command; arguments are numbered from 0")
  func configuration() throws {
    let lines = ExtcapText.configuration.split(separator: "\n")
    for (index, line) in lines.enumerated() {
      #expect(line.hasPrefix("arg {number=\(index)}"))
      let call = try #require(line.firstMatch(of: /\{call=([^}]+)\}/)).1
      let value = line.contains("{type=boolflag}") ? [] : ["1"]
      #expect(throws: Never.self) { try ExtcapCommand.parse([String(call)] + value) }
    }
    #expect(lines.count == 4)
  }

  @Test(
    "Calls without a subcommand are told from everything else",
    arguments: [
      (["--extcap-interfaces", "--extcap-version=4.0"], true), (["--extcap-config", "--extcap-interface", "s2wmp-lo"], true),
      (["--extcap-interface", "s2wmp-lo", "--extcap-dlts"], true), (["--capture", "--extcap-interface", "s2wmp-lo", "--fifo", "x"], true),
      (["--fifo", "x", "--capture", "--extcap-interface", "s2wmp-lo"], true), (["--capture"], false), (["decode", "--extcap-interfaces"], false),
      (["--help"], false), ([], false),
    ])
  func calls(arguments: [String], isOurs: Bool) {
    #expect(ExtcapArguments.completed(arguments) == (isOurs ? ["extcap"] + arguments : arguments))
  }

  @Test("A capture is asked for as Wireshark does")
  func capture() throws {
    let command = try ExtcapCommand.parse([
      "--capture", "--extcap-interface", "s2wmp-lo", "--fifo", "/run/pipe", "--extcap-capture-filter", "host 10.0.0.7", "--port", "6000,6001",
      "--all-frames", "--embed-keys", "keys.log", "--no-promiscuous",
    ])
    #expect(command.capture && command.allFrames && command.noPromiscuous)
    #expect(command.extcapInterface == "s2wmp-lo" && command.fifo == "/run/pipe" && command.embedKeys == "keys.log")
    #expect(command.extcapCaptureFilter == "host 10.0.0.7")
    #expect(try command.extraPorts() == [6000, 6001])
    #expect(try ExtcapCommand.parse(["--extcap-interfaces", "--extcap-version=4.0"]).extcapVersion == "4.0")
    #expect(try ExtcapCommand.parse(["--extcap-interface", "s2wmp-lo", "--extcap-reload-option", "port"]).extcapReloadOption == "port")
  }

  @Test("Ports are numbers between commas", arguments: ["0", "65536", "x", "6000;6001", "6000,-1"])
  func wrongPorts(text: String) throws {
    let command = try ExtcapCommand.parse(["--port=\(text)"])
    #expect(throws: ExitCode(2)) { try command.extraPorts() }
  }

  @Test("A capture filter narrows ours, and a blank one is none")
  func filters() throws {
    let ours = CaptureFilter.ours(linkType: 1)
    #expect(ExtcapCommand.both("", ours) == ours)
    #expect(ExtcapCommand.both("  ", "") == "")
    #expect(ExtcapCommand.both("tcp", "") == "tcp")
    let both = ExtcapCommand.both("tcp or host 10.0.0.7", ours)
    #expect(both == "(tcp or host 10.0.0.7) and (\(ours))")
    #expect(throws: Never.self) { try CaptureFilter.check(both, linkType: 1) }
  }
}
