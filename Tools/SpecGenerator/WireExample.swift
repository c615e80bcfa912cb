import SpecFiles

/// The value of one field in a golden vector: its number and its bytes on the wire.
struct WireValue {
  var name: String
  /// As two's complement, in the lowest `bytes` bytes.
  var bits: UInt64
  var bytes: Int
  var signed: Bool

  /// As JSON writes it.
  var number: String {
    guard signed else { return "\(bits)" }
    let shift = UInt64(64 - bytes * 8)
    return "\(Int64(bitPattern: bits << shift) >> Int64(shift))"
  }

  var littleEndian: [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: bits >> UInt64($0 * 8)) }
  }
}

/// Fills the fields of a message by a pattern.
struct WireExample {
  enum Pattern {
    case zero, largest, smallest
    /// Bytes 1, 2, 3, … over the fields.
    case counting
  }

  var spec: ProtocolSpec

  func values(of fields: [FieldSpec], _ pattern: Pattern) -> [WireValue] {
    var offset = 0
    return fields.flatMap { field in
      defer { offset += field.type.bytes }
      return values(of: field, pattern, at: offset)
    }
  }

  private func values(of field: FieldSpec, _ pattern: Pattern, at offset: Int) -> [WireValue] {
    func value(_ suffix: String, at offset: Int, bits: Int, signed: Bool) -> WireValue {
      let raw = Self.bits(pattern, at: offset, width: bits, signed: signed)
      return WireValue(
        name: field.swiftName + suffix, bits: raw, bytes: bits / 8, signed: signed)
    }
    switch field.type {
    case .integer(let bits, let signed):
      return [value("", at: offset, bits: bits, signed: signed)]
    case .ascii16:
      return [
        value("Low", at: offset, bits: 64, signed: false),
        value("High", at: offset + 8, bits: 64, signed: false),
      ]
    case .enumeration(let name, let bits):
      let known = caseValues(name).sorted()
      var result = value("", at: offset, bits: bits, signed: false)
      switch pattern {
      case .zero, .smallest: result.bits = known.first ?? 0
      case .largest: result.bits = known.last ?? 0
      case .counting: result.bits = known[offset % known.count]
      }
      return [result]
    case .flags(let name, let bits):
      let known = spec.flags.first { $0.name == name }?.members.map(\.bit) ?? []
      let mask = known.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
      var result = value("", at: offset, bits: bits, signed: false)
      result.bits &= mask
      return [result]
    }
  }

  func caseValues(_ name: String) -> [UInt64] {
    spec.enums.first { $0.name == name }?.cases.map { UInt64($0.value) } ?? []
  }

  private static func bits(
    _ pattern: Pattern, at offset: Int, width: Int, signed: Bool
  ) -> UInt64 {
    let ones = UInt64.max >> UInt64(64 - width)
    switch pattern {
    case .zero: return 0
    case .largest: return signed ? ones >> 1 : ones
    case .smallest: return signed ? ones & ~(ones >> 1) : 0
    case .counting:
      return (0..<(width / 8)).reduce(0) { $0 | UInt64(offset + $1 + 1) << UInt64($1 * 8) }
    }
  }
}
