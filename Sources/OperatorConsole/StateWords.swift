import Alignment
import ControlRuntime
import HardwareSpecs
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

  static func phase(_ phase: Guidance.Phase) -> String {
    switch phase {
    case .coarseSearch: "coarse search"
    case .locate: "locate"
    case .fineRoll: "fine roll"
    case .fineLevel: "fine level"
    case .approach: "approach"
    case .verify: "verify"
    case .aligned: "aligned"
    case .exhausted: "search exhausted"
    }
  }

  static func serial(_ serial: SerialNumber) -> String {
    String(decoding: (0..<16).map { serial[$0] }.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// Wall-clock time, for what people read beside a clock on a wall; nothing is decided by it.
enum WallTime {
  static var unixMS: Int64 { Int64(MonotonicTime.nanoseconds(realTime) / 1_000_000) }
  private static let realTime: Int32 = 0
}
