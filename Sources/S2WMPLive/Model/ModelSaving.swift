import S2WMPAnalysis
import S2WMPChat

extension LiveModel {
  mutating func beginSaving() {
    if history.count == 0 && counters.frames == 0 {
      notice = LiveNotice(text: "Nothing was captured yet.")
      return
    }
    prompt = SavePrompt(name: settings.saveName(), hasFilter: list.filter != nil)
  }

  mutating func receiveInPrompt(_ key: Key) -> [LiveEffect] {
    switch prompt?.step {
    case .confirm(let request)?:
      if key == .text("y") || key == .text("Y") { return write(SaveRequest(path: request.path, frames: request.frames, replaces: true)) }
      prompt?.step = .name
      return []
    case .writing?:
      // It goes on; what became of it is told when it is known.
      if key == .escape { prompt = nil }
      return []
    default: return receiveName(key)
    }
  }

  private mutating func receiveName(_ key: Key) -> [LiveEffect] {
    switch key {
    case .escape: prompt = nil
    case .enter:
      guard let prompt, !prompt.name.isEmpty else { return [.bell] }
      return write(SaveRequest(path: prompt.name, frames: prompt.onlyMatching ? matchingFrames : nil, replaces: false))
    default: if prompt?.edit(key) != true { return [.bell] }
    }
    return []
  }

  private mutating func write(_ request: SaveRequest) -> [LiveEffect] {
    prompt?.step = .writing
    return [.save(request)]
  }

  /// Every frame with bytes of a packet that is shown, ascending, each once.
  private var matchingFrames: [UInt64] {
    var numbers: Set<UInt64> = []
    for index in 0..<list.count { numbers.formUnion(history[list[index]]?.frames ?? []) }
    return numbers.sorted()
  }
}
