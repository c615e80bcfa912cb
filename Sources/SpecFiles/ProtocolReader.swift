/// Reads `protocol.yaml` and records everything that is wrong with its form.
///
/// What the parts mean together is judged by `ProtocolRules`.
struct ProtocolReader {
  var problems: SpecProblems
  var types: [String: FieldType] = FieldType.integers.merging(["ascii16": .ascii16]) { a, _ in a }

  static func read(_ root: SpecNode, into problems: inout SpecProblems) -> ProtocolSpec? {
    var reader = Self(problems: problems)
    defer { problems = reader.problems }
    return reader.file(root)
  }

  private mutating func file(_ root: SpecNode) -> ProtocolSpec? {
    let fields = problems.fields(
      of: root,
      required: [
        "namespace", "version", "usb", "framing", "header", "enums", "flags", "messages",
        "line_header",
      ])
    if let node = fields["namespace"], let name = problems.string(node), name != "ConsoleProtocol" {
      problems.add(node.error("must be ConsoleProtocol"))
    }
    let version = problems.int(fields["version"], in: 1...0xFFFF)
    let usb = fields["usb"].flatMap { readUSB($0) }
    let framing = fields["framing"].flatMap { readFraming($0) }
    let enums = problems.list(fields["enums"]).compactMap { readEnumeration($0) }
    let flags = problems.list(fields["flags"]).compactMap { readFlagSet($0) }
    for item in enums { types[item.name] = .enumeration(item.name, bits: item.bits) }
    for item in flags { types[item.name] = .flags(item.name, bits: item.bits) }
    let header = problems.list(fields["header"]).compactMap { readField($0) }
    let messages = problems.list(fields["messages"]).compactMap { readMessage($0) }
    let line = fields["line_header"].flatMap { readMessage($0) }
    guard let version, let usb, let framing, let line else { return nil }
    return ProtocolSpec(
      version: version, usb: usb, framing: framing, header: header, enums: enums, flags: flags,
      messages: messages, lineHeader: line)
  }

  private mutating func readUSB(_ node: SpecNode) -> USBSpec? {
    let fields = problems.fields(
      of: node,
      required: [
        "vendor_id", "product_id", "device_class", "manufacturer", "product", "endpoints",
      ])
    let vendor = sourced(fields["vendor_id"], in: 1...0xFFFF)
    let product = sourced(fields["product_id"], in: 0...0xFFFF)
    let deviceClass = sourced(fields["device_class"], in: 0...0xFF)
    let maker = problems.string(fields["manufacturer"])
    let name = problems.string(fields["product"])
    let endpoints = problems.list(fields["endpoints"]).compactMap { readEndpoint($0) }
    guard let vendor, let product, let deviceClass, let maker, let name else { return nil }
    return USBSpec(
      vendorID: vendor, productID: product, deviceClass: deviceClass, manufacturer: maker,
      product: name, endpoints: endpoints)
  }

  /// `{value: …, source: …}`.
  private mutating func sourced(_ node: SpecNode?, in range: ClosedRange<Int>) -> Int? {
    guard let node else { return nil }
    let fields = problems.fields(of: node, required: ["value", "source"])
    _ = problems.string(fields["source"])
    return problems.int(fields["value"], in: range)
  }

  private mutating func readEndpoint(_ node: SpecNode) -> USBSpec.Endpoint? {
    let fields = problems.fields(
      of: node, required: ["name", "address", "transfer", "max_packet", "doc"],
      optional: ["interval"])
    let name = problems.string(fields["name"])
    let address = problems.int(fields["address"], in: 1...0x8F)
    let transfer = fields["transfer"].flatMap { node in
      problems.attempt { () throws(SpecFileError) in try node.oneOf(USBSpec.Transfer.self) }
    }
    let packet = problems.int(fields["max_packet"], in: 8...1024)
    let interval = problems.int(fields["interval"], in: 1...16)
    let doc = problems.string(fields["doc"])
    guard let name, let address, let transfer, let packet, let doc else { return nil }
    return USBSpec.Endpoint(
      name: name, address: address, transfer: transfer, maxPacket: packet, interval: interval,
      doc: doc, node: node)
  }

  private mutating func readFraming(_ node: SpecNode) -> FramingSpec? {
    let fields = problems.fields(
      of: node, required: ["byte_order", "magic", "pdu_max", "pdu_crc", "line_crc"])
    if let order = fields["byte_order"], let text = problems.string(order), text != "little" {
      problems.add(order.error("only 'little' is implemented"))
    }
    let magic = problems.int(fields["magic"], in: 1...0xFFFF)
    let pduMax = problems.int(fields["pdu_max"], in: 16...255)
    let pduCRC = fields["pdu_crc"].flatMap { readCRC($0) }
    let lineCRC = fields["line_crc"].flatMap { readCRC($0) }
    guard let magic, let pduMax, let pduCRC, let lineCRC else { return nil }
    return FramingSpec(magic: magic, pduMax: pduMax, pduCRC: pduCRC, lineCRC: lineCRC)
  }

  private mutating func readCRC(_ node: SpecNode) -> FramingSpec.CRC? {
    let fields = problems.fields(of: node, required: ["name", "polynomial", "source"])
    let name = problems.string(fields["name"])
    let polynomial = problems.int(fields["polynomial"], in: 1...0xFFFF_FFFF)
    let source = problems.string(fields["source"])
    guard let name, let polynomial, let source else { return nil }
    return FramingSpec.CRC(name: name, polynomial: polynomial, source: source)
  }

