import SpecFiles

/// Examples of every message as whole PDUs, and of A-lines, for the tests of the codec.
///
/// Made from the specs alone, by code that shares nothing with the codec.
struct GoldenVectors {
  static let path = "Tests/ProbeWireTests/GoldenVectors/vectors.json"

  var spec: ProtocolSpec
  private var example: WireExample
  private var pduCRC: Checksum
  private var lineCRC: Checksum

  init(_ spec: ProtocolSpec) {
    self.spec = spec
    example = WireExample(spec: spec)
    pduCRC = Checksum(
      name: spec.framing.pduCRC.name, polynomial: UInt32(spec.framing.pduCRC.polynomial))
    lineCRC = Checksum(
      name: spec.framing.lineCRC.name, polynomial: UInt32(spec.framing.lineCRC.polynomial))
  }

  func text() -> String {
    let checks = [pduCRC, lineCRC].map { crc in
      let value = crc.value(of: Array("123456789".utf8))
      return "{\"name\": \"\(crc.name)\", \"input\": \"123456789\", \"value\": \(value)}"
    }
    return """
      {
        "generated_by": "Tools/SpecGenerator from HardwareSpecs/protocol.yaml: do not edit",
        "checks": [
          \(checks.joined(separator: ",\n    "))
        ],
        "messages": [
          \(spec.messages.flatMap(pdus).joined(separator: ",\n    "))
        ],
        "lines": [
          \(lines().joined(separator: ",\n    "))
        ]
      }

      """
  }

  private func pdus(of message: MessageSpec) -> [String] {
    func values(_ pattern: WireExample.Pattern) -> [WireValue] {
      example.values(of: message.fields, pattern)
    }
    var result = [
      pdu(of: message, "all zero", values(.zero), sequence: 0, nonce: 0),
      pdu(of: message, "all max", values(.largest), sequence: .max, nonce: .max),
      pdu(
        of: message, "counting", values(.counting), sequence: 0x0102_0304, nonce: 0xA1B2_C3D4),
    ]
    if values(.smallest).contains(where: \.signed) {
      result.append(
        pdu(of: message, "all min", values(.smallest), sequence: 0x8000_0000, nonce: 1))
    }
    var count: UInt32 = 1
    for field in message.fields {
      guard case .enumeration(let name, _) = field.type else { continue }
      for item in spec.enums.first(where: { $0.name == name })?.cases ?? [] {
        var fields = values(.counting)
        if let index = fields.firstIndex(where: { $0.name == field.swiftName }) {
          fields[index].bits = UInt64(item.value)
        }
        result.append(
          pdu(
            of: message, "\(field.name) \(item.name)", fields, sequence: count, nonce: 0x5EED_0001))
        count += 1
      }
    }
    return result
  }

  private func pdu(
    of message: MessageSpec, _ name: String, _ values: [WireValue], sequence: UInt32, nonce: UInt32
  ) -> String {
    let length = spec.headerBytes + message.fieldBytes + spec.crcBytes
    var bytes = number(spec.framing.magic, 2) + number(message.id, 1) + number(length, 1)
    bytes += number(Int(sequence), 4) + number(Int(nonce), 4)
    bytes += values.flatMap(\.littleEndian)
    bytes += number(Int(pduCRC.value(of: bytes)), 4)
    return """
      {"message": "\(message.name)", "example": "\(name)", "id": \(message.id), \
      "pipe": "\(message.pipe.rawValue)", "sequence": \(sequence), "nonce": \(nonce), \
      "fields": \(object(values)), "pdu": "\(hexText(bytes))"}
      """
  }

  private func lines() -> [String] {
    let lastCause = example.caseValues("TripCause").max() ?? 0
    let ramp = (1...8).map { Int16($0 * 1_000 - 4_500) }
    return [
      line("all zero, no samples", .zero, status: 0, samples: []),
      line("all max", .largest, status: lastCause, samples: [.max, .min, -1, 0, 1]),
      line("all min", .smallest, status: 0, samples: [0]),
      line("counting", .counting, status: 1, samples: ramp),
    ]
  }

  private func line(
    _ name: String, _ pattern: WireExample.Pattern, status: UInt64, samples: [Int16]
  ) -> String {
    let payload = samples.flatMap { number(Int(UInt16(bitPattern: $0)), 2) }
    var values = example.values(of: spec.lineHeader.fields, pattern)
    for index in values.indices {
      switch values[index].name {
      case "magic": values[index].bits = UInt64(spec.framing.magic)
      case "message": values[index].bits = UInt64(spec.lineHeader.id)
      case "headerLength": values[index].bits = UInt64(spec.lineHeader.fieldBytes)
      case "sampleCount": values[index].bits = UInt64(samples.count)
      case "status": values[index].bits = status
      case "reserved": values[index].bits = 0
      case "payloadCRC": values[index].bits = UInt64(lineCRC.value(of: payload))
      default: break
      }
    }
    // The header's own checksum is its last field, over all before it.
    let covered = values.dropLast().flatMap(\.littleEndian)
    values[values.count - 1].bits = UInt64(lineCRC.value(of: covered))
    let bytes = values.flatMap(\.littleEndian) + payload
    let list = samples.map { "\($0)" }.joined(separator: ", ")
    return """
      {"example": "\(name)", "fields": \(object(values)), "samples": [\(list)], \
      "bytes": "\(hexText(bytes))"}
      """
  }

  private func object(_ values: [WireValue]) -> String {
    "{\(values.map { "\"\($0.name)\": \($0.number)" }.joined(separator: ", "))}"
  }

  private func number(_ value: Int, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { hex($0, digits: 2).dropFirst(2).lowercased() }.joined()
  }
}
