import HardwareSpecs

/// The one seam to a console: bytes on three pipes. The emulator, a replay and libusb all sit
/// behind it, so that they share one codec and one client.
///
/// Not thread-safe: one owner calls it. `receive` never waits.
public protocol ProbeTransport: AnyObject {
  /// Claims the console and makes its pipes ready.
  func open() throws(TransportError)

  /// Sends one PDU on the command pipe, whole or not at all.
  func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError)

  /// Moves what has arrived on a pipe, in order, into `space`.
  /// - Returns: the bytes moved; 0 when nothing waits. Partial data before an error is kept, and
  ///   the error comes with the next call.
  func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int

  /// Lets go of the console; safe to call at any time, and twice.
  func close()
}

/// Why a transfer did not complete. Whatever it is, the drive is off (R14).
public enum TransportError: Error, Equatable, Sendable {
  case noDevice
  case disconnected
  case stalled
  /// - Parameter holder: the process that holds the console, if it could be found.
  case busy(holder: String? = nil)
  /// - Parameter node: the device file that this user may not write.
  case accessDenied(node: String? = nil)
  case overflow
  case closed
  /// The kernel has given the console no configuration, as when a hub cannot feed it.
  case unconfigured
  /// The kernel has no room for the transfers' buffers.
  case bufferMemory(megabytes: Int? = nil)
  /// More consoles than one match what was asked for.
  case ambiguous(serials: [String])
  /// The host could not keep up with sending, or the console does not take what is sent.
  case congested
  /// Anything else, by the name that the USB library gives it.
  case failed(String)

  public var message: String {
    switch self {
    case .noDevice: "no console is present"
    case .disconnected: "the console was disconnected"
    case .stalled: "the console stalled its pipe"
    case .busy(let holder): "another process holds the console" + (holder.map { ": \($0)" } ?? "")
    case .accessDenied(let node):
      "this user may not open the console" + (node.map { " (\($0))" } ?? "")
    case .overflow: "the console sent more than was asked for"
    case .closed: "the connection is closed"
    case .unconfigured: "the kernel has not configured the console"
    case .bufferMemory(let megabytes):
      "the kernel refuses memory for USB transfers" + (megabytes.map { " (limit \($0) MB)" } ?? "")
    case .ambiguous(let serials): "several consoles are present: \(serials.joined(separator: ", "))"
    case .congested: "the console does not take commands"
    case .failed(let name): "the USB transfer failed: \(name)"
    }
  }

  public var remedy: String {
    switch self {
    case .noDevice: "plug it in, and look at `peakgate devices`"
    case .disconnected: "check cable and power, then connect again"
    case .stalled: "connect again; if it persists, power-cycle the console"
    case .busy: "stop the other process"
    case .accessDenied: "install the udev rules: Tools/setup --udev, then plug the console in again"
    case .overflow: "connect again; host and firmware may be of different specs"
    case .closed: "connect first"
    case .unconfigured:
      "plug it into the machine itself or into a hub with its own power, and look at `dmesg`"
    case .bufferMemory:
      "raise the limit: echo 64 | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb"
    case .ambiguous:
      "name one: --backend usb:SERIAL, or usb:BUS-PORT as `peakgate devices` shows it"
    case .congested: "connect again; if it persists, power-cycle the console"
    case .failed: "look at `peakgate doctor` and at `dmesg`; try another port or cable"
    }
  }
}
