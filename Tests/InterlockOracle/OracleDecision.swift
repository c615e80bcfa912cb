import HardwareSpecs
public import Quantities
public import SafetyInterlock

/// The oracle's states, by the names of the interlock's state diagram.
public enum OracleState: Equatable, Sendable {
  case faulted(FaultCause)
  case locked
  /// - Parameter since: the step's host instant at which the arm edge was taken.
  case armed(since: HostInstant)
  case enabled(since: HostInstant)

  public var isEnabled: Bool {
    if case .enabled = self { return true }
    return false
  }

  /// The instant of arming, while armed or enabled.
  var armedSince: HostInstant? {
    switch self {
    case .armed(let since), .enabled(let since): since
    case .faulted, .locked: nil
    }
  }
}

/// The frame and the expiry that a permit is bound to.
public struct OraclePermit: Equatable, Sendable {
  public var frameSequence: UInt32
  public var frameTime: DeviceInstant
  /// On the console's clock.
  public var expires: DeviceInstant
}

/// What the rules ask of whoever drives the bench.
public enum OracleAction: Equatable, Sendable {
  case none, demandRelease, withdraw, clearLatches, refuse
}

/// What one step of the oracle came to.
public struct OracleDecision: Equatable, Sendable {
  public var state: OracleState
  public var action: OracleAction
  public var permit: OraclePermit?
  package var table: VerdictTable

  public subscript(id: CheckID) -> Verdict { table[id] }
}

/// One verdict a check; what nobody wrote is not evaluated, and so denies (R02).
package struct VerdictTable: Equatable, Sendable {
  private var bits: UInt64 = 0

  package subscript(id: CheckID) -> Verdict {
    get { Verdict(rawValue: UInt8(truncatingIfNeeded: bits >> (UInt64(id.rawValue) * 2)) & 3)! }
    set {
      let shift = UInt64(id.rawValue) * 2
      bits = bits & ~(3 << shift) | UInt64(newValue.rawValue) << shift
    }
  }

  func allPermit(_ included: (CheckID) -> Bool) -> Bool {
    CheckID.allCases.allSatisfy { !included($0) || self[$0] == .permit }
  }

  func first(_ blamed: (CheckID, Verdict) -> Bool) -> CheckID? {
    CheckID.allCases.first { blamed($0, self[$0]) }
  }
}
