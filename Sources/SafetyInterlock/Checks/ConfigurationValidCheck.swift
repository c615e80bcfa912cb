import Quantities

/// The loaded setup was proved, and its link budget is plausible. (R25)
enum ConfigurationValidCheck: InterlockCheck {
  static var id: CheckID { .configurationValid }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "load a setup whose checksum, version and ranges are right" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let valid = c.inputs.isConfigurationValid else { return .unknown(limit: 1) }
    return .holds(valid && c.setup.linkBudget.isValid)
  }
}
