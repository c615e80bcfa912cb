import Foundation
import Yams

/// A node of a YAML file that knows where it stands, so that every error names file, line and key.
///
/// Reading is strict: unknown and duplicate keys, wrong types, and numbers that are not finite are
/// errors, never defaults.
public struct SpecNode: Sendable {
  public enum Content: Sendable {
    case scalar(String, quoted: Bool)
    case list([SpecNode])
    case map([(key: String, value: SpecNode)])
  }

  public let file: String
  public let line: Int
  public let column: Int
  /// The path from the root, as `world.anatomy.separation_mm` or `faults[2].kind`.
  public let key: String
  public let content: Content
  /// Where the key stands; where the node does if it has none.
  private let keyPlace: (line: Int, column: Int)

  /// Reads a file. Throws `SpecFileError` when it cannot be read, is empty, or is not YAML.
  public static func load(file: String) throws(SpecFileError) -> SpecNode {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw SpecFileError(
        file: file, line: 1, column: 1, key: "", message: "cannot be read",
        remedy: "check that the file exists and that you may read it")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw SpecFileError(
        file: file, line: 1, column: 1, key: "", message: "is not UTF-8 text",
        remedy: "save it as UTF-8")
    }
    return try parse(text, file: file)
  }

  /// Reads YAML text; `file` is the name that errors carry.
  public static func parse(_ text: String, file: String) throws(SpecFileError) -> SpecNode {
    func fail(_ line: Int, _ column: Int, _ message: String) -> SpecFileError {
      SpecFileError(file: file, line: line, column: column, key: "", message: message)
    }
    do {
      guard let node = try Yams.compose(yaml: text) else { throw fail(1, 1, "is empty") }
      return try SpecNode(node, file: file, key: "")
    } catch let error as SpecFileError {
      throw error
    } catch let YamlError.scanner(_, problem, mark, _) {
      throw fail(mark.line, mark.column, problem)
    } catch let YamlError.parser(_, problem, mark, _) {
      throw fail(mark.line, mark.column, problem)
    } catch let YamlError.composer(_, problem, mark, _) {
      throw fail(mark.line, mark.column, problem)
    } catch let YamlError.duplicatedKeysInMapping(duplicates, context) {
      throw SpecFileError(
        file: file, line: context.mark.line, column: context.mark.column,
        key: duplicates.joined(separator: ", "), message: "stands twice in one map",
        remedy: "keep one of them")
    } catch {
      throw fail(1, 1, "is not YAML: \(error)")
    }
  }

  private init(
    _ node: Yams.Node, file: String, key: String, under keyNode: Yams.Node? = nil
  ) throws(SpecFileError) {
    self.file = file
    self.key = key
    line = node.mark?.line ?? 1
    column = node.mark?.column ?? 1
    keyPlace = (keyNode?.mark?.line ?? line, keyNode?.mark?.column ?? column)
    // Yams expands aliases itself, so the anchor that each needs is what gives it away.
    let anchored = SpecFileError(
      file: file, line: line, column: column, key: key,
      message: "YAML anchors and aliases are not used here", remedy: "write the value out")
    if node.anchor != nil || keyNode?.anchor != nil { throw anchored }
    switch node {
    case .scalar(let scalar):
      content = .scalar(scalar.string, quoted: scalar.style != .plain && scalar.style != .any)
    case .sequence(let sequence):
      var list: [SpecNode] = []
      for (index, element) in sequence.enumerated() {
        list.append(try SpecNode(element, file: file, key: "\(key)[\(index)]"))
      }
      content = .list(list)
    case .mapping(let mapping):
      var map: [(key: String, value: SpecNode)] = []
      for (keyNode, valueNode) in mapping {
        guard let name = keyNode.string else {
          throw SpecFileError(
            file: file, line: keyNode.mark?.line ?? line, column: keyNode.mark?.column ?? column,
            key: key, message: "a key must be a word")
        }
        let path = key.isEmpty ? name : "\(key).\(name)"
        map.append((name, try SpecNode(valueNode, file: file, key: path, under: keyNode)))
      }
      content = .map(map)
    case .alias:
      throw anchored
    }
  }

  /// An error at this node.
  public func error(_ message: String, remedy: String? = nil) -> SpecFileError {
    SpecFileError(
      file: file, line: line, column: column, key: key, message: message, remedy: remedy)
  }

  /// The error of a key that is not one of `known`, with the nearest of them as a suggestion.
  package func unknownKey(_ key: String, known: [String]) -> SpecFileError {
    SpecFileError(
      file: file, line: keyPlace.line, column: keyPlace.column, key: self.key,
      message: "unknown key",
      remedy: Suggestion.nearest(to: key, among: known).map { "did you mean '\($0)'?" }
        ?? "known here: \(known.joined(separator: ", "))")
  }

  public func string() throws(SpecFileError) -> String {
    guard case .scalar(let text, _) = content else { throw error("must be text") }
    return text
  }

  /// A finite number (R03).
  public func double() throws(SpecFileError) -> Double {
    guard case .scalar(let text, quoted: false) = content, let value = Double(text), value.isFinite
    else { throw error("must be a finite number, not \(excerpt)") }
    return value
  }

  /// A finite number within `range`.
  public func double(in range: ClosedRange<Double>) throws(SpecFileError) -> Double {
    let value = try double()
    guard range.contains(value) else {
      throw error(
        "\(value) is out of range", remedy: "use \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  public func int() throws(SpecFileError) -> Int {
    guard case .scalar(let text, quoted: false) = content,
      let value = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
    else { throw error("must be a whole number, not \(excerpt)") }
    return value
  }

  public func bool() throws(SpecFileError) -> Bool {
    switch content {
    case .scalar("true", quoted: false): return true
    case .scalar("false", quoted: false): return false
    default: throw error("must be true or false, not \(excerpt)")
    }
  }

  public func list() throws(SpecFileError) -> [SpecNode] {
    guard case .list(let list) = content else { throw error("must be a list") }
    return list
  }

  /// All pairs of a map whose keys are free names.
  public func pairs() throws(SpecFileError) -> [(key: String, value: SpecNode)] {
    guard case .map(let pairs) = content else { throw error("must be a map of keys and values") }
    return pairs
  }

  /// A map whose keys are known: an unknown key is an error that suggests the nearest known one.
  public func map(allowing known: [String]) throws(SpecFileError) -> [String: SpecNode] {
    var result: [String: SpecNode] = [:]
    for (key, value) in try pairs() {
      guard known.contains(key) else {
        throw value.unknownKey(key, known: known)
      }
      result[key] = value
    }
    return result
  }

  /// One of the cases of an enumeration of names, with a suggestion when it is none of them.
  public func oneOf<T: RawRepresentable & CaseIterable>(
    _ type: T.Type
  ) throws(SpecFileError) -> T where T.RawValue == String {
    let text = try string()
    if let value = T(rawValue: text) { return value }
    let names = T.allCases.map(\.rawValue)
    throw error(
      "'\(text)' is not known",
      remedy: Suggestion.nearest(to: text, among: names).map { "did you mean '\($0)'?" }
        ?? "known here: \(names.joined(separator: ", "))")
  }

  private var excerpt: String {
    switch content {
    case .scalar(let text, quoted: let quoted): return quoted ? "the text \"\(text)\"" : "'\(text)'"
    case .list: return "a list"
    case .map: return "a map"
    }
  }
}
