/// What became of one expectation.
public struct ExpectationVerdict: Codable, Equatable, Sendable {
  public enum Outcome: String, Codable, Sendable { case passed, failed }

  /// The key of the expectation.
  public var what: String
  public var limit: VerdictValue
  public var value: VerdictValue
  public var outcome: Outcome

  public init(what: String, limit: VerdictValue, value: VerdictValue, outcome: Outcome) {
    self.what = what
    self.limit = limit
    self.value = value
    self.outcome = outcome
  }

  /// One line for people: `time_to_align_s: 95.2, expected at most 90`.
  public var line: String { "\(what): \(value), expected \(limit)" }
}

/// A limit or a value, written to JSON as what it is: null, true, 12.5, "text", a list of names,
/// or a range as an object.
public enum VerdictValue: Equatable, Sendable, CustomStringConvertible {
  case none
  case flag(Bool)
  case number(Double)
  case text(String)
  case names([String])
  case range(min: Double?, max: Double?)

  /// A number that is not finite counts as none.
  static func number(orNone value: Double?) -> Self {
    value.flatMap { $0.isFinite ? .number($0) : nil } ?? .none
  }

  public var description: String {
    switch self {
    case .none: "nothing"
    case .flag(let flag): flag ? "true" : "false"
    case .number(let number): Rounded.text(number)
    case .text(let text): text
    case .names(let names): names.isEmpty ? "none" : names.joined(separator: ", ")
    case .range(let min?, let max?): "\(Rounded.text(min)) to \(Rounded.text(max))"
    case .range(let min?, nil): "at least \(Rounded.text(min))"
    case .range(nil, let max?): "at most \(Rounded.text(max))"
    case .range(nil, nil): "anything"
    }
  }
}

extension VerdictValue: Codable {
  private enum Key: String, CodingKey { case min, max }

  public init(from decoder: any Decoder) throws {
    if let map = try? decoder.container(keyedBy: Key.self) {
      self = .range(
        min: try map.decodeIfPresent(Double.self, forKey: .min),
        max: try map.decodeIfPresent(Double.self, forKey: .max))
      return
    }
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .none
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else {
      self = .names(try value.decode([String].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    if case .range(let min, let max) = self {
      var map = encoder.container(keyedBy: Key.self)
      try map.encodeIfPresent(min.flatMap(Rounded.value), forKey: .min)
      try map.encodeIfPresent(max.flatMap(Rounded.value), forKey: .max)
      return
    }
    var value = encoder.singleValueContainer()
    switch self {
    case .none, .range: try value.encodeNil()
    case .flag(let flag): try value.encode(flag)
    case .number(let number): try Rounded(wrappedValue: number).encode(to: encoder)
    case .text(let text): try value.encode(text)
    case .names(let names): try value.encode(names)
    }
  }
}
