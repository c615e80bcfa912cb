/// A file of values with units and sources, such as `limits.yaml` or `media.yaml`.
public struct SpecValues: Sendable {
  /// What the numbers of a file may be.
  public enum Numbers: String, CaseIterable, Sendable {
    /// Whole numbers in typed quantities, for the core that has no floating point.
    case integer
    /// Finite floating-point numbers whose names end in their unit.
    case real
  }

  public var file: String
  public var namespace: String
  public var numbers: Numbers
  public var doc: String?
  public var entries: [SpecEntry]

  /// All values with the path of their keys joined by dots, in the file's order.
  public var leaves: [SpecLeaf] { entries.flatMap(\.leaves) }
}

/// A value, or a group of them under a name.
public enum SpecEntry: Sendable {
  case leaf(SpecLeaf)
  case group(name: String, doc: String?, entries: [SpecEntry])

  var leaves: [SpecLeaf] {
    switch self {
    case .leaf(let leaf): [leaf]
    case .group(_, _, let entries): entries.flatMap(\.leaves)
    }
  }
}

/// One value with its unit and where it comes from.
public struct SpecLeaf: Sendable {
  public enum Content: Sendable, Equatable {
    case integer(Int)
    case integers(ClosedRange<Int>)
    case real(Double)
    case reals(ClosedRange<Double>)
    case text(String)
  }

  /// The keys from the top of `values`, joined by dots.
  public var path: String
  public var content: Content
  /// nil only for text.
  public var unit: SpecUnit?
  public var source: String
  public var doc: String?
  public var node: SpecNode

  /// The last key.
  public var key: String { String(path.split(separator: ".").last ?? "") }

  /// The member's name in Swift: real numbers carry their unit in it, integers in their type.
  public var swiftName: String {
    switch content {
    case .real, .reals: SwiftName.member(key) + (unit?.suffix ?? "")
    case .integer, .integers, .text: SwiftName.member(key)
    }
  }
}
