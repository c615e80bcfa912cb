public import ConsoleEmulator
import Foundation

/// What carries the device to a host: told when the cable comes and goes.
///
/// Called inside the gate: it must not block, and must not enter the gate again.
public protocol USBPort: AnyObject {
  func plugged(_ device: EmulatedUSBDevice)
  func unplugged(_ device: EmulatedUSBDevice)
}

/// The only door to one emulated device: whoever comes, from whatever thread, is alone with it.
///
/// Completions and port callbacks run inside. They must not block, and must not enter again.
public final class DeviceGate: Sendable {
  private let lock = NSLock()
  // Touched with the lock held only.
  nonisolated(unsafe) private let device: EmulatedUSBDevice

  /// - Parameter makeEmulator: makes the console; nobody else may keep it.
  public init(_ makeEmulator: () -> ConsoleEmulator) {
    device = EmulatedUSBDevice(makeEmulator())
  }

  public func run<T, E: Error>(_ body: (EmulatedUSBDevice) throws(E) -> T) throws(E) -> T {
    lock.lock()
    defer { lock.unlock() }
    return try body(device)
  }
}
