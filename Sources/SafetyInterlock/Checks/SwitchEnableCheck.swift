import Quantities

/// The enable switch is held, freshly pressed since arming, and its two contacts agree. (R18)
enum SwitchEnableCheck: InterlockCheck {
  static var id: CheckID { .switchEnable }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "release the enable switch, then press and hold it" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard c.status != nil else { return .unknown(limit: 1) }
    let enable = c.memory.enableSwitch
    if enable.isDiscrepant { return CheckResult(.latch, value: -1, limit: 1) }
    return .holds(enable.isHeld)
  }
}
