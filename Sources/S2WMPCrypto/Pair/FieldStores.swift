import S2WMPWire

/// Field values written in place, without an array for each.
extension UnsafeMutableRawBufferPointer {
  func storeBytes(of value: UInt8, at field: Field<UInt8>) { self[field.offset] = value }
  func storeBytes(of value: UInt16, at field: Field<UInt16>) { storeBytes(of: value.bigEndian, toByteOffset: field.offset, as: UInt16.self) }
  func storeBytes(of value: UInt32, at field: Field<UInt32>) { storeBytes(of: value.bigEndian, toByteOffset: field.offset, as: UInt32.self) }
  func storeBytes(of value: UInt64, at field: Field<UInt64>) { storeBytes(of: value.bigEndian, toByteOffset: field.offset, as: UInt64.self) }
  func storeBytes(of value: Opaque64, at field: Field<Opaque64>) { storeBytes(of: value.value.bigEndian, toByteOffset: field.offset, as: UInt64.self) }

  func storeBytes(of value: UInt24, at field: Field<UInt24>) {
    self[field.offset] = UInt8(value.value >> 16 & 0xff)
    storeBytes(of: UInt16(value.value & 0xffff).bigEndian, toByteOffset: field.offset + 1, as: UInt16.self)
  }

  func storeBytes(of value: Identifier, at field: Field<Identifier>) {
    storeBytes(of: value.high.bigEndian, toByteOffset: field.offset, as: UInt64.self)
    storeBytes(of: value.low.bigEndian, toByteOffset: field.offset + 8, as: UInt64.self)
  }
}
