/// A measured value as results carry it: four decimals, which is finer than anything here is
/// measured, so that the same run gives the same bytes; JSON null when there is none.
@propertyWrapper
public struct Rounded: Codable, Equatable, Sendable {
  public var wrappedValue: Double? {
    didSet { wrappedValue = wrappedValue.flatMap(Self.value) }
  }

  public init(wrappedValue: Double?) { self.wrappedValue = wrappedValue.flatMap(Self.value) }

  /// The value at four decimals, never minus zero; nil when it is not finite.
  static func value(_ value: Double) -> Double? {
    guard value.isFinite else { return nil }
    // Beyond this a Double has no four decimals to round.
    guard value.magnitude < 1e11 else { return value }
    return (value * 10_000).rounded() / 10_000 + 0
  }

  /// For people: the shortest text of the rounded value, whole numbers without decimals.
  static func text(_ number: Double) -> String {
    guard let value = value(number) else { return "nothing" }
    return value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    self.init(wrappedValue: value.decodeNil() ? nil : try value.decode(Double.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    if let wrappedValue { try value.encode(wrappedValue) } else { try value.encodeNil() }
  }
}
