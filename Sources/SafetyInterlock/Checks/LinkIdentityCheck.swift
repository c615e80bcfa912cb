import Quantities

/// Serial, firmware hash and spec hash are the expected ones, and the frame carries this
/// connection's nonce. (R12)
enum LinkIdentityCheck: InterlockCheck {
  static var id: CheckID { .linkIdentity }
  static var unit: StaticString { "" }
  static var remedy: StaticString {
    "connect the console that this setup names, with firmware and host built from the same specs"
  }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let identity = c.inputs.identity else { return .unknown(limit: 1) }
    let expected = c.setup
    guard identity.serial == expected.serial, identity.firmwareHash == expected.firmwareHash,
      identity.specHash == expected.specHash
    else { return .holds(false, otherwise: .latch) }
    if let arrived = c.inputs.frame, arrived.nonce != identity.nonce {
      return .holds(false, otherwise: .latch)
    }
    guard let frame = c.memory.frame else { return .unknown(limit: 1) }
    return .holds(frame.nonce == identity.nonce, otherwise: .latch)
  }
}
