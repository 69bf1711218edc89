import Testing

@testable import S2WMPInsight

@Suite("What was seen of late") struct RecentTableTests {
  private let hash = SeededHash()

  @Test func firstValuesStay() {
    let table = RecentTable<UInt64>(1024)
    let keys = (0..<300).map { hash.of(UInt64($0), 1, 2) }
    for (index, key) in keys.enumerated() { #expect(table.value(key, orAdd: UInt64(index)) == nil) }
    for (index, key) in keys.enumerated() { #expect(table.value(key, orAdd: 999_999) == UInt64(index)) }
  }

  @Test func theOldestOfABucketGivesWay() {
    // One bucket: all keys share it.
    let table = RecentTable<UInt64>(8)
    let keys = (0..<9).map { hash.of(UInt64($0), 0, 0) }
    for (index, key) in keys.enumerated() { #expect(table.value(key, orAdd: UInt64(index)) == nil) }
    #expect(table.value(keys[8], orAdd: 100) == 8)
    #expect(table.value(keys[1], orAdd: 100) == 1)
    #expect(table.value(keys[0], orAdd: 100) == nil)
    #expect(table.value(keys[1], orAdd: 100) == nil, "its place was taken")
  }

  @Test func aMillionMessagesAreForgottenAgain() {
    let table = RecentTable<UInt64>(65_536)
    var remembered = 0
    for index in 0..<200_000 as Range<UInt64> { _ = table.value(hash.of(index, 7, 7), orAdd: index) }
    for index in 190_000..<200_000 as Range<UInt64> where table.value(hash.of(index, 7, 7), orAdd: 0) == index { remembered += 1 }
    #expect(remembered > 9_900)
  }

  @Test func everyWordCounts() {
    let words: [(UInt64, UInt64, UInt64)] = [(1, 2, 3), (2, 1, 3), (1, 3, 2), (1, 2, 4), (0, 2, 3), (1, 0, 3), (1, 2, 0), (0x9e37_79b9_7f4a_7c15, 5, 3)]
    #expect(Set(words.map { hash.of($0.0, $0.1, $0.2) }).count == words.count)
    #expect(hash.of(0x9e37_79b9_7f4a_7c15, 5, 3) != hash.of(0x9e37_79b9_7f4a_7c15, 6, 3))
  }

  @Test func latestKeysAreOnlyThoseAdded() {
    var latest = LatestKeys<UInt64>()
    #expect(!latest.contains(0, 0))
    for key in 0..<100 as Range<UInt64> { latest.add(key, key) }
    #expect((90..<100 as Range<UInt64>).allSatisfy { latest.contains($0, $0) })
    #expect(!latest.contains(100, 100) && !latest.contains(5, 6))
  }
}
