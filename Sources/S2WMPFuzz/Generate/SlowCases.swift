import S2WMPWire

extension Case {
  /// It makes the target do public-key arithmetic, or takes connections of its own.
  var isSlow: Bool {
    isFresh
      || steps.contains { step in
        switch step {
        case .send(let plans, _): plans.contains { $0.isSlow }
        case .noise, .end, .reset, .stall, .connection: true
        default: false
        }
      }
  }
}

extension PacketPlan {
  fileprivate var isSlow: Bool {
    if type == .idChange || type == .chatRequest { return true }
    return changes.contains { change in
      switch change {
      case .cut, .append, .set("type", _), .set("version", _), .set("length", _): true
      case .tamper(let field, _), .flip(let field, _): field == "type" || field == "version" || field == "length"
      default: false
      }
    }
  }
}
