import Quantities

/// What is latched: the first cause, by name (R20).
public enum FaultCause: Equatable, Hashable, Sendable {
  /// Since reset: nothing has been proved yet (R01).
  case powerUp
  case check(CheckID)

  public var name: StaticString {
    switch self {
    case .powerUp: "interlock.power_up"
    case .check(let id): id.name
    }
  }
}

/// A latched fault with its evidence.
public struct FaultRecord: Hashable, Sendable {
  public var cause: FaultCause
  public var at: HostInstant
  public var value: Int64
  public var limit: Int64
}
