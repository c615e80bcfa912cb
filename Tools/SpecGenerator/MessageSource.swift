import SpecFiles

/// Swift for a message: a struct of its fields with its codec.
struct MessageSource {
  /// A whole block of bytes (a header) instead of the fields between header and checksum.
  enum Shape { case message, block }

  var spec: ProtocolSpec
  var name: String
  var doc: String
  var fields: [FieldSpec]
  var shape: Shape
  var message: MessageSpec?

  init(_ message: MessageSpec, of spec: ProtocolSpec, shape: Shape) {
    (self.spec, name, doc, fields) = (spec, message.name, message.doc, message.fields)
    (self.shape, self.message) = (shape, message)
  }

  /// The header of every PDU.
  init(headerOf spec: ProtocolSpec) {
    (self.spec, name, fields, shape) = (spec, "PDUHeader", spec.header, .block)
    doc = "Stands before the fields of every PDU"
  }

  private var members: [FieldCode] { fields.map { FieldCode($0, of: spec) } }
  private var buffer: String { shape == .message ? "payload" : "bytes" }
  private var size: String { shape == .message ? "payloadBytes" : "byteCount" }
  private var byteCount: Int { fields.map(\.type.bytes).reduce(0, +) }

  func text() -> String {
    let usesQuantities = members.contains(where: \.usesQuantities)
    var swift = SwiftText(
      from: ProtocolSource.file, imports: usesQuantities ? ["Quantities"] : [])
    swift.line()
    swift.doc(
      sentence(doc)
        + (shape == .block
          ? "\n\nThe fields stand as they are on the wire: the codec judges magic, sizes and checksums."
          : ""))
    let conformances =
      shape == .message ? "WireMessage, Equatable, Sendable" : "Equatable, Sendable"
    swift.line("public struct \(name): \(conformances) {")
    if let message {
      swift.computed(
        "@inlinable public static var messageID: UInt8", hex(message.id, digits: 2), indent: 2)
      swift.computed(
        "@inlinable public static var pipe: Pipe", ".\(message.pipe.rawValue)", indent: 2)
    }
    swift.computed("@inlinable public static var \(size): Int", "\(byteCount)", indent: 2)
    swift.line()
    for member in members {
      let unit = member.field.unit.map { " [\($0.text)]" } ?? ""
      swift.doc(String(sentence(member.field.doc).dropLast()) + unit + ".", indent: 2)
      swift.line("public var \(member.name): \(member.type)", indent: 2)
    }
    if !members.isEmpty { swift.line() }
    memberwise(into: &swift)
    swift.line()
    decoder(into: &swift)
    swift.line()
    encoder(into: &swift)
    swift.line("}")
    return swift.text
  }

  private func memberwise(into swift: inout SwiftText) {
    let parameters = members.map { "\($0.name): \($0.type)" }
    let short = "public init(\(parameters.joined(separator: ", "))) {"
    if members.isEmpty {
      swift.line("public init() {}", indent: 2)
      return
    }
    if short.count + 2 <= 100 {
      swift.line(short, indent: 2)
    } else {
      swift.line("public init(", indent: 2)
      for line in wrapped(parameters, indent: 4) { swift.line(line, indent: 4) }
      swift.line(") {", indent: 2)
    }
    for member in members {
      swift.line("self.\(member.name) = \(member.name)", indent: 4)
    }
    swift.line("}", indent: 2)
  }

  private func decoder(into swift: inout SwiftText) {
    swift.line("public init?(\(buffer): UnsafeRawBufferPointer) {", indent: 2)
    swift.line("guard \(buffer).count == Self.\(size) else { return nil }", indent: 4)
    var offset = 0
    for member in members {
      for line in member.decode(from: buffer, at: offset) { swift.line(line, indent: 4) }
      offset += member.field.type.bytes
    }
    swift.line("}", indent: 2)
  }

  private func encoder(into swift: inout SwiftText) {
    swift.line("public func encode(into \(buffer): UnsafeMutableRawBufferPointer) {", indent: 2)
    swift.line("precondition(\(buffer).count == Self.\(size))", indent: 4)
    var offset = 0
    for member in members {
      for line in member.encode(into: buffer, at: offset) { swift.line(line, indent: 4) }
      offset += member.field.type.bytes
    }
    swift.line("}", indent: 2)
  }

  /// Joins by commas into as few lines as fit.
  private func wrapped(_ parts: [String], indent: Int) -> [String] {
    var lines: [String] = []
    for (index, part) in parts.enumerated() {
      let piece = index + 1 < parts.count ? part + "," : part
      if let last = lines.last, last.count + 1 + piece.count + indent <= 100 {
        lines[lines.count - 1] = "\(last) \(piece)"
      } else {
        lines.append(piece)
      }
    }
    return lines
  }
}
