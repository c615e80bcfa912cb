import HardwareSpecs
import Quantities

/// The enable switch: two antivalent contacts, and an edge that must be fresh (R18).
///
/// Both ends run it on their own clock. It is held when both contacts say so, they agreed in time,
/// and the switch was seen released since the last `demandRelease`.
public struct SwitchMonitor: Hashable, Sendable {
  public package(set) var isDiscrepant = false
  public package(set) var isHeld = false
  /// The contacts say pressed, whatever the history.
  public package(set) var isPressed = false
  package var wasReleased = false
  package var disagreesSince: UInt64?

  public init() {}

  /// After start, arming, a trip or an acknowledge, an old press no longer counts.
  public mutating func demandRelease() {
    wasReleased = false
    isHeld = false
  }

  /// Forgets a discrepancy that is over; one that still stands stays (R20).
  public mutating func acknowledge() {
    isDiscrepant = disagreesSince != nil && isDiscrepant
    demandRelease()
  }

  /// - Parameters:
  ///   - normallyOpen: level of the contact that closes when pressed.
  ///   - normallyClosed: level of the contact that opens when pressed.
  public mutating func note(normallyOpen: Bool, normallyClosed: Bool, now: UInt64) {
    if normallyOpen == normallyClosed {
      // The contacts do not change together. On the way from released to pressed the release still
      // counts; on the way from pressed to pressed it does not.
      if isPressed { wasReleased = false }
      isPressed = false
      isHeld = false
      let since = disagreesSince ?? now
      disagreesSince = since
      if now < since || now - since >= UInt64(Limits.switchDiscrepancy.count) {
        isDiscrepant = true
      }
      return
    }
    disagreesSince = nil
    isPressed = normallyOpen
    if !isPressed { wasReleased = true }
    isHeld = isPressed && wasReleased && !isDiscrepant
  }
}
