import ArgumentParser
import Glibc
import S2WMPCapture

/// `s2wmp extcap`: what Wireshark calls to capture through this program. The option names are those of Wireshark's extcap interface.
struct ExtcapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "extcap",
    abstract: "Let Wireshark capture S2WMP traffic through this program.",
    discussion: """
      Wireshark calls this itself, once the built program (not the script that builds it) stands in its extcap folder:

        mkdir -p ~/.config/wireshark/extcap
        ln -sf "$PWD/.build/release/s2wmp" ~/.config/wireshark/extcap/s2wmp

      From then on Wireshark and tshark list an interface "S2WMP: eth0" for each device. Capturing needs the same right as sniff.
      """,
    shouldDisplay: false)

  @Flag(help: "List the interfaces.") var extcapInterfaces = false
  @Option(help: ArgumentHelp("The version of the caller; nothing depends on it.", valueName: "version")) var extcapVersion: String?
  @Option(help: ArgumentHelp("The interface that is meant.", valueName: "interface")) var extcapInterface: String?
  @Flag(help: "List the link types of the interface.") var extcapDlts = false
  @Flag(help: "List what can be set for the interface.") var extcapConfig = false
  @Option(help: ArgumentHelp("Values of an option; none of ours has any to reload.", valueName: "option")) var extcapReloadOption: String?
  @Option(help: ArgumentHelp("Capture filter in libpcap's language; alone: check it.", valueName: "expression")) var extcapCaptureFilter: String?
  @Flag(help: "Capture.") var capture = false
  @Option(help: ArgumentHelp("Where the frames go, as pcapng.", valueName: "file")) var fifo: String?
  @Option(help: ArgumentHelp("Also these ports, separated by commas.", valueName: "ports")) var port: String?
  @Flag(help: "Every frame, not only those on ports of ours.") var allFrames = false
  @Option(help: ArgumentHelp("Keep this key log in the capture.", valueName: "keylog")) var embedKeys: String?
  @Flag(help: "Do not put the device into promiscuous mode.") var noPromiscuous = false

  func run() throws {
    do { try serve() } catch let error as LiveCaptureError { throw CommandError(description: "\(error)") }
  }

  private func serve() throws {
    if extcapInterfaces { return StandardOutput.write(ExtcapText.interfaces(try CaptureDevice.all())) }
    guard let extcapInterface else { throw Self.misused("name the interface with --extcap-interface; --extcap-interfaces lists those that exist") }
    let device = ExtcapText.device(extcapInterface)
    if capture { return try record(device) }
    if extcapReloadOption != nil { return }
    if extcapConfig { return StandardOutput.write(ExtcapText.configuration) }
    if extcapDlts { return StandardOutput.write(ExtcapText.linkType(LinkTypeName(CaptureDevice.linkType(of: device)))) }
    if let extcapCaptureFilter { return check(extcapCaptureFilter, device) }
    throw Self.misused("say what to do: --capture, --extcap-dlts, --extcap-config or --extcap-capture-filter")
  }

  /// Wireshark takes a filter for wrong when something is printed, and only believes that with exit status 0.
  private func check(_ filter: String, _ device: String) {
    do throws(LiveCaptureError) {
      try CaptureFilter.check(filter, linkType: CaptureDevice.linkType(of: device))
    } catch {
      StandardOutput.write(SafeLine.text("\(error)") + "\n")
    }
  }

  private func record(_ device: String) throws {
    guard let fifo, !fifo.isEmpty else { throw Self.misused("--capture needs --fifo, which says where the frames go") }
    let session: ExtcapSession
    do {
      session = try ExtcapSession(device: device, options: try options(device), fifo: fifo, keyLog: embedKeys.flatMap { $0.isEmpty ? nil : $0 })
    } catch {
      ExtcapPipe.release(fifo)
      throw error
    }
    try session.run()
  }

  private func options(_ device: String) throws -> LiveCaptureOptions {
    var options = LiveCaptureOptions()
    options.isPromiscuous = !noPromiscuous
    let (linkType, given) = (CaptureDevice.linkType(of: device), extcapCaptureFilter ?? "")
    try CaptureFilter.check(given, linkType: linkType)
    options.filter = Self.both(given, allFrames ? "" : CaptureFilter.ours(extraPorts: try extraPorts(), linkType: linkType))
    return options
  }

  /// Ours may look behind VLAN tags, after which nothing else may stand.
  static func both(_ given: String, _ ours: String) -> String {
    let isBlank = given.allSatisfy { $0.isWhitespace }
    if isBlank { return ours }
    return ours.isEmpty ? given : "(\(given)) and (\(ours))"
  }

  func extraPorts() throws -> [UInt16] {
    guard let port else { return [] }
    return try port.split { $0 == "," || $0 == " " }.map { word in
      guard let number = UInt16(word), number > 0 else {
        throw Self.misused("--port takes numbers from 1 to 65535 between commas, not \"\(SafeLine.text(port))\"")
      }
      return number
    }
  }

  /// Wireshark shows what stands on standard error: one sentence, no usage.
  private static func misused(_ sentence: String) -> ExitCode {
    StandardError.complain(sentence)
    return ExitCode(2)
  }
}
