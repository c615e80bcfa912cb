import ControlRuntime
import ProbeHAL
import Quantities
import SafetyInterlock

/// States and phases by the names that the interface has for them.
enum StateWords {
  static func state(_ snapshot: BenchSnapshot) -> String {
    switch snapshot.state {
    case nil: "unknown"
    case .faulted: "faulted"
    case .locked: "locked"
    case .armed: "armed"
    case .enabled: "enabled"
    }
  }

  static func connection(_ state: ConnectionStateMachine.State) -> String {
    switch state {
    case .closed: "closed"
    case .identifying: "identifying"
    case .identified: "connected"
    case .lost: "lost"
    }
  }
}

/// Wall-clock time, for what people read beside a clock on a wall; nothing is decided by it.
enum WallTime {
  static var unixMS: Int64 { Int64(MonotonicTime.nanoseconds(realTime) / 1_000_000) }
  private static let realTime: Int32 = 0
}
