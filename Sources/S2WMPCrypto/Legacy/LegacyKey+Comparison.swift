extension LegacyKey {
  /// Whether a `public_key` field is this key's public half; parameters that change nothing (a private value's length) may differ.
  public func isOther(half field: [UInt8]) -> Bool {
    if field == publicKey { return true }
    guard let own = try? Self.judge(publicKey), let other = try? Self.judge(field) else { return false }
    return own == other
  }
}
