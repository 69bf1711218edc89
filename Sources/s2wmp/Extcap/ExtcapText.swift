import S2WMPCapture

/// The lines of Wireshark's extcap interface: words, then `{key=value}` for each property.
enum ExtcapText {
  /// Interfaces must not be named like one that Wireshark itself captures on.
  static let prefix = "s2wmp-"

  /// One interface for each device that can carry IP; `any` for all of them.
  static func interfaces(_ devices: [CaptureDevice]) -> String {
    let usable = devices.filter { $0.isInterface && isSafe($0.name) }
    let lines = usable.map { "interface {value=\(prefix)\($0.name)}{display=S2WMP: \($0.name)}" }
    return (["extcap {version=1.0}{display=S2WMP}"] + lines).map { $0 + "\n" }.joined()
  }

  /// The device that an interface of ours stands for.
  static func device(_ interface: String) -> String {
    interface.hasPrefix(prefix) ? String(interface.dropFirst(prefix.count)) : interface
  }

  static func linkType(_ type: LinkTypeName) -> String {
    "dlt {number=\(type.number)}{name=\(type.name)}{display=\(type.explanation)}\n"
  }

  /// What can be set for an interface; the calls are options of `ExtcapCommand`.
  static let configuration = """
    arg {number=0}{call=--port}{display=Other ports}{type=string}{placeholder=6000,6001}{validation=^[0-9]+(,[0-9]+)*$}\
    {tooltip=TCP and UDP ports to capture besides 5000, 5001, 5002 and 5005, with commas between them}
    arg {number=1}{call=--all-frames}{display=All frames}{type=boolflag}{default=false}\
    {tooltip=Capture every frame, not only those on S2WMP ports}
    arg {number=2}{call=--embed-keys}{display=Key log to embed}{type=fileselect}{mustexist=false}\
    {tooltip=A peer's key log, which may still grow. It goes into the capture: who has that can read the messages}
    arg {number=3}{call=--no-promiscuous}{display=Promiscuous mode off}{type=boolflag}{default=false}\
    {tooltip=Only frames for this machine}

    """

  /// A brace would end the value, a line feed the line.
  private static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "}") }
  }
}
