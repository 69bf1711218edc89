import S2WMPInsight
import Testing

@Suite("Latency histograms")
struct LatencyHistogramTests {
  @Test("small values are exact, percentiles of large ones within 3.2%, never beyond the extremes")
  func percentiles() throws {
    var histogram = LatencyHistogram()
    #expect(histogram.percentile(0.5) == nil)
    for value in 1...100_000 as ClosedRange<Int64> { histogram.add(value * 1000) }
    for share in [0.001, 0.5, 0.9, 0.99, 1] {
      let found = Double(try #require(histogram.percentile(share)))
      let exact = share * 100_000_000
      #expect(found >= exact && found <= exact * 1.032, "\(share): \(found)")
    }
    #expect(histogram.percentile(0) == 1000)
    #expect(histogram.maximum == 100_000_000 && histogram.minimum == 1000)
  }

  @Test("the extremes of the type are counted, negative values as 0")
  func extremes() {
    var histogram = LatencyHistogram()
    histogram.add(.max)
    histogram.add(-5)
    #expect(histogram.percentile(1) == .max && histogram.percentile(0.5) == 0)
    #expect(histogram.doublings.first?.count == 1 && histogram.doublings.last?.count == 1)
    #expect(histogram.doublings.reduce(0) { $0 + $1.count } == 2)
  }

  @Test("doublings follow each other without a hole")
  func doublings() {
    var histogram = LatencyHistogram()
    for value in [40, 100, 5000, 70_000] as [Int64] { histogram.add(value) }
    let rows = histogram.doublings
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.to + 1 == $1.from })
    #expect(rows.first?.from == 32 && (rows.last?.to ?? 0) >= 70_000)
  }
}
