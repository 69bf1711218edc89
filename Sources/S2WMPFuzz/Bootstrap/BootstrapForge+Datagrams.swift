import S2WMPWire

/// What goes by UDP.
extension BootstrapForge {
  mutating func datagram(_ plan: PacketPlan, _ step: Int) throws {
    let stream = current
    defer { current = stream }
    current = .datagrams(source)
    try use(current)
    let form = try packet(plan, source, step, 0)
    noteDatagram(isAnswered: form.isRequest)
  }

  mutating func datagramNoise(_ bytes: [UInt8], _ step: Int) throws {
    let stream = current
    defer { current = stream }
    current = .datagrams(source)
    try use(current)
    let start = instance.buffer.count
    instance.buffer += bytes
    if bytes.first == 1 { instance.buffer[start] = 0xff }
    instance.packets.append(SentPacket(range: start..<instance.buffer.count, connection: -1, type: PacketType(rawValue: 0), step: step, index: 0))
    instance.packets[instance.packets.count - 1].checks = .version
    noteDatagram(isAnswered: false)
  }

  private mutating func noteDatagram(isAnswered: Bool) {
    if let last = instance.packets.last { instance.actions.append(.datagram(last.range)) }
    datagrams.isInDoubt = !isAnswered
  }
}
