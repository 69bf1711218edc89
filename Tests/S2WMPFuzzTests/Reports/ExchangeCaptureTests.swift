import Foundation
import S2WMPCapture
import S2WMPFlow
import S2WMPFuzz
import Testing

@testable import s2wmp

@Suite("Captures of exchanges")
struct ExchangeCaptureTests {
  private func decoded(_ exchange: Exchange, target: String) throws -> [[String: Any]] {
    let file = FileManager.default.temporaryDirectory.appending(path: "s2wmp-exchange-\(UUID().uuidString).pcap")
    defer { try? FileManager.default.removeItem(at: file) }
    let endpoint = try #require(Endpoint(text: target))
    try ExchangeCapture.write(exchange, target: endpoint, started: 1_795_527_721_123, to: file.path(percentEncoded: false))
    let process = Process()
    process.executableURL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../.build/debug/s2wmp").standardizedFileURL
    process.arguments = ["decode", "--format", "ndjson", file.path(percentEncoded: false)]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return try output.split(separator: 0x0a).map { try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]) }
  }

  @Test(arguments: ["127.0.0.1:5000", "192.168.7.9:5000", "[::1]:5000", "[fe80::1]:5000"])
  func decodeSeesThePacketsAtTheirTimes(_ target: String) throws {
    let lines = try decoded(SampleReport.exchange, target: target)
    #expect(lines.map { $0["name"] as? String } == ["M", "ACK", "BPM", "M", "ACK"])
    #expect(lines.map { $0["time"] as? String }.first == "2026-11-24T13:42:01.124200000Z")
    #expect(lines[0]["dst"] as? String == target && (lines[0]["src"] as? String)?.hasSuffix(":40000") == true)
    #expect((lines[0]["frames"] as? [Int])?.count == 2 && lines[1]["reply_to"] as? Int == lines[0]["frame"] as? Int)
    #expect(lines.allSatisfy { ($0["expert"] as? [[String: Any]])?.contains { ($0["code"] as? String)?.hasPrefix("capture") == true } == false })
  }

  @Test func noiseResetsAndRefusalsAreThere() throws {
    let lines = try decoded(SampleReport.crash("x").exchange, target: "127.0.0.1:5000")
    #expect(lines.isEmpty)
    var exchange = SampleReport.exchange
    exchange.entries.insert(.init(at: 1_690_000, connection: 0, .ended(byTarget: true, .reset)), at: 3)
    let again = try decoded(exchange, target: "127.0.0.1:5000")
    #expect(Set(again.compactMap { $0["src"] as? String }.filter { $0.contains(":40") }) == ["127.0.0.1:40000", "127.0.0.1:40064"])
  }

  @Test func damagedRangesAreNoTrap() throws {
    var exchange = SampleReport.exchange
    exchange.sent.removeLast(250)
    exchange.received = []
    _ = try decoded(exchange, target: "127.0.0.1:5000")
    #expect(HTMLReport.text(SampleReport.make()).isEmpty == false)
  }
}
