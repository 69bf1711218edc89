import S2WMPCrypto
import S2WMPWire

/// The client ID of an IC (S2WMP wire format, sections 3.8 and 5.3).
extension KeyRing {
  /// An IC names its old ID and not its receiver: of the old pairs that are known, the one under which the client ID is a known program's is it;
  /// when there is only one, it is taken for it.
  func openIDChange(_ view: PacketView) -> OpenedPacket? {
    let field = view[IDChange.clientID]
    // To a bootstrap server.
    if field.isZero { return nil }
    let old = view[IDChange.userID]
    let bound = UnsafeRawBufferPointer(rebasing: view.bytes[..<50])
    let more = UnsafeRawBufferPointer(rebasing: view.bytes[66...])
    var found: [Identifier] = []
    for other in partners(of: old) {
      guard let pair = pair(old, other) else { continue }
      let client = pair.decryptClientID(field, bound: bound, more)
      if isKnown(client: client) { return OpenedPacket(client: client) }
      found.append(client)
    }
    return found.count == 1 ? OpenedPacket(client: found[0]) : nil
  }
}
