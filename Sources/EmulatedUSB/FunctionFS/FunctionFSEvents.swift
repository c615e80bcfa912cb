import Foundation
import Synchronization

/// What the kernel tells of the gadget on `ep0`: enabled, disabled, and requests that it does not
/// answer itself. Thread-safe.
final class FunctionFSEvents: Sendable {
  private enum Kind {
    static let unbind: UInt8 = 1
    static let enable: UInt8 = 2
    static let disable: UInt8 = 3
    static let setup: UInt8 = 4
  }

  /// Bytes of one event: a setup packet, the kind, and three of padding.
  private static let eventBytes = 12

  private let control: Int32
  private let gate: DeviceGate
  private let report: ConnectionReport
  private let reading = Mutex(())
  private let changed = NSCondition()
  // Under the condition's lock.
  nonisolated(unsafe) private var session: UInt64?

  init(_ control: Int32, _ gate: DeviceGate, report: @escaping ConnectionReport) {
    self.control = control
    self.gate = gate
    self.report = report
  }

  /// Takes events in for ever.
  func serve() {
    while true {
      var wanted = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
      guard poll(&wanted, 1, -1) >= 0 || errno == EINTR else {
        return report("FunctionFS: no events")
      }
      takeIn()
    }
  }

  /// Takes in the events that wait. An endpoint's thread does so before it believes what came: the
  /// host may have begun a session that nobody has noticed yet.
  func takeIn() {
    reading.withLock { _ in
      while isWaiting, let event = next() { take(event) }
    }
  }

  /// Waits for a session other than `old`.
  func sessionAfter(_ old: UInt64?) -> UInt64 {
    changed.lock()
    defer { changed.unlock() }
    while true {
      if let session, session != old { return session }
      changed.wait()
    }
  }

  private var isWaiting: Bool {
    var wanted = pollfd(fd: control, events: Int16(POLLIN), revents: 0)
    return poll(&wanted, 1, 0) > 0 && wanted.revents & Int16(POLLIN) != 0
  }

  private func next() -> [UInt8]? {
    var event = [UInt8](repeating: 0, count: Self.eventBytes)
    return read(control, &event, event.count) == event.count ? event : nil
  }

  private func take(_ event: [UInt8]) {
    switch event[8] {
    case Kind.enable:
      // Of SET_CONFIGURATION and SET_INTERFACE alike.
      begin(
        gate.run { device in
          device.refresh()
          return device.setConfiguration(Descriptors.configurationValue) ? device.session : nil
        })
    case Kind.disable, Kind.unbind:
      gate.run { $0.reset() }
      begin(nil)
    case Kind.setup:
      if let setup = event[..<8].withUnsafeBytes({ SetupPacket(bytes: $0) }) { answer(setup) }
    default: break
    }
  }

  private func begin(_ session: UInt64?) {
    changed.lock()
    self.session = session
    changed.broadcast()
    changed.unlock()
  }

  private func answer(_ setup: SetupPacket) {
    var data = [UInt8](repeating: 0, count: setup.isInput ? 0 : Int(setup.length))
    // Reading what the host sends accepts it; there is no request of ours that sends anything.
    let outcome = gate.run { $0.control(setup, data: data) }
    switch outcome {
    case .done(let bytes) where setup.isInput: _ = write(control, bytes, bytes.count)
    case .done: _ = read(control, &data, data.count)
    // The wrong direction stalls.
    case .stalled, .disconnected:
      _ = setup.isInput ? read(control, &data, 0) : write(control, data, 0)
    }
  }
}
