import Quantities

/// The newest frame is exactly the one after the previous. (R10)
enum StreamSequenceCheck: InterlockCheck {
  static var id: CheckID { .streamSequence }
  static var unit: StaticString { "frames" }
  static var remedy: StaticString {
    "look for a loaded USB bus; the next unbroken run of frames clears it"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    switch c.memory.sequenceStep {
    case .none: return .unknown(limit: 1)
    case .first, .next: return CheckResult(.permit, value: 1, limit: 1)
    case .gap(let missing): return CheckResult(.deny, value: Int64(missing) + 1, limit: 1)
    case .behind(let by): return CheckResult(.deny, value: -Int64(by), limit: 1)
    }
  }
}
