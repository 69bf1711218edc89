import Foundation
import S2WMPAnalysis
import S2WMPFlow
import S2WMPReport
import S2WMPWire
import Testing

@testable import S2WMPInsight

/// What a page says, and that its parts find each other.
@Suite("Content of pages") struct PageContentTests {
  private final class Sink: DissectionSink {
    var material = PageMaterial(limit: 1000)
    let survey = Survey()
    let watch = SecurityWatch()

    func receive(_ packet: borrowing Dissection) {
      material.add(packet)
      survey.receive(packet)
      watch.receive(packet)
    }

    var page: ReportPage { ReportPage(file: "capture", material: material, facts: survey.facts(), security: watch.findings()) }
  }

  private func page(_ capture: String) throws -> ReportPage {
    let sink = Sink()
    try SecurityScene.read(capture, into: sink)
    return sink.page
  }

  /// Every capture of the fixtures makes a page that is well formed, whose IDs are unique and whose links lead somewhere.
  @Test(arguments: SecurityScene.captures) func everyCapture(capture: String) throws {
    let text = try page(capture).text
    let elements = try #require(PageElements.parse(text))
    #expect(elements.dangers.isEmpty)
    let ids = Set(elements.ids)
    #expect(ids.count == elements.ids.count, "an ID is there twice")
    let targets = elements.attributes.filter { $0.name == "href" }.map { String($0.value.dropFirst()) }
    #expect(targets.allSatisfy { ids.contains($0) }, "\(targets.filter { !ids.contains($0) })")
    // Nothing jumps the order in which the keyboard goes through the page, and every drawing has words or none to say.
    #expect(!elements.attributes.contains { $0.name == "tabindex" })
    #expect(!text.contains("Optional("))
  }

  @Test func sameCaptureSamePage() throws {
    #expect(try page("lan-chat.pcap").text == page("lan-chat.pcap").text)
  }

  @Test func theChat() throws {
    let text = try page("lan-chat.pcap").text
    for part in ["34", "alice looks up bob", "10.0.0.9:5000", "sender and datetime are those of the message in frame 22", "ffdhe3072 + RSA-3072"] {
      #expect(text.contains(part), "\(part)")
    }
    for id in ["findings", "security", "ladder", "rate", "latency", "users", "friends", "conversations"] { #expect(text.contains("id=\"\(id)\""), "\(id)") }
  }

  @Test func everyFindingLeadsToItsPacket() throws {
    let page = try page("malformed-fields.pcap")
    let text = page.text
    for (code, count) in page.material.findingCounts {
      #expect(count > 0 && text.contains("<b>\(code.name)</b>"))
      let packet = try #require(page.context.packets.firstIndex { $0.findings.contains(code) })
      #expect(text.contains("href=\"#\(page.context.anchor(packet))\""))
    }
  }

  /// A host that talks with itself: its ports say nothing, so its users have the lanes.
  @Test func usersOfOneHostHaveLanes() throws {
    var lanes = Lanes()
    var seen: [LaneNumber] = []
    for number in 0..<4 as Range<UInt64> {
      let sample = try PageSample.message(number % 2 + 1, 2 - number % 2).with {
        $0.source = .ipv4(0x7f00_0001, port: UInt16(40_000 + number))
        $0.destination = .ipv4(0x7f00_0001, port: number % 2 == 0 ? 5000 : 5001)
      }
      sample.dissect { packet in
        let (from, to) = lanes.number(copy packet)
        seen += [from, to]
      }
    }
    #expect(Set(seen).count == 2)
    #expect(seen[0] == seen[3] && seen[1] == seen[2])
  }

  @Test func lanesAreFewAndCountAll() {
    var lanes = Lanes()
    for number in 0..<50 as Range<UInt32> {
      PageSample([9]).with { sample in
        sample.isMalformed = true
        sample.source = .ipv4(0x0a00_0100 + number, port: 1)
      }.dissect { _ = lanes.number(copy $0) }
    }
    let columns = LaneColumns(lanes, NameBook())
    #expect(columns.all.count == LaneColumns.most)
    #expect(columns.all.reduce(0) { $0 + $1.packets } == 100)
    #expect(columns.all.last?.name == "42 others")
    #expect(columns.middle(0) == "5%" && columns.middle(9) == "95%")
  }

  @Test func tiesSpanRequestAndAnswer() throws {
    let samples = try [
      PageSample.message(1, 2).with { $0.frame = 5 }, PageSample.message(1, 2).with { $0.frame = 6 },
      PageSample.message(2, 1).with { sample in
        sample.frame = 7
        sample.replyTo = 5
        swap(&sample.source, &sample.destination)
      },
    ]
    let context = SamplePage.make(samples).context
    let busy = BusyLanes(context, 0..<3)
    #expect(busy[0].map(\.part) == [.begins] && busy[1].map(\.part) == [.passes] && busy[2].map(\.part) == [.ends])
    #expect(Set([busy[0], busy[1], busy[2]].flatMap { $0.map(\.lane) }).count == 1)
  }

  @Test func latenciesShareAScale() {
    var fast = LatencyHistogram()
    fast.add(50_000)
    var slow = LatencyHistogram()
    slow.add(2_000_000_000)
    let scale = LatencyScale([fast, slow, LatencyHistogram()])
    #expect(scale.place(10_000) == 0 && scale.place(10_000_000_000) == 100)
    #expect(abs(scale.place(1_000_000) - 100.0 / 3) < 0.01)
    #expect(scale.decades.first == 10_000 && scale.decades.count == 7)
    #expect(LatencyScale([]).place(.max) == 100 && LatencyScale([]).place(.min) == 0)
  }

  @Test func numbersForPeople() {
    #expect(Digits.span(38_000) == "38 µs" && Digits.span(125_000_000_000) == "2 min 5 s" && Digits.span(8_100_000_000_000) == "2 h 15 min")
    #expect(Digits.span(.max) == "106,751 d 23 h" && Digits.grouped(Int.min) == "-9,223,372,036,854,775,808")
    #expect(Digits.bytes(9_999) == "9,999 bytes" && Digits.bytes(1_234_567) == "1.2 MB" && Digits.bytes(.max) == "18446744 TB")
  }
}
