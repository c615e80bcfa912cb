/// The console protocol as `protocol.yaml` declares it.
public struct ProtocolSpec: Sendable {
  public var version: Int
  public var usb: USBSpec
  public var framing: FramingSpec
  public var header: [FieldSpec]
  public var enums: [EnumSpec]
  public var flags: [FlagsSpec]
  public var messages: [MessageSpec]
  public var lineHeader: MessageSpec

  public var headerBytes: Int { header.map(\.type.bytes).reduce(0, +) }
  /// Both checksums are 32 bits.
  public var crcBytes: Int { 4 }
}

public struct USBSpec: Sendable {
  public enum Transfer: String, CaseIterable, Sendable { case bulk, interrupt }

  public struct Endpoint: Sendable {
    public var name: String
    public var address: Int
    public var transfer: Transfer
    public var maxPacket: Int
    /// Microframe exponent of an interrupt endpoint; nil for bulk.
    public var interval: Int?
    public var doc: String
    public var node: SpecNode

    /// Whether data runs from the console to the host (bit 7 of the address, USB 2.0 § 9.6.6).
    public var isInput: Bool { address & 0x80 != 0 }
  }

  public var vendorID: Int
  public var productID: Int
  public var deviceClass: Int
  public var manufacturer: String
  public var product: String
  public var endpoints: [Endpoint]
}

public struct FramingSpec: Sendable {
  public struct CRC: Sendable {
    public var name: String
    public var polynomial: Int
    public var source: String
  }

  public var magic: Int
  public var pduMax: Int
  public var pduCRC: CRC
  public var lineCRC: CRC
}

/// What a field is on the wire.
public enum FieldType: Sendable, Equatable {
  case integer(bits: Int, signed: Bool)
  case enumeration(String, bits: Int)
  case flags(String, bits: Int)
  /// Sixteen ASCII characters, padded with NUL.
  case ascii16

  public var bytes: Int {
    switch self {
    case .integer(let bits, _), .enumeration(_, let bits), .flags(_, let bits): bits / 8
    case .ascii16: 16
    }
  }

  /// The integer types that a field may name.
  static let integers: [String: FieldType] = [
    "u8": .integer(bits: 8, signed: false), "i8": .integer(bits: 8, signed: true),
    "u16": .integer(bits: 16, signed: false), "i16": .integer(bits: 16, signed: true),
    "u32": .integer(bits: 32, signed: false), "i32": .integer(bits: 32, signed: true),
    "u64": .integer(bits: 64, signed: false), "i64": .integer(bits: 64, signed: true),
  ]
}

public struct FieldSpec: Sendable {
  public var name: String
  public var type: FieldType
  /// The type as written in the file.
  public var typeText: String
  public var unit: SpecUnit?
  public var doc: String
  public var node: SpecNode

  public var swiftName: String { SwiftName.member(name) }
}

public struct EnumSpec: Sendable {
  public struct Case: Sendable {
    public var name: String
    public var value: Int
    public var doc: String
    public var node: SpecNode
  }

  public var name: String
  public var bits: Int
  public var doc: String
  public var cases: [Case]
  public var node: SpecNode
}

public struct FlagsSpec: Sendable {
  public struct Bit: Sendable {
    public var name: String
    public var bit: Int
    public var doc: String
    public var node: SpecNode
  }

  public var name: String
  public var bits: Int
  public var doc: String
  public var members: [Bit]
  public var node: SpecNode
}

public struct MessageSpec: Sendable {
  public enum Pipe: String, CaseIterable, Sendable { case command, stream, safety }

  public var name: String
  public var id: Int
  public var pipe: Pipe
  public var doc: String
  /// Names of the fields that sum the message up in one line.
  public var brief: [String]
  public var fields: [FieldSpec]
  public var node: SpecNode

  public var fieldBytes: Int { fields.map(\.type.bytes).reduce(0, +) }

  /// Every field with the offset of its first byte from the first field.
  public var layout: [(offset: Int, field: FieldSpec)] {
    var offset = 0
    return fields.map { field in
      defer { offset += field.type.bytes }
      return (offset, field)
    }
  }
}
