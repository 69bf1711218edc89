import S2WMPAnalysis
import S2WMPFlow
import S2WMPWire

/// A name that filters and columns know, and how its values are read from a packet.
struct FilterField: Sendable {
  var name: String
  /// One line on what it is.
  var note: String
  var kind: FilterKind
  var values: FilterValues
}

/// What the values of a field are, which decides what they can be compared with and how they are written.
enum FilterKind: Sendable, Hashable {
  /// Whole numbers up to a largest one.
  case number(UInt64)
  /// Numbers that code tables name.
  case code
  /// Milliseconds since 1970, a number of 64 bits.
  case milliseconds
  /// Nanoseconds of the capture clock.
  case time
  /// Nanoseconds, given in seconds.
  case duration
  /// Bytes, given and shown in hex; `fixed` is their greatest size where the size is the field's own.
  case bytes(fixed: Int?)
  case text
  case address
  /// Addresses of one IP version, from the capture.
  case host(ipv4: Bool?)
  /// Address and port.
  case endpoint
  /// One or several of a few names.
  case choice
  /// True or absent.
  case flag

  /// For people.
  var title: String {
    switch self {
    case .number: "number"
    case .code: "code: number or name"
    case .milliseconds: "milliseconds since 1970, or \"2026-11-24T13:42:01Z\""
    case .time: "time: \"2026-11-24T13:42:01Z\", or seconds since 1970"
    case .duration: "seconds"
    case .bytes: "bytes in hex"
    case .text: "text"
    case .address: "address"
    case .host(ipv4: true): "IPv4 address"
    case .host(ipv4: false): "IPv6 address"
    case .host: "address"
    case .endpoint: "address, or address:port"
    case .choice: "name"
    case .flag: "present or absent"
    }
  }
}

/// Calls `visit` with each value of a packet until it returns true; returns whether it did.
typealias FilterWalk<Value> = @Sendable (_ packet: Dissection, _ visit: (Value) -> Bool) -> Bool

/// Where the values come from.
enum FilterValues: Sendable {
  /// Fields of packets.
  case rows(FieldSlots)
  /// Signed facts (times, durations) are moved by `FilterNumber.bias`, so that order is kept.
  case numbers(FilterWalk<UInt64>)
  case endpoints(FilterWalk<Endpoint>)
  case bytes(FilterWalk<UnsafeRawBufferPointer>)
  case choice(FilterChoice)
  case flag(FilterTest)
}

/// A fact with at most 64 values that have names; a packet has a set of them, as bits.
struct FilterChoice: Sendable {
  /// The name of each bit. Several may share one.
  var names: [String]
  /// The order of the names, where they have one: comparisons with `<` use it.
  var ranks: [Int]?
  var bits: @Sendable (Dissection) -> UInt64
}

/// Numbers as filters compare them.
enum FilterNumber {
  /// Keeps the order of signed numbers among unsigned ones.
  static func bias(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) ^ 1 << 63 }
  static func unbias(_ value: UInt64) -> Int64 { Int64(bitPattern: value ^ 1 << 63) }
}

extension FilterField {
  /// What the bare name tests.
  var presence: FilterTest {
    switch values {
    case .rows(let slots): { slots.isPresent($0) }
    case .numbers(let walk): { walk($0) { _ in true } }
    case .endpoints(let walk): { walk($0) { _ in true } }
    case .bytes(let walk): { walk($0) { _ in true } }
    case .choice(let choice): { choice.bits($0) != 0 }
    case .flag(let test): test
    }
  }
}
