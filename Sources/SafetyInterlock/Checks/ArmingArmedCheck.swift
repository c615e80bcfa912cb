import Quantities

/// Armed by a deliberate edge that has not expired. (R19)
enum ArmingArmedCheck: InterlockCheck {
  static var id: CheckID { .armingArmed }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "arm when the alignment checks pass" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    .holds(c.isArmed)
  }
}
