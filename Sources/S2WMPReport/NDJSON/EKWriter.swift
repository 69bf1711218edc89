import S2WMPAnalysis
import S2WMPFlow

/// `--format ek`: two lines a packet, as Elasticsearch's and OpenSearch's bulk interface takes them and `tshark -T ek` writes them.
///
/// The first names the index, one for each day (UTC) of the capture: `packets-2026-11-24`. The second holds `timestamp` (milliseconds since 1970, as
/// a string) and `layers.s2wmp`, the object that `ndjson` writes. No `_type` stands in the first line: current versions refuse it.
public final class EKWriter {
  private let objects: NDJSONWriter
  private let out: LineBuffer
  private var scratch: [UInt8] = []
  /// The last whole day written, and its action line.
  private var day: Int64?
  private var action: [UInt8] = []

  private static let nanosecondsOfDay: Int64 = 86_400_000_000_000

  public init(_ out: LineBuffer) {
    self.out = out
    objects = NDJSONWriter(out)
  }

  public func write(_ packet: borrowing Dissection) {
    scratch.removeAll(keepingCapacity: true)
    appendAction(packet.time)
    appendTimestamp(packet.time)
    scratch += Array("\"layers\":{\"s2wmp\":".utf8)
    out.append(scratch)
    objects.object(packet)
    out.append(Array("}}\n".utf8))
  }

  private func appendAction(_ time: CaptureTime) {
    if time.isNone { return scratch += Array("{\"index\":{\"_index\":\"packets-undated\"}}\n".utf8) }
    let (days, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: Self.nanosecondsOfDay)
    let today = rest < 0 ? days - 1 : days
    if today != day {
      day = today
      var date: [UInt8] = []
      Notation.appendSecond(today * 86_400, to: &date)
      // Only the date stands before the T.
      action = Array("{\"index\":{\"_index\":\"packets-".utf8) + date.prefix { $0 != 0x54 } + Array("\"}}\n".utf8)
    }
    scratch += action
  }

  private func appendTimestamp(_ time: CaptureTime) {
    scratch.append(0x7b)
    if time.isNone { return }
    let (milliseconds, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
    scratch += Array("\"timestamp\":\"\(rest < 0 ? milliseconds - 1 : milliseconds)\",".utf8)
  }
}
