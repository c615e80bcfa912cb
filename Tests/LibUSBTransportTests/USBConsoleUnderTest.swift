import BenchWorld
import ConsoleEmulator
import EmulatedUSB
import Foundation
import HardwareSpecs
import LibUSBTransport
import ProbeHAL
import RigLink
import TestSupport
import Testing

/// A console that another process emulates as a USB device, reached through real libusb.
///
/// The rig's time is stepped: nothing happens on the device's side but within `pass`. What the host's side
/// then does is waited for, never slept on.
final class USBConsoleUnderTest: TransportUnderTest {
  static let address = ProcessInfo.processInfo.environment["PEAKGATE_RIG"].flatMap(RigAddress.init)
  static let remark: Comment = "no rig: Tools/test-usb starts one, and names it in PEAKGATE_RIG"

  let library: USBLibrary
  let rig: RemoteRig
  let usb: LibUSBTransport
  var transport: any ProbeTransport { usb }
  init(
    console: Int = 0, address: ConsoleAddress? = nil, plan: TransferPlan = TransferPlan()
  ) throws {
    let place = try #require(Self.address)
    library = try USBLibrary()
    rig = try RemoteRig(place, console: console)
    let serial = rig.state.serial
    usb = LibUSBTransport(library, address: address ?? .serial(serial), plan: plan)
    try startAfresh(serial)
  }

  deinit {
    usb.close()
    rig.close()
  }

  private func startAfresh(_ serial: String) throws {
    let before = node(of: serial)
    try rig.perform(.link(USBFaults()))
    try rig.perform(.load(world: WorldParameters(), seed: 12))
    // A plugging in gives a new device file.
    waitFor("a fresh console", within: Self.arrival) {
      node(of: serial).map { $0 != before } ?? false
    }
  }

  func node(of serial: String) -> String? {
    library.consoles().first { $0.serial == serial }?.node
  }

  func pass(milliseconds: Int) {
    // The rig has a link of its own: time must not pass before the commands are there.
    waitFor("commands to be taken") { !usb.isSending || usb.hasFailed(.stream) }
    attempt { try rig.perform(.pass(milliseconds: milliseconds)) }
    settle()
  }

  func unplug() {
    order(.beginFault(.unplug, amount: nil, seconds: 1))
    let serial = rig.state.serial
    waitFor("the console to leave") {
      node(of: serial) == nil && (usb.serial == nil || usb.hasFailed(.stream))
    }
  }

  func plug() {
    order(.endFault(.unplug))
    let serial = rig.state.serial
    waitFor("the console to come", within: Self.arrival) { node(of: serial) != nil }
  }

  func setStalled(_ isStalled: Bool) {
    order(isStalled ? .beginFault(.stall, amount: nil, seconds: 1) : .endFault(.stall))
  }

  func order(_ action: RigRequest.Action) { attempt { try rig.perform(action) } }

  /// All that the console has given to the bus is here, and it has no more to give.
  func settle() {
    guard usb.serial != nil else { return }
    var seen = RigState()
    waitFor("the bus to be quiet: \(counts(seen))") {
      if usb.hasFailed(.stream) || usb.hasFailed(.safety) { return true }
      guard let state = try? rig.perform(.look) else { return false }
      seen = state
      return state.isDrained && usb.received(.stream) == state.deliveredStream
        && usb.received(.safety) == state.deliveredSafety
    }
  }

  /// Bytes that the console gave, and those that came.
  private func counts(_ state: RigState) -> String {
    "stream \(state.deliveredStream) given, \(usb.received(.stream)) came; safety "
      + "\(state.deliveredSafety) given, \(usb.received(.safety)) came"
      + (state.isDrained ? "" : "; and there is more to give")
  }

  /// A kernel tries twice, five seconds each time, to give a device an address before it resets the
  /// port and begins anew.
  static let arrival = 25.0

  /// Looks again at each change, for so many seconds at most.
  func waitFor(
    _ what: @autoclosure () -> String, within seconds: Double = 10, until condition: () -> Bool
  ) {
    let end = Date(timeIntervalSinceNow: seconds)
    while !condition() {
      guard end.timeIntervalSinceNow > 0 else {
        Issue.record("the host's side hangs: waited \(Int(seconds)) s for \(what())")
        return
      }
      if usb.serial != nil, !usb.hasFailed(.stream) {
        usb.waitForArrival(milliseconds: 2)
      } else {
        library.waitForChange(since: library.changes, milliseconds: 2)
      }
    }
  }

  private func attempt(_ body: () throws -> Void) {
    do { try body() } catch { Issue.record(error) }
  }
}