  private mutating func readEnumeration(_ node: SpecNode) -> EnumSpec? {
    let fields = problems.fields(of: node, required: ["name", "type", "doc", "cases"])
    let name = typeName(fields["name"])
    let bits = readBits(fields["type"])
    let doc = problems.string(fields["doc"])
    let cases = problems.list(fields["cases"]).compactMap { node -> EnumSpec.Case? in
      let fields = problems.fields(of: node, required: ["name", "value", "doc"])
      let name = memberName(fields["name"])
      let value = problems.int(fields["value"], in: 0...((1 << (bits ?? 8)) - 1))
      let doc = problems.string(fields["doc"])
      guard let name, let value, let doc else { return nil }
      return EnumSpec.Case(name: name, value: value, doc: doc, node: node)
    }
    if cases.isEmpty { problems.add(node.error("has no cases")) }
    guard let name, let bits, let doc else { return nil }
    return EnumSpec(name: name, bits: bits, doc: doc, cases: cases, node: node)
  }

  private mutating func readFlagSet(_ node: SpecNode) -> FlagsSpec? {
    let fields = problems.fields(of: node, required: ["name", "type", "doc", "bits"])
    let name = typeName(fields["name"])
    let width = readBits(fields["type"])
    let doc = problems.string(fields["doc"])
    let members = problems.list(fields["bits"]).compactMap { node -> FlagsSpec.Bit? in
      let fields = problems.fields(of: node, required: ["name", "bit", "doc"])
      let name = memberName(fields["name"])
      let bit = problems.int(fields["bit"], in: 0...((width ?? 16) - 1))
      let doc = problems.string(fields["doc"])
      guard let name, let bit, let doc else { return nil }
      return FlagsSpec.Bit(name: name, bit: bit, doc: doc, node: node)
    }
    guard let name, let width, let doc else { return nil }
    return FlagsSpec(name: name, bits: width, doc: doc, members: members, node: node)
  }

  private mutating func readMessage(_ node: SpecNode) -> MessageSpec? {
    let fields = problems.fields(
      of: node, required: ["name", "id", "pipe", "doc", "fields"], optional: ["brief"])
    let name = typeName(fields["name"])
    let id = problems.int(fields["id"], in: 0...0xFF)
    let pipe = fields["pipe"].flatMap { node in
      problems.attempt { () throws(SpecFileError) in try node.oneOf(MessageSpec.Pipe.self) }
    }
    let doc = problems.string(fields["doc"])
    let members = problems.list(fields["fields"]).compactMap { readField($0) }
    let brief = problems.list(fields["brief"]).compactMap { node -> String? in
      guard let field = problems.string(node) else { return nil }
      if !members.contains(where: { $0.name == field }) {
        let nearest = Suggestion.nearest(to: field, among: members.map(\.name))
        problems.add(
          node.error(
            "the message has no field '\(field)'", remedy: nearest.map { "did you mean '\($0)'?" }))
      }
      return field
    }
    guard let name, let id, let pipe, let doc else { return nil }
    return MessageSpec(
      name: name, id: id, pipe: pipe, doc: doc, brief: brief, fields: members, node: node)
  }

  private mutating func readField(_ node: SpecNode) -> FieldSpec? {
    let fields = problems.fields(of: node, required: ["name", "type", "doc"], optional: ["unit"])
    let name = memberName(fields["name"])
    let doc = problems.string(fields["doc"])
    guard let typeNode = fields["type"], let text = problems.string(typeNode) else { return nil }
    guard let type = types[text] else {
      let nearest = Suggestion.nearest(to: text, among: types.keys.sorted())
      problems.add(
        typeNode.error(
          "the type '\(text)' is not known", remedy: nearest.map { "did you mean '\($0)'?" }))
      return nil
    }
    var unit: SpecUnit?
    if let unitNode = fields["unit"], let text = problems.string(unitNode) {
      unit = SpecUnit(text)
      if unit == nil { problems.add(unitNode.unknownUnit(text)) }
    }
    guard let name, let doc else { return nil }
    return FieldSpec(name: name, type: type, typeText: text, unit: unit, doc: doc, node: node)
  }

  private mutating func typeName(_ node: SpecNode?) -> String? {
    guard let node, let name = problems.string(node) else { return nil }
    if !SwiftName.isTypeName(name) {
      problems.add(node.error("'\(name)' cannot name a Swift type", remedy: "use CamelCase"))
    }
    return name
  }

  private mutating func memberName(_ node: SpecNode?) -> String? {
    guard let node, let name = problems.string(node) else { return nil }
    if !SwiftName.isSnakeCase(name) {
      problems.add(node.error("'\(name)' cannot be a name", remedy: "use snake_case"))
    }
    return name
  }

  /// The width of an unsigned integer type.
  private mutating func readBits(_ node: SpecNode?) -> Int? {
    guard let node, let text = problems.string(node) else { return nil }
    guard case .integer(let bits, signed: false)? = FieldType.integers[text], bits < 64 else {
      problems.add(node.error("'\(text)' is no unsigned type", remedy: "use u8, u16 or u32"))
      return nil
    }
    return bits
  }
}
