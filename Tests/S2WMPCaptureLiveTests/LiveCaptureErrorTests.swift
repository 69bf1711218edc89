import Foundation
import Testing

@testable import S2WMPCapture

@Suite("Live captures that cannot start")
struct LiveCaptureErrorTests {
  @Test func theDefaultDeviceIsTheFirstUsableOne() throws {
    let loopback = CaptureDevice(name: "lo", isLoopback: true)
    let any = CaptureDevice(name: "any")
    let down = CaptureDevice(name: "eth9", isUp: false)
    #expect(try CaptureDevice.preferred(of: [down, any, loopback]) == any)
    #expect(throws: LiveCaptureError.noDevice) { try CaptureDevice.preferred(of: [loopback, down]) }
  }

  @Test func unknownDevicesAreNamed() {
    #expect(throws: LiveCaptureError.unknownDevice("s2wmp-none0")) { try LiveCapture(device: "s2wmp-none0") }
    #expect(LiveCaptureError.unknownDevice("s2wmp-none0").description.contains("s2wmp sniff --list"))
  }

  @Test func aWrongFilterIsNamed() async throws {
    try await NetworkPair.run { _ in
      var options = LiveCaptureOptions()
      options.filter = "prot 5000"
      do {
        _ = try LiveCapture(device: "near0", options: options)
        Issue.record("a wrong filter was accepted")
      } catch LiveCaptureError.badFilter(let text, let message) {
        #expect(text == "prot 5000" && !message.isEmpty)
      }
    }
  }

  @Test func aDeviceThatIsDownIsNamed() async throws {
    try await NetworkPair.run { pair in
      pair.ip("link set near0 down")
      #expect(throws: LiveCaptureError.deviceDown("near0")) { try LiveCapture(device: "near0") }
    }
  }

  @Test func theMissingPrivilegeIsToldWithItsCommand() async throws {
    try await NetworkPair.inThread {
      dropCapabilitiesOfThisThread()
      let program = runningProgramPath()
      #expect(program.hasPrefix("/"))
      #expect(throws: LiveCaptureError.privilege(device: "lo", program: program)) { try LiveCapture(device: "lo") }
      #expect(throws: LiveCaptureError.unknownDevice("s2wmp-none0")) { try LiveCapture(device: "s2wmp-none0") }
    }
    let text = LiveCaptureError.privilege(device: "lo", program: "/opt/a b/s2wmp").description
    #expect(text.contains("sudo setcap cap_net_raw,cap_net_admin=eip '/opt/a b/s2wmp'"))
  }
}

/// Capabilities belong to threads on Linux, so the other tests keep theirs.
private func dropCapabilitiesOfThisThread() {
  typealias SetCapabilities = @convention(c) (UnsafeMutableRawPointer, UnsafeRawPointer) -> Int32
  guard let capset = dlsym(nil, "capset").map({ unsafeBitCast($0, to: SetCapabilities.self) }) else { return }
  // Version 3 of the header, this thread; then two rows of effective, permitted, inheritable.
  var header: [UInt32] = [0x2008_0522, 0]
  let none = [UInt32](repeating: 0, count: 6)
  _ = capset(&header, none)
}
