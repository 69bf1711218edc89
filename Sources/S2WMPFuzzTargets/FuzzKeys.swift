import S2WMPAnalysis
import S2WMPCrypto

/// Keys of each kind for the captures that a fuzzer makes, the same in every run of one process.
enum FuzzKeys {
  static let material: KeyMaterial = {
    var material = KeyMaterial()
    if let identity = try? Identity.generate(suite: .dh, group: .x25519) { material.add(identity) }
    if let key = try? LegacyKey.generate() { material.add(key) }
    // The pairs of the packets from which the seeds are made: IDs of one repeated byte.
    for (low, high) in [("a1", "b2"), ("11", "22")] {
      let (a, b) = (String(repeating: low, count: 16), String(repeating: high, count: 16))
      let text = "Z \(a) \(b) \(String(repeating: "5a", count: 32))\nCEK \(a) \(b) 1 \(String(repeating: "c3", count: 32))\n"
      if let log = try? Array(text.utf8).withUnsafeBytes({ try KeyLog(parsing: $0) }) { material.add(log) }
    }
    return material
  }()
}
