import Foundation
import S2WMPReport
import Testing

@testable import S2WMPInsight

/// Text can be read by people who see less: WCAG 2.1, level AA.
@Suite("Contrast") struct ContrastTests {
  enum Scheme: String, CaseIterable { case light, dark }

  /// The variables of one scheme: dark ones stand over light ones.
  private func colours(_ scheme: Scheme) -> [String: UInt32] {
    let style = PageStyle.base + ReportStyle.text(columns: 5)
    var found: [String: UInt32] = [:]
    for block in style.components(separatedBy: ":root {").dropFirst() {
      let isDark = style.range(of: block).map { style[..<$0.lowerBound].suffix(60).contains("prefers-color-scheme: dark") } ?? false
      let isPrint = style.range(of: block).map { style[..<$0.lowerBound].suffix(40).contains("print") } ?? false
      if isPrint || isDark && scheme == .light { continue }
      for line in block.prefix(while: { $0 != "}" }).split(separator: ";") {
        let parts = line.split(separator: ":").map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
        guard parts.count == 2, parts[1].hasPrefix("#"), let value = Self.colour(parts[1]) else { continue }
        found[parts[0]] = value
      }
    }
    return found
  }

  private static func colour(_ text: String) -> UInt32? {
    let digits = text.dropFirst()
    return UInt32(digits.count == 3 ? digits.map { "\($0)\($0)" }.joined() : String(digits), radix: 16)
  }

  private static func luminance(_ colour: UInt32) -> Double {
    let parts = [16, 8, 0].map { shift in
      let value = Double(colour >> UInt32(shift) & 255) / 255
      return value <= 0.03928 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  private static func ratio(_ a: UInt32, _ b: UInt32) -> Double {
    let (first, second) = (luminance(a), luminance(b))
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)
  }

  @Test(arguments: Scheme.allCases) func text(scheme: Scheme) throws {
    let colours = colours(scheme)
    for name in ["--text", "--quiet", "--link", "--good", "--bad", "--warning"] {
      for ground in ["--ground", "--raised"] {
        let ratio = Self.ratio(try #require(colours[name]), try #require(colours[ground]))
        #expect(ratio >= 4.5, "\(name) on \(ground): \(ratio)")
      }
    }
    #expect(Self.ratio(try #require(colours["--mark-text"]), try #require(colours["--mark"])) >= 4.5)
  }

  /// Drawings need less, but they need it.
  @Test(arguments: Scheme.allCases) func drawings(scheme: Scheme) throws {
    let colours = colours(scheme)
    for name in ["--text", "--bars", "--link", "--warning", "--bad", "--quiet"] {
      let ratio = Self.ratio(try #require(colours[name]), try #require(colours["--ground"]))
      #expect(ratio >= 3, "\(name): \(ratio)")
    }
  }

  @Test func schemesDiffer() {
    #expect(colours(.light)["--ground"] == 0xffffff && colours(.dark)["--ground"] == 0x12161c)
    #expect(Self.ratio(0, 0xffffff) > 20.9)
  }
}
