import Quantities

/// The console is connected: any transfer that did not complete counts as not connected. (R14)
enum LinkConnectedCheck: InterlockCheck {
  static var id: CheckID { .linkConnected }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "plug the console in, and connect again" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    .holds(c.inputs.isConnected, otherwise: .latch)
  }
}
