import Quantities

/// No damaged frame or message in this step, and no second one within the window. (R11)
enum StreamIntegrityCheck: InterlockCheck {
  static var id: CheckID { .streamIntegrity }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "check cable and connectors, then acknowledge" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    if c.memory.integrity.isSecond { return CheckResult(.latch, value: 2, limit: 0) }
    return .atMost(0, Int64(c.inputs.damaged))
  }
}
