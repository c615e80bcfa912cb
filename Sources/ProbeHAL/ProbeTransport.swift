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
  case busy
  case accessDenied
  case overflow
  case closed

  public var message: String {
    switch self {
    case .noDevice: "no console is present"
    case .disconnected: "the console was disconnected"
    case .stalled: "the console stalled its pipe"
    case .busy: "another process holds the console"
    case .accessDenied: "this user may not open the console"
    case .overflow: "the console sent more than was asked for"
    case .closed: "the connection is closed"
    }
  }

  public var remedy: String {
    switch self {
    case .noDevice: "plug it in, and look at `peakgate devices`"
    case .disconnected: "check cable and power, then connect again"
    case .stalled: "connect again; if it persists, power-cycle the console"
    case .busy: "stop the other process"
    case .accessDenied: "install the udev rules of HardwareSpecs/udev"
    case .overflow: "connect again; host and firmware may be of different specs"
    case .closed: "connect first"
    }
  }
}
