import S2WMPPeer

/// The bytes as the life of a peer (`PeerScript`): after every call everything must hold that `PeerWatch` and `PeerUpkeep` look at.
enum PeerTarget {
  /// - rules: the sound ones, or those of a planted defect, of which a script is to show that it would be noticed.
  static func check(_ input: UnsafeRawBufferPointer, rules: @escaping () -> PeerRules = { PeerRules() }) throws(FuzzViolation) {
    guard let first = input.first else { return }
    let stage = try PeerStage(PeerSetting(first), rules: rules)
    defer { stage.dismiss() }
    var script = PeerScript(stage, UnsafeRawBufferPointer(rebasing: input[1...]))
    try script.run()
  }
}
