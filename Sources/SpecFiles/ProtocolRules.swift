/// What the parts of the protocol must hold together.
enum ProtocolRules {
  /// Ids that are never a message: what cleared and what erased memory reads as.
  static let reservedIDs: Set<Int> = [0x00, 0xFF]
  /// A-line headers have this size.
  static let lineHeaderBytes = 64

  static func check(_ spec: ProtocolSpec, into problems: inout SpecProblems) {
    names(of: spec, into: &problems)
    endpoints(of: spec, into: &problems)
    for message in spec.messages {
      let size = spec.headerBytes + message.fieldBytes + spec.crcBytes
      if size > spec.framing.pduMax {
        problems.add(
          message.node.error(
            "\(message.name) takes \(size) bytes, the largest PDU is \(spec.framing.pduMax)",
            remedy: "shorten it by \(size - spec.framing.pduMax) bytes"))
      }
      if let pipe = spec.usb.endpoints.first(where: { $0.name == message.pipe.rawValue }),
        size > pipe.maxPacket
      {
        problems.add(
          message.node.error("\(message.name) does not fit one packet of the \(pipe.name) endpoint")
        )
      }
    }
    for message in spec.messages + [spec.lineHeader] { direction(of: message, into: &problems) }
    for field in allFields(of: spec) { storage(of: field, into: &problems) }
    lineHeader(of: spec, into: &problems)
  }

  private static func allFields(of spec: ProtocolSpec) -> [FieldSpec] {
    spec.header + spec.messages.flatMap(\.fields) + spec.lineHeader.fields
  }

  private static func names(of spec: ProtocolSpec, into problems: inout SpecProblems) {
    for item in spec.enums {
      problems.unique("the case", among: item.cases.map { (SwiftName.member($0.name), $0.node) })
      problems.unique("the value", among: item.cases.map { ("\($0.value)", $0.node) })
    }
    for item in spec.flags {
      problems.unique("the flag", among: item.members.map { (SwiftName.member($0.name), $0.node) })
      problems.unique("the bit", among: item.members.map { ("\($0.bit)", $0.node) })
    }
    problems.unique("the field", among: spec.header.map { ($0.swiftName, $0.node) })
    for message in spec.messages + [spec.lineHeader] {
      problems.unique("the field", among: message.fields.map { ($0.swiftName, $0.node) })
    }
    let all = spec.messages + [spec.lineHeader]
    problems.unique("the id", among: all.map { ("\($0.id)", $0.node) })
  }

  private static func endpoints(of spec: ProtocolSpec, into problems: inout SpecProblems) {
    let endpoints = spec.usb.endpoints
    problems.unique("the endpoint", among: endpoints.map { ($0.name, $0.node) })
    problems.unique("the address", among: endpoints.map { ("\($0.address)", $0.node) })
    for endpoint in endpoints {
      guard let pipe = MessageSpec.Pipe(rawValue: endpoint.name) else {
        problems.add(endpoint.node.error("'\(endpoint.name)' is no pipe"))
        continue
      }
      if endpoint.address & 0x70 != 0 || endpoint.address & 0x0F == 0 {
        problems.add(endpoint.node.error("the address must be 1 to 15, with 0x80 for input"))
      }
      if endpoint.isInput == (pipe == .command) {
        problems.add(
          endpoint.node.error(
            "the \(pipe.rawValue) pipe runs \(pipe == .command ? "to" : "from") the console",
            remedy: pipe == .command ? "clear bit 7 of the address" : "set bit 7 of the address"))
      }
      if (endpoint.transfer == .interrupt) != (endpoint.interval != nil) {
        problems.add(
          endpoint.node.error("an interrupt endpoint has an interval, a bulk endpoint has none"))
      }
      if endpoint.transfer == .bulk, ![8, 16, 32, 64, 512].contains(endpoint.maxPacket) {
        problems.add(endpoint.node.error("USB allows bulk packets of 8, 16, 32, 64 or 512 bytes"))
      }
    }
    for pipe in MessageSpec.Pipe.allCases
    where !endpoints.contains(where: { $0.name == pipe.rawValue }) {
      problems.add(spec.lineHeader.node.error("no endpoint carries the \(pipe.rawValue) pipe"))
    }
  }

  /// Bit 7 of an id says who sends the message, as it does of an endpoint's address.
  private static func direction(of message: MessageSpec, into problems: inout SpecProblems) {
    if reservedIDs.contains(message.id) {
      problems.add(message.node.error("the ids 0x00 and 0xFF are reserved", remedy: "use another"))
    } else if (message.id < 0x80) != (message.pipe == .command) {
      problems.add(
        message.node.error(
          "ids of commands are below 0x80, ids of what the console sends are not",
          remedy: "change the id or the pipe"))
    }
  }

  /// Units that give a field a type must find room for it.
  private static func storage(of field: FieldSpec, into problems: inout SpecProblems) {
    guard let unit = field.unit else { return }
    guard case .integer(let bits, let signed) = field.type else {
      problems.add(field.node.error("a field of type \(field.typeText) has no unit"))
      return
    }
    if unit.text == "device_ns", bits != 64 || signed {
      problems.add(field.node.error("a device instant is u64", remedy: "use the type u64"))
    }
  }

  private static func lineHeader(of spec: ProtocolSpec, into problems: inout SpecProblems) {
    let line = spec.lineHeader
    if line.fieldBytes != lineHeaderBytes {
      problems.add(
        line.node.error("takes \(line.fieldBytes) bytes instead of \(lineHeaderBytes)"))
    }
    if line.fields.prefix(spec.header.count).map(\.type) != spec.header.map(\.type) {
      problems.add(line.node.error("must begin with the fields that every PDU begins with"))
    }
    let u32 = FieldType.integer(bits: 32, signed: false)
    if line.fields.last?.name != "header_crc" || line.fields.last?.type != u32 {
      problems.add(line.node.error("must end with header_crc of type u32"))
    }
    if !line.fields.contains(where: { $0.name == "payload_crc" && $0.type == u32 }) {
      problems.add(line.node.error("must hold payload_crc of type u32"))
    }
    if spec.header.map(\.name) != ["magic", "message", "length", "sequence", "nonce"] {
      let node = spec.header.first?.node ?? line.node
      problems.add(node.error("the PDU header is magic, message, length, sequence, nonce"))
    }
  }
}
