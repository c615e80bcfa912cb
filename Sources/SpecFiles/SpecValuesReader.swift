/// Reads a file of values and records everything that is wrong with it.
struct SpecValuesReader {
  var problems: SpecProblems

  static func read(_ root: SpecNode, into problems: inout SpecProblems) -> SpecValues? {
    var reader = Self(problems: problems)
    defer { problems = reader.problems }
    return reader.file(root)
  }

  private mutating func file(_ root: SpecNode) -> SpecValues? {
    let fields = problems.fields(
      of: root, required: ["namespace", "numbers", "values"], optional: ["doc"])
    guard let name = fields["namespace"], let namespace = problems.string(name),
      let kind = fields["numbers"], let values = fields["values"],
      let numbers = problems.attempt({ () throws(SpecFileError) in
        try kind.oneOf(SpecValues.Numbers.self)
      })
    else { return nil }
    if !SwiftName.isTypeName(namespace) {
      problems.add(name.error("'\(namespace)' cannot name a Swift type", remedy: "use CamelCase"))
    }
    return SpecValues(
      file: root.file, namespace: namespace, numbers: numbers, doc: problems.string(fields["doc"]),
      entries: entries(of: values, under: "", numbers))
  }

  private mutating func entries(
    of node: SpecNode, under path: String, _ numbers: SpecValues.Numbers
  ) -> [SpecEntry] {
    guard let pairs = problems.attempt({ () throws(SpecFileError) in try node.pairs() })
    else { return [] }
    var result: [SpecEntry] = []
    var names: [(name: String, node: SpecNode)] = []
    let members = pairs.filter { !($0.key == "doc" && $0.value.isScalar && !path.isEmpty) }
    if members.isEmpty { problems.add(node.error("holds no values")) }
    for (key, value) in members {
      guard SwiftName.isSnakeCase(key) else {
        problems.add(value.error("'\(key)' cannot be a name", remedy: "use snake_case"))
        continue
      }
      let here = path.isEmpty ? key : "\(path).\(key)"
      if value.has("value") || value.has("range") || value.has("text") {
        guard let leaf = readLeaf(value, here, numbers) else { continue }
        names.append((leaf.swiftName, value))
        result.append(.leaf(leaf))
      } else if value.isScalar || value.isList {
        problems.add(
          value.error("must be a group or a value", remedy: "write {value: …, unit: …, source: …}"))
      } else {
        let doc = (try? value.pairs())?.first { $0.key == "doc" && $0.value.isScalar }?.value
        names.append((SwiftName.type(key), value))
        if !SwiftName.isTypeName(SwiftName.type(key)) {
          problems.add(value.error("'\(key)' cannot name a Swift type", remedy: "rename it"))
        }
        result.append(
          .group(
            name: key, doc: problems.string(doc), entries: entries(of: value, under: here, numbers))
        )
      }
    }
    problems.unique("the Swift name", among: names)
    return result
  }

  private mutating func readLeaf(
    _ node: SpecNode, _ path: String, _ numbers: SpecValues.Numbers
  ) -> SpecLeaf? {
    let form = ["value", "range", "text"].first { node.has($0) } ?? "value"
    let fields = problems.fields(
      of: node, required: [form, "source"] + (form == "text" ? [] : ["unit"]), optional: ["doc"])
    let source = problems.string(fields["source"])
    let unit = readUnit(fields["unit"])
    let doc = problems.string(fields["doc"])
    guard let value = fields[form], let content = readContent(value, form, numbers), let source,
      form == "text" || unit != nil
    else { return nil }
    let leaf = SpecLeaf(
      path: path, content: content, unit: unit, source: source, doc: doc, node: node)
    check(leaf, at: value)
    return leaf
  }

  private mutating func readContent(
    _ node: SpecNode, _ form: String, _ numbers: SpecValues.Numbers
  ) -> SpecLeaf.Content? {
    switch (form, numbers) {
    case ("text", _):
      return problems.string(node).map { .text($0) }
    case ("value", .integer):
      return problems.attempt { () throws(SpecFileError) in .integer(try node.int()) }
    case ("value", .real):
      return problems.attempt { () throws(SpecFileError) in .real(try node.double()) }
    case (_, .integer):
      return problems.attempt { () throws(SpecFileError) in
        .integers(try node.range { (end: SpecNode) throws(SpecFileError) in try end.int() })
      }
    case (_, .real):
      return problems.attempt { () throws(SpecFileError) in
        .reals(try node.range { (end: SpecNode) throws(SpecFileError) in try end.double() })
      }
    }
  }

  /// Whole numbers must fit the type that their unit gives them.
  private mutating func check(_ leaf: SpecLeaf, at node: SpecNode) {
    guard let unit = leaf.unit else { return }
    let ends: [Int] =
      switch leaf.content {
      case .integer(let value): [value]
      case .integers(let range): [range.lowerBound, range.upperBound]
      case .real, .reals, .text: []
      }
    let quantity = SpecQuantity(of: unit)
    for end in ends where quantity.stored(end) == nil {
      problems.add(node.error("\(end) \(unit.text) does not fit \(quantity.swiftType)"))
    }
  }

  private mutating func readUnit(_ node: SpecNode?) -> SpecUnit? {
    guard let node, let text = problems.string(node) else { return nil }
    guard let unit = SpecUnit(text) else {
      problems.add(node.unknownUnit(text))
      return nil
    }
    return unit
  }
}

extension SpecNode {
  var isScalar: Bool { if case .scalar = content { true } else { false } }
  var isList: Bool { if case .list = content { true } else { false } }

  func has(_ key: String) -> Bool {
    guard case .map(let pairs) = content else { return false }
    return pairs.contains { $0.key == key }
  }

  /// `[low, high]` with low ≤ high.
  func range<T: Comparable>(
    _ end: (SpecNode) throws(SpecFileError) -> T
  ) throws(SpecFileError) -> ClosedRange<T> {
    let ends = try list()
    guard ends.count == 2 else { throw error("must be two numbers, [low, high]") }
    let low = try end(ends[0])
    let high = try end(ends[1])
    guard low <= high else { throw error("\(low) to \(high) runs backwards", remedy: "swap them") }
    return low...high
  }

  func unknownUnit(_ text: String) -> SpecFileError {
    error(
      "the unit '\(text)' is not known",
      remedy: Suggestion.nearest(to: text, among: SpecUnit.bases.keys.sorted()).map {
        "did you mean '\($0)'?"
      } ?? "the known units stand in SpecUnit.swift")
  }
}
