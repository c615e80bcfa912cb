import SpecFiles

/// Swift for the protocol's constants, enums and flags.
enum ProtocolSource {
  static let file = "HardwareSpecs/protocol.yaml"

  static func constants(of spec: ProtocolSpec) -> String {
    var swift = SwiftText(from: file)
    swift.line()
    swift.doc("What both ends of the console protocol agree on.")
    swift.line("public enum ConsoleProtocol {")
    func constant(_ name: String, _ type: String, _ value: String, _ doc: String) {
      swift.doc(doc, indent: 2)
      swift.computed("@inlinable public static var \(name): \(type)", value, indent: 2)
    }
    constant("version", "UInt16", "\(spec.version)", "Version that host and console must share.")
    constant("vendorID", "UInt16", hex(spec.usb.vendorID, digits: 4), "USB vendor id.")
    constant(
      "productID", "UInt16", hex(spec.usb.productID, digits: 4),
      "USB product id; a test id is never for a product that leaves the bench.")
    constant("deviceClass", "UInt8", hex(spec.usb.deviceClass, digits: 2), "USB device class.")
    constant(
      "manufacturer", "StaticString", quoted(spec.usb.manufacturer), "USB manufacturer string.")
    constant("product", "StaticString", quoted(spec.usb.product), "USB product string.")
    constant(
      "magic", "UInt16", hex(spec.framing.magic, digits: 4), "First field of every PDU and A-line.")
    constant("headerBytes", "Int", "\(spec.headerBytes)", "Bytes before the fields of a PDU.")
    constant("crcBytes", "Int", "\(spec.crcBytes)", "Bytes of the checksum after them.")
    constant("pduMax", "Int", "\(spec.framing.pduMax)", "Bytes of the longest PDU.")
    constant(
      "lineHeaderBytes", "Int", "\(spec.lineHeader.fieldBytes)", "Bytes before an A-line's samples."
    )
    for (name, crc) in [("pdu", spec.framing.pduCRC), ("line", spec.framing.lineCRC)] {
      constant(
        "\(name)CRCPolynomial", "UInt32", hex(crc.polynomial, digits: 8),
        "Polynomial of \(crc.name), not reflected. Source: \(sentence(crc.source))")
    }
    swift.line()
    endpoints(of: spec, into: &swift)
    swift.line()
    sizes(of: spec, into: &swift)
    swift.line("}")
    return swift.text
  }

  private static func endpoints(of spec: ProtocolSpec, into swift: inout SwiftText) {
    swift.doc(
      "The endpoints by address; bit 7 marks those from the console to the host.", indent: 2)
    swift.line("public enum Endpoint: UInt8, CaseIterable, Sendable {", indent: 2)
    for endpoint in spec.usb.endpoints {
      swift.doc(sentence(endpoint.doc), indent: 4)
      swift.line(
        "case \(SwiftName.declared(endpoint.name)) = \(hex(endpoint.address, digits: 2))", indent: 4
      )
    }
    swift.line()
    swift.computed("@inlinable public var address: UInt8", "rawValue", indent: 4)
    swift.computed("@inlinable public var isInput: Bool", "rawValue & 0x80 != 0", indent: 4)
    swift.line()
    func property(
      _ name: String, _ type: String, _ doc: String, _ value: (USBSpec.Endpoint) -> String
    ) {
      swift.doc(doc, indent: 4)
      swift.line("@inlinable public var \(name): \(type) {", indent: 4)
      swift.line("switch self {", indent: 6)
      for endpoint in spec.usb.endpoints {
        swift.line("case .\(endpoint.name): \(value(endpoint))", indent: 6)
      }
      swift.line("}", indent: 6)
      swift.line("}", indent: 4)
    }
    property("maxPacket", "Int", "Bytes of the largest packet.") { "\($0.maxPacket)" }
    swift.line()
    property("interval", "UInt8?", "`bInterval` of an interrupt endpoint, nil for bulk.") {
      $0.interval.map { "\($0)" } ?? "nil"
    }
    swift.line()
    property("pipe", "Pipe", "What travels here.") { ".\($0.name)" }
    swift.line("}", indent: 2)
  }

  private static func sizes(of spec: ProtocolSpec, into swift: inout SwiftText) {
    swift.doc("Bytes of a message's fields, or nil when no PDU has that id.", indent: 2)
    swift.line(
      "@inlinable public static func payloadBytes(of messageID: UInt8) -> Int? {", indent: 2)
    swift.line("switch messageID {", indent: 4)
    for message in spec.messages {
      swift.line("case \(message.name).messageID: \(message.name).payloadBytes", indent: 4)
    }
    swift.line("default: nil", indent: 4)
    swift.line("}", indent: 4)
    swift.line("}", indent: 2)
  }

  static func enums(of spec: ProtocolSpec) -> String {
    var swift = SwiftText(from: file)
    for item in spec.enums {
      swift.line()
      swift.doc(sentence(item.doc))
      swift.line("public enum \(item.name): UInt\(item.bits), CaseIterable, Sendable {")
      for member in item.cases {
        swift.doc(sentence(member.doc), indent: 2)
        let name = SwiftName.declared(SwiftName.member(member.name))
        swift.line("case \(name) = \(member.value)", indent: 2)
      }
      swift.line("}")
    }
    return swift.text
  }

  static func flags(of spec: ProtocolSpec) -> String {
    var swift = SwiftText(from: file)
    for item in spec.flags {
      let raw = "UInt\(item.bits)"
      swift.line()
      swift.doc(sentence(item.doc))
      swift.line("public struct \(item.name): OptionSet, Hashable, Sendable {")
      swift.line("public var rawValue: \(raw)", indent: 2)
      swift.line()
      swift.computed(
        "@inlinable public init(rawValue: \(raw))", "self.rawValue = rawValue", indent: 2)
      swift.line()
      for member in item.members {
        swift.doc(sentence(member.doc), indent: 2)
        let name = SwiftName.declared(SwiftName.member(member.name))
        swift.computed(
          "@inlinable public static var \(name): Self", "Self(rawValue: 1 << \(member.bit))",
          indent: 2)
      }
      swift.line("}")
    }
    return swift.text
  }

  static func hash(_ value: UInt64) -> String {
    let digits = Array(hex(value, digits: 16).dropFirst(2))
    let groups = stride(from: 0, to: 16, by: 4).map { String(digits[$0..<($0 + 4)]) }
    var swift = SwiftText(from: "HardwareSpecs/protocol.yaml and limits.yaml")
    swift.line()
    swift.doc(
      """
      The hash of the specs that this program was built from (R12).

      FNV-1a, 64 bits, over protocol and limits without comments, layout, docs and sources: what host \
      and console must share. The physics files do not count, so that a new anatomy locks no console \
      out.
      """)
    swift.line("public enum SpecHash {")
    swift.computed(
      "@inlinable public static var value: UInt64", "0x\(groups.joined(separator: "_"))", indent: 2)
    swift.line("}")
    return swift.text
  }
}
