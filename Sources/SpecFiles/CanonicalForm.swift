/// What of the specs host and console must share, as text that only a change of meaning changes.
///
/// Its hash tells both that they were built from the same `protocol.yaml` and `limits.yaml` (R12).
/// The physics files do not count, so that a new anatomy locks no console out.
package enum CanonicalForm {
  /// A line `path=value` for each scalar, sorted. Comments, layout, quoting, the order of keys,
  /// `brief`, `doc` and `source` do not count; the order of lists does.
  package static func text(of roots: [(name: String, node: SpecNode)]) -> String {
    var lines: [String] = []
    for (name, node) in roots { collect(node, path: name, into: &lines) }
    return lines.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
      .joined(separator: "\n")
  }

  /// FNV-1a, 64 bits (Fowler, Noll and Vo: draft-eastlake-fnv).
  package static func hash(of text: String) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text.utf8 {
      hash ^= UInt64(byte)
      hash = hash &* 0x0000_0100_0000_01B3
    }
    return hash
  }

  private static func collect(_ node: SpecNode, path: String, into lines: inout [String]) {
    switch node.content {
    case .scalar(let text, let quoted):
      // 0x10 and 16 are the same number.
      let number = quoted ? nil : try? node.int()
      let value = number.map { "\($0)" } ?? text
      lines.append("\(path)=\(value.split(separator: "\n").joined(separator: "\\n"))")
    case .list(let list):
      lines.append("\(path)#\(list.count)")
      for (index, element) in list.enumerated() {
        collect(element, path: "\(path)[\(index)]", into: &lines)
      }
    case .map(let pairs):
      for (key, value) in pairs where !["brief", "doc", "source"].contains(key) {
        collect(value, path: "\(path).\(key)", into: &lines)
      }
    }
  }
}
