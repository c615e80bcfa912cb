/// The type that a whole number gets from its unit.
public enum SpecQuantity: Sendable, Equatable {
  case nanoseconds(perUnit: Int)
  case micrometres
  case millidegrees
  case centiDecibels
  case millimetresPerSecond
  /// Any other unit: the number as it stands.
  case plain

  public init(of unit: SpecUnit) {
    switch unit.text {
    case "ns": self = .nanoseconds(perUnit: 1)
    case "us": self = .nanoseconds(perUnit: 1_000)
    case "ms": self = .nanoseconds(perUnit: 1_000_000)
    case "s": self = .nanoseconds(perUnit: 1_000_000_000)
    case "um": self = .micrometres
    case "mdeg": self = .millidegrees
    case "cdB": self = .centiDecibels
    case "mm/s": self = .millimetresPerSecond
    default: self = .plain
    }
  }

  public var swiftType: String {
    switch self {
    case .nanoseconds: "Nanoseconds"
    case .micrometres: "Micrometres"
    case .millidegrees: "Millidegrees"
    case .centiDecibels: "CentiDecibels"
    case .millimetresPerSecond: "MillimetresPerSecond"
    case .plain: "Int32"
    }
  }

  /// The number that the type holds, or nil when it does not fit.
  public func stored(_ value: Int) -> Int? {
    switch self {
    case .nanoseconds(let perUnit):
      let (product, overflow) = value.multipliedReportingOverflow(by: perUnit)
      return overflow ? nil : product
    default:
      return Int32(exactly: value).map { Int($0) }
    }
  }
}
