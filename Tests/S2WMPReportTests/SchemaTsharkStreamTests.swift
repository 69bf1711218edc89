import S2WMPWire
import Testing

@testable import S2WMPReport

@Suite("Lua dissector: streams in tshark", .enabled(if: SchemaTshark.isUsable, "tshark cannot run the dissector here"))
struct SchemaTsharkStreamTests {
  private static let ends = ["frame.number", "s2wmp.name", "s2wmp.dialect"]

  @Test("A stream split at odd places gives the packets at the frames that complete them", arguments: [[1], [3, 1, 77, 13], [79, 81], [1000]])
  func splits(sizes: [Int]) throws {
    let packets = [try SchemaVector.first("CR"), try SchemaVector.first("M"), try SchemaVector.first("ACK"), try SchemaVector.first("SC")]
    var capture = SchemaCapture()
    capture.stream(packets.flatMap { $0 }, sizes: sizes)
    let rows = try SchemaTshark.rows(capture, Self.ends)
    var seen: [(frame: String, name: String)] = []
    for row in rows {
      #expect(row[2].split(separator: "|").allSatisfy { $0 == "v1" })
      seen += row[1].split(separator: "|").map { (row[0], String($0)) }
    }
    #expect(seen.map(\.name) == ["CR", "M", "ACK", "SC"])
    #expect(seen.map(\.frame) == frames(packets.map(\.count), sizes))
  }

  /// The frames in which packets of these lengths end; two frames of handshake go before.
  private func frames(_ lengths: [Int], _ sizes: [Int]) -> [String] {
    var (frame, captured, needed) = (2, 0, 0)
    return lengths.map { length in
      needed += length
      while captured < needed {
        captured += frame - 2 < sizes.count ? sizes[frame - 2] : sizes[sizes.count - 1]
        frame += 1
      }
      return "\(frame)"
    }
  }

  @Test("Two packets in one segment are two packets; an answer shares its conversation's dialect")
  func twoInOne() throws {
    var capture = SchemaCapture()
    let message = try SchemaVector.first("M", .legacy)
    capture.segment(message + (try SchemaVector.first("SC", .legacy)))
    capture.segment(try SchemaVector.first("ACK"), fromClient: false)
    let rows = try SchemaTshark.rows(capture, Self.ends + ["s2wmp.legacy.messaging.length", "s2wmp.legacy.status.status"])
    #expect(rows.map { Array($0.prefix(3)) } == [["3", "M|SC", "legacy|legacy"], ["4", "ACK", "legacy"]])
    #expect(rows.first?[3] == "\(message.count - LegacyMessaging.headerLength)")
  }

  @Test("A conversation on another port is found by its shape, another one is left alone")
  func otherPorts() throws {
    var capture = SchemaCapture()
    capture.segment(try SchemaVector.first("M"), port: 30_001, server: 6123)
    capture.segment(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: 30_002, server: 6123)
    capture.segment(Array("GET / HTTP/1.1\r\n\r\n".utf8), port: 30_003, server: 5000)
    capture.datagram(try SchemaVector.first("BPM"), from: 30_004, to: 6123)
    capture.datagram([1, 2, 3], from: 30_005, to: 6123)
    let rows = try SchemaTshark.rows(capture, ["s2wmp.name"])
    #expect(rows == [["M"], ["BPM"]])
  }

  @Test("The dialect can be forced")
  func forced() throws {
    var capture = SchemaCapture()
    capture.segment(try SchemaVector.first("ACK"))
    #expect(try SchemaTshark.rows(capture, ["s2wmp.dialect"], options: ["-o", "s2wmp.dialect:legacy"]) == [["legacy"]])
  }

  @Test("Ports can be added")
  func ports() throws {
    var capture = SchemaCapture()
    capture.segment([1, 1, 0], server: 6123)
    capture.segment([7, 7, 7], server: 6123, fromClient: false)
    let options = ["-o", "s2wmp.tcp_ports:5000,6123"]
    #expect(try SchemaTshark.rows(capture, ["s2wmp.name", "s2wmp.expert.malformed.version"], options: options) == [["malformed", "1"]])
  }

  @Test("The list shows name, codes and user name")
  func infoColumn() throws {
    var capture = SchemaCapture()
    capture.segment([1, 6, 0, 2] + [UInt8](repeating: 0, count: 24))
    #expect(try SchemaTshark.rows(capture, ["_ws.col.Protocol", "_ws.col.Info"]) == [["S2WMP", "ACK rejected hash didn't match"]])
  }
}
