/// Gathers what is wrong with a set of spec files, so that one run reports all of it.
package struct SpecProblems {
  package private(set) var errors: [SpecFileError] = []

  package init() {}

  package mutating func add(_ error: SpecFileError) { errors.append(error) }

  /// The result of `body`, or nil with its error recorded.
  package mutating func attempt<T>(_ body: () throws(SpecFileError) -> T) -> T? {
    do throws(SpecFileError) {
      return try body()
    } catch {
      errors.append(error)
      return nil
    }
  }

  /// The known keys of a map; unknown keys and missing required ones are recorded.
  package mutating func fields(
    of node: SpecNode, required: [String], optional: [String] = []
  ) -> [String: SpecNode] {
    guard let pairs = attempt({ () throws(SpecFileError) in try node.pairs() }) else { return [:] }
    let known = required + optional
    var result: [String: SpecNode] = [:]
    for (key, value) in pairs {
      if known.contains(key) {
        result[key] = value
      } else {
        add(value.unknownKey(key, known: known))
      }
    }
    for key in required where result[key] == nil {
      add(node.error("has no '\(key)'", remedy: "add it"))
    }
    return result
  }

  /// The text of a node that may be absent; an absent one gives nil without an error, because
  /// `fields` has already recorded it where it is required.
  package mutating func string(_ node: SpecNode?) -> String? {
    guard let node else { return nil }
    guard let text = attempt({ () throws(SpecFileError) in try node.string() }) else { return nil }
    if text.isEmpty { add(node.error("is empty")) }
    return text
  }

  /// A whole number within `range`, or nil as for `string`.
  package mutating func int(_ node: SpecNode?, in range: ClosedRange<Int>) -> Int? {
    guard let node else { return nil }
    guard let value = attempt({ () throws(SpecFileError) in try node.int() }) else { return nil }
    guard range.contains(value) else {
      add(
        node.error(
          "\(value) is out of range", remedy: "use \(range.lowerBound) to \(range.upperBound)"))
      return nil
    }
    return value
  }

  package mutating func list(_ node: SpecNode?) -> [SpecNode] {
    guard let node else { return [] }
    return attempt { () throws(SpecFileError) in try node.list() } ?? []
  }

  /// Records every name that stands more than once.
  package mutating func unique(
    _ what: String, among names: some Sequence<(name: String, node: SpecNode)>
  ) {
    var seen: [String: SpecNode] = [:]
    for (name, node) in names {
      if let first = seen[name] {
        add(node.error("\(what) '\(name)' is used twice", remedy: "first in line \(first.line)"))
      } else {
        seen[name] = node
      }
    }
  }
}
