import SpecFiles

/// Swift for a file of values: an enum for the file and one for each group in it.
enum ValuesSource {
  static func text(of file: SpecValues) -> String {
    let usesQuantities = file.leaves.contains { leaf in
      switch leaf.content {
      case .integer, .integers: leaf.unit.map { SpecQuantity(of: $0) != .plain } ?? false
      default: false
      }
    }
    var swift = SwiftText(
      from: "HardwareSpecs/\(baseName(file.file))", imports: usesQuantities ? ["Quantities"] : [])
    swift.line()
    swift.doc(
      file.doc.map(sentence)
        ?? "The values of `HardwareSpecs/\(baseName(file.file))`, each with its unit and source.")
    swift.line("public enum \(file.namespace) {")
    emit(file.entries, into: &swift, indent: 2)
    swift.line("}")
    return swift.text
  }

  private static func emit(_ entries: [SpecEntry], into swift: inout SwiftText, indent: Int) {
    for (index, entry) in entries.enumerated() {
      if index > 0 { swift.line() }
      switch entry {
      case .group(let name, let doc, let entries):
        swift.doc(doc.map(sentence) ?? "Values of `\(name)`.", indent: indent)
        swift.line("public enum \(SwiftName.type(name)) {", indent: indent)
        emit(entries, into: &swift, indent: indent + 2)
        swift.line("}", indent: indent)
      case .leaf(let leaf):
        emit(leaf, into: &swift, indent: indent)
      }
    }
  }

  private static func emit(_ leaf: SpecLeaf, into swift: inout SwiftText, indent: Int) {
    let unit = leaf.unit.map { "[\($0.text)] " } ?? ""
    let doc = leaf.doc.map { sentence($0) + " " } ?? ""
    swift.doc(doc + unit + "Source: " + sentence(leaf.source), indent: indent)
    let (type, value) = declaration(of: leaf)
    let name = SwiftName.declared(leaf.swiftName)
    swift.computed("@inlinable public static var \(name): \(type)", value, indent: indent)
  }

  private static func declaration(of leaf: SpecLeaf) -> (type: String, value: String) {
    let quantity = leaf.unit.map { SpecQuantity(of: $0) } ?? .plain
    func stored(_ value: Int) -> String {
      let digits = grouped(quantity.stored(value) ?? 0)
      return quantity == .plain ? digits : "\(quantity.swiftType)(\(digits))"
    }
    switch leaf.content {
    case .integer(let value):
      return (quantity.swiftType, stored(value))
    case .integers(let range):
      return (
        "ClosedRange<\(quantity.swiftType)>",
        "\(stored(range.lowerBound))...\(stored(range.upperBound))"
      )
    case .real(let value):
      return ("Double", literal(value))
    case .reals(let range):
      return ("ClosedRange<Double>", "\(literal(range.lowerBound))...\(literal(range.upperBound))")
    case .text(let text):
      return ("StaticString", quoted(text))
    }
  }

  private static func literal(_ value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// A Swift string literal.
func quoted(_ text: String) -> String {
  let escaped = text.map { character -> String in
    switch character {
    case "\\": "\\\\"
    case "\"": "\\\""
    case "\n": "\\n"
    default: String(character)
    }
  }
  return "\"\(escaped.joined())\""
}

func baseName(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
