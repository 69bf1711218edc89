import S2WMPCapture
import S2WMPReport
import Testing

@testable import S2WMPLive

@Suite("What the live screen keeps") struct KeepingTests {
  private static func frame(_ number: UInt64, _ size: Int = 100) -> KeptFrame {
    KeptFrame(number: number, time: CaptureTime(nanoseconds: Int64(number)), linkType: 1, wireLength: size, bytes: [UInt8](repeating: 7, count: size))
  }

  @Test func framesAreBoundedInBytes() {
    var store = FrameStore(byteLimit: 100_000)
    for number in 1...5000 { store.append(Self.frame(UInt64(number))) }
    #expect(store.count == 100_000 / 196 && store.firstNumber == UInt64(5001 - store.count))
    #expect(store.dropped == UInt64(5000 - store.count))
    #expect(store.all.map(\.number) == Array((store.firstNumber ?? 0)...5000))
    store.append(Self.frame(5001, 1_000_000))
    #expect(store.count == 1 && store.firstNumber == 5001)
  }

  @Test func framesThatNobodyWillAskForGo() {
    var store = FrameStore(byteLimit: 1 << 30)
    for number in 1...3000 { store.append(Self.frame(UInt64(number))) }
    store.release(before: 2500)
    #expect(store.firstNumber == 2500 && store.count == 501 && store.dropped == 2499)
    let found = store.frames([1, 2499, 2500, 2777, 3000, 3001])
    #expect(found.frames.map(\.number) == [2500, 2777, 3000] && found.missing == 3)
    store.release(before: 9000)
    #expect(store.count == 0 && store.frames([3000]).missing == 1 && store.all.isEmpty)
  }

  @Test func serialsStayWhileThePastGoes() {
    var history = PacketHistory(limit: 10, byteLimit: .max)
    for packet in Made.packets(1...25) { history.append(packet) }
    #expect(history.begin == 15 && history.end == 25 && history.count == 10)
    #expect(history[14] == nil && history[15]?.frame == 16 && history[24]?.frame == 25 && history[25] == nil)
  }

  @Test func aListFindsItsPlace() throws {
    var history = PacketHistory(limit: 10, byteLimit: .max)
    var list = PacketList()
    for packet in Made.packets(1...15) { history.append(packet) }
    list.apply(try DisplayFilter("frame in {7, 9, 11, 30..40}"), to: history)
    #expect((0..<list.count).map { list[$0] } == [6, 8, 10])
    #expect(list.index(atOrAfter: 0) == 0 && list.index(atOrAfter: 7) == 1 && list.index(atOrAfter: 8) == 1 && list.index(atOrAfter: 11) == 3)
    for packet in Made.packets(16...18) { history.append(packet) }
    list.update(from: history)
    #expect((0..<list.count).map { list[$0] } == [8, 10])
    // More came than is kept: nothing that is gone is looked at.
    for packet in Made.packets(19...60) { history.append(packet) }
    list.update(from: history)
    #expect(list.count == 0)
    list.apply(nil, to: history)
    #expect(list.count == 10 && list.last == 59)
  }

  @Test func aCursorStaysOnItsItem() {
    var cursor = ListCursor<Int>()
    #expect(cursor.index(in: []) == nil && cursor.index(in: [5, 6]) == 0)
    cursor.move(by: 2, in: [5, 6, 7, 8])
    #expect(cursor.selected == 7)
    #expect(cursor.window([9, 5, 6, 7, 8], height: 2) == 2..<4)
    cursor.select(99, in: [9, 5, 6, 7, 8])
    #expect(cursor.selected == 8 && cursor.window([9, 5, 6, 7, 8], height: 2) == 3..<5)
    // Gone: where it was is anywhere.
    #expect(cursor.window([1], height: 2) == 0..<1)
  }
}
