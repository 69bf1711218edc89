import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire
import Testing

@testable import S2WMPInsight

/// Whatever comes, the page stays small and says what it leaves out.
@Suite("Bounds of pages") struct PageBoundTests {
  private func material(_ count: UInt64, limit: Int, _ change: (UInt64, inout PageSample) -> Void) throws -> PageMaterial {
    var material = PageMaterial(limit: limit)
    let message = try PageSample.message(1, 2)
    for number in 0..<count {
      var sample = message
      sample.frame = number + 1
      sample.nanoseconds = Int64(number) * 1_000_000
      change(number, &sample)
      sample.dissect { material.add($0) }
    }
    return material
  }

  @Test func findingsAreKeptBeforeAllElse() throws {
    var material = try material(5000, limit: 200) { number, sample in
      if number % 1000 == 999 { sample.findings = Findings(.replay) }
    }
    let kept = material.takeKept()
    #expect(kept.count == 200)
    let frames = Set(kept.map(\.frame))
    #expect(frames.isSuperset(of: [1000, 2000, 3000, 4000, 5000]))
    // The first and the last packet of the conversation, and the beginning of every window.
    #expect(frames.contains(1) && frames.contains(5000))
    for window in material.windows.all { #expect(frames.contains(window.firstFrame), "\(window.firstFrame)") }
    #expect(kept.map(\.ordinal) == kept.map(\.ordinal).sorted())
  }

  @Test func nothingIsShownTwice() throws {
    var material = try material(64, limit: 1000) { number, sample in sample.stream = UInt32(number / 2) }
    let kept = material.takeKept()
    #expect(kept.map(\.ordinal) == Array(0..<64))
  }

  @Test func evidenceComesWithItsRequest() throws {
    var material = try material(4000, limit: 64) { number, sample in
      guard number == 3501 else { return }
      sample.findings = Findings(.ackInconsistent)
      sample.replyTo = 3495
    }
    let frames = material.takeKept().map(\.frame)
    #expect(frames.contains(3502) && frames.contains(3495))
  }

  @Test(arguments: [0, 1, 3]) func tinyLimits(limit: Int) throws {
    var material = try material(1000, limit: limit) { number, sample in sample.findings = Findings(.replay) }
    #expect(material.takeKept().count == limit)
  }

  @Test func windowsStayFewAndLoseNothing() throws {
    let material = try material(30_000, limit: 10) { number, sample in
      sample.source = .ipv4(0x0a00_0000 + UInt32(number % 5000), port: 1)
      if number % 100 == 0 { sample.findings = Findings(.keyChanged) }
    }
    let windows = material.windows.all
    #expect((20...64).contains(windows.count))
    #expect(windows.reduce(0) { $0 + $1.packets } == 30_000)
    #expect(windows.reduce(0) { $0 + $1.errors } == 300)
    for window in windows {
      #expect(window.flows.count <= 512)
      #expect(window.flows.values.reduce(window.otherFlows) { $0 + $1.packets } == window.packets)
    }
    // Each begins where the one before ends, at a multiple of the size.
    var expected: UInt64 = 0
    for window in windows {
      #expect(window.firstOrdinal == expected && expected.isMultiple(of: material.windows.size))
      expected += window.packets
    }
    #expect(material.lanes.all.count <= 4096)
  }

  @Test func bytesOfPacketsAreBounded() throws {
    let long = try PageSample.message(1, 2, [UInt8](repeating: 7, count: 60_000))
    let page = SamplePage.make(Array(repeating: long, count: 30))
    #expect(page.context.packets.allSatisfy { $0.bytes.count <= KeptPacket.longest })
    #expect(page.text.utf8.count < 600_000)
    #expect(page.text.contains("more bytes"))
  }

  @Test func shownIsSaid() throws {
    let message = try PageSample.message(1, 2)
    let samples = (0..<3000).map { number in message.with { $0.frame = UInt64(number + 1) } }
    let text = SamplePage.make(samples, limit: 40).text
    #expect(text.contains("Shown in full: 40 of 3,000 packets"))
    #expect(text.contains("not shown"))
    #expect(PageElements.parse(text) != nil)
  }

  @Test func manyUsersMakeASmallGraph() throws {
    var samples: [PageSample] = []
    for number in 0..<3000 as Range<UInt64> { samples.append(try .message(number + 1, (number * 7) % 3000 + 4000)) }
    let page = SamplePage.make(samples, limit: 0)
    let circle = GraphCircle(page.material.contacts, most: 40)
    #expect(circle.users.count == 40 && circle.hiddenUsers > 1000)
    #expect(page.text.utf8.count < 600_000)
  }

  @Test func emptyCaptures() throws {
    let text = SamplePage.make([]).text
    #expect(text.contains("No packets of S2WMP"))
    #expect(PageElements.parse(text) != nil)
  }
}
