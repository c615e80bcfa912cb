import SpecFiles

/// How one field is declared, read and written in Swift.
struct FieldCode {
  var field: FieldSpec
  /// The integer on the wire.
  var raw: String
  private var kind: Kind

  private enum Kind {
    case plain
    case choice(String)
    case flags(String)
    case serial
    /// A quantity over a count of the given type.
    case quantity(String, label: String, count: String, member: String)
  }

  init(_ field: FieldSpec, of spec: ProtocolSpec) {
    self.field = field
    switch field.type {
    case .enumeration(let name, let bits): (kind, raw) = (.choice(name), "UInt\(bits)")
    case .flags(let name, let bits): (kind, raw) = (.flags(name), "UInt\(bits)")
    case .ascii16: (kind, raw) = (.serial, "UInt64")
    case .integer(let bits, let signed):
      raw = "\(signed ? "" : "U")Int\(bits)"
      switch field.unit?.text {
      case "device_ns":
        kind = .quantity(
          "DeviceInstant", label: "nanoseconds: ", count: "UInt64", member: "nanoseconds")
      case "ns": kind = .quantity("Nanoseconds", label: "", count: "Int64", member: "count")
      case "um": kind = .quantity("Micrometres", label: "", count: "Int32", member: "count")
      case "mdeg": kind = .quantity("Millidegrees", label: "", count: "Int32", member: "count")
      case "cdB": kind = .quantity("CentiDecibels", label: "", count: "Int32", member: "count")
      default: kind = .plain
      }
    }
  }

  var name: String { SwiftName.declared(field.swiftName) }

  var type: String {
    switch kind {
    case .plain: raw
    case .choice(let name), .flags(let name): name
    case .serial: "SerialNumber"
    case .quantity(let name, _, _, _): name
    }
  }

  var usesQuantities: Bool {
    switch kind {
    case .serial, .quantity: true
    default: false
    }
  }

  /// Whether every raw value has a count.
  private func widens(to count: String) -> Bool {
    let raw = raw
    let bits = { (type: String) in Int(type.drop { !$0.isNumber }) ?? 0 }
    return raw == count
      || (count.hasPrefix("Int") && bits(raw) < bits(count))
      || (count.hasPrefix("U") && raw.hasPrefix("U") && bits(raw) <= bits(count))
  }

  func decode(from buffer: String, at offset: Int) -> [String] {
    func load(_ at: Int) -> String {
      raw == "UInt8"
        ? "\(buffer)[\(at)]"
        : "\(raw)(littleEndian: \(buffer).loadUnaligned(fromByteOffset: \(at), as: \(raw).self))"
    }
    switch kind {
    case .plain:
      return fit("\(name) = ", load(offset))
    case .choice(let type):
      let local = "\(field.swiftName)Value"
      return fit(
        "guard let \(local) = ", "\(type)(rawValue: \(load(offset)))", " else { return nil }")
        + ["\(name) = \(local)"]
    case .flags(let type):
      return call("\(name) = ", type, ["rawValue: \(load(offset))"])
    case .serial:
      return call(
        "\(name) = ", "SerialNumber", ["low: \(load(offset))", "high: \(load(offset + 8))"])
    case .quantity(let type, let label, let count, _):
      if raw == count { return call("\(name) = ", type, [label + load(offset)]) }
      if widens(to: count) {
        return call("\(name) = ", type, ["\(label)\(count)(\(load(offset)))"])
      }
      let local = "\(field.swiftName)Count"
      return [
        "guard", "  let \(local) = \(count)(", "    exactly: \(load(offset)))",
        "else { return nil }", "\(name) = \(type)(\(label)\(local))",
      ]
    }
  }

  func encode(into buffer: String, at offset: Int) -> [String] {
    func store(_ value: String, _ at: Int) -> [String] {
      let line = "\(buffer).storeBytes(of: \(value), toByteOffset: \(at), as: \(raw).self)"
      if line.count + 4 <= 100 { return [line] }
      return [
        "\(buffer).storeBytes(", "  of: \(value), toByteOffset: \(at), as: \(raw).self)",
      ]
    }
    let swap = raw == "UInt8" || raw == "Int8" ? "" : ".littleEndian"
    switch kind {
    case .plain: return store("\(name)\(swap)", offset)
    case .choice, .flags: return store("\(name).rawValue\(swap)", offset)
    case .serial:
      return store("\(name).low.littleEndian", offset)
        + store("\(name).high.littleEndian", offset + 8)
    case .quantity(_, _, let count, let member):
      let value = "\(name).\(member)"
      return store(raw == count ? "\(value)\(swap)" : "\(raw)(\(value))\(swap)", offset)
    }
  }

  /// One line if it fits, else broken after the assignment.
  private func fit(_ head: String, _ body: String, _ tail: String = "") -> [String] {
    let line = head + body + tail
    if line.count + 4 <= 100 { return [line] }
    if head.hasPrefix("guard ") {
      return [
        "guard", "  \(head.dropFirst(6))\(body)", "else { return nil }",
      ]
    }
    return [String(head.dropLast()), "  \(body)\(tail)"]
  }

  /// `head type(arguments)`, on one line if it fits.
  private func call(_ head: String, _ type: String, _ arguments: [String]) -> [String] {
    let line = "\(head)\(type)(\(arguments.joined(separator: ", ")))"
    if line.count + 4 <= 100 { return [line] }
    var lines = ["\(head)\(type)("]
    for (index, argument) in arguments.enumerated() {
      lines.append("  \(argument)\(index + 1 < arguments.count ? "," : ")")")
    }
    return lines
  }
}
