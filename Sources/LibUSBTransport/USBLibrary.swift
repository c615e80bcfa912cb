import CLibUSB
import CLinux
import Dispatch
import Foundation
import HardwareSpecs
import ProbeHAL
import Synchronization

/// libusb, opened: one context and one event thread, from here until the last user lets go.
///
/// Thread-safe. Hot-plug events only hasten what transfers would report as well (R14).
public final class USBLibrary: Sendable {
  private let events: EventLoop

  /// - Throws: when libusb cannot start, for instance without a USB bus.
  public init() throws(TransportError) {
    var context: OpaquePointer?
    let code = libusb_init(&context)
    guard code == 0, let context else {
      throw .failed("\(String(cString: libusb_error_name(code))): libusb cannot start")
    }
    events = EventLoop(context)
    events.start()
  }

  deinit { events.stop() }

  /// The consoles that are plugged in now, by port.
  public func consoles() -> [USBDevice] {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    let count = libusb_get_device_list(events.context, &list)
    guard count >= 0, let list else { return [] }
    defer { libusb_free_device_list(list, 1) }
    return (0..<Int(count)).compactMap { list[$0].flatMap { USBDevice($0, of: self) } }
      .sorted { $0.portPath < $1.portPath }
  }

  /// - Throws: `noDevice`, or `ambiguous` when several match.
  func console(at address: ConsoleAddress) throws(TransportError) -> USBDevice {
    let found = consoles().filter { $0.matches(address) }
    guard let first = found.first else { throw .noDevice }
    guard found.count == 1 else {
      throw .ambiguous(serials: found.map { $0.serial ?? "unknown at \($0.portPath)" })
    }
    return first
  }

  /// Grows whenever a console was plugged in or pulled out; stays 0 where the system reports neither.
  public var changes: UInt64 { events.changes.load(ordering: .acquiring) }

  /// Waits until a console was plugged in or pulled out since `changes` was so many, at most so long.
  public func waitForChange(since count: UInt64, milliseconds: Int) {
    events.waitForChange(since: count, milliseconds: milliseconds)
  }

  func watch(_ connection: USBConnection) {
    events.open.withLock { $0.append(connection) }
  }

  func unwatch(_ connection: USBConnection) {
    events.open.withLock { $0.removeAll { $0 === connection } }
  }
}

/// The thread that runs libusb's events, and what its callbacks touch.
private final class EventLoop: @unchecked Sendable {
  let context: OpaquePointer
  let open = Mutex<[USBConnection]>([])
  let changes = Atomic<UInt64>(0)
  private let changed = NSCondition()
  private let isStopping = Atomic<Bool>(false)
  private let hasEnded = DispatchSemaphore(value: 0)
  private var watch: libusb_hotplug_callback_handle?

  init(_ context: OpaquePointer) { self.context = context }

  func start() {
    registerHotplug()
    let thread = Thread { [self] in
      // What this thread is late with, the control loop is late with.
      _ = clinux_favour_thread()
      while !isStopping.load(ordering: .acquiring) {
        var wait = timeval(tv_sec: 0, tv_usec: 200_000)
        libusb_handle_events_timeout_completed(context, &wait, nil)
      }
      hasEnded.signal()
    }
    thread.name = "peakgate.usb"
    thread.start()
  }

  /// Waits for the thread; nothing may be open any more.
  func stop() {
    if let watch { libusb_hotplug_deregister_callback(context, watch) }
    isStopping.store(true, ordering: .releasing)
    libusb_interrupt_event_handler(context)
    hasEnded.wait()
    libusb_exit(context)
  }

  private func registerHotplug() {
    guard libusb_has_capability(UInt32(LIBUSB_CAP_HAS_HOTPLUG.rawValue)) != 0 else { return }
    var handle: libusb_hotplug_callback_handle = 0
    let events =
      LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
    let code = libusb_hotplug_register_callback(
      context, Int32(events), 0, Int32(ConsoleProtocol.vendorID),
      Int32(ConsoleProtocol.productID), LIBUSB_HOTPLUG_MATCH_ANY,
      { _, device, event, me in
        guard let me else { return 0 }
        Unmanaged<EventLoop>.fromOpaque(me).takeUnretainedValue().noteChange(device, event)
        return 0
      }, Unmanaged.passUnretained(self).toOpaque(), &handle)
    if code == 0 { watch = handle }
  }

  func waitForChange(since count: UInt64, milliseconds: Int) {
    let end = Date(timeIntervalSinceNow: Double(milliseconds) / 1_000)
    changed.lock()
    defer { changed.unlock() }
    while changes.load(ordering: .acquiring) == count {
      if !changed.wait(until: end) { return }
    }
  }

  private func noteChange(_ device: OpaquePointer?, _ event: libusb_hotplug_event) {
    changed.lock()
    changes.add(1, ordering: .releasing)
    changed.broadcast()
    changed.unlock()
    guard event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT else { return }
    open.withLock { connections in
      for connection in connections where connection.device.raw == device { connection.lose() }
    }
  }
}
