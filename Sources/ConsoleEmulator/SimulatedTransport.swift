import HardwareSpecs
import ProbeHAL

/// The emulated console's end of the seam: the bytes that USB would carry, in process.
public final class SimulatedTransport: ProbeTransport {
  private let emulator: ConsoleEmulator
  /// The plugging-in that this connection belongs to; nil when closed.
  private var epoch: Int?

  public init(_ emulator: ConsoleEmulator) { self.emulator = emulator }

  public func open() throws(TransportError) {
    try emulator.openLink()
    epoch = emulator.epoch
  }

  public func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError) {
    try proveLink()
    emulator.send(pdu)
  }

  public func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    try proveLink()
    return try emulator.receive(pipe, into: space)
  }

  public func close() {
    if let epoch { emulator.closeLink(epoch: epoch) }
    epoch = nil
  }

  private func proveLink() throws(TransportError) {
    guard let epoch else { throw .closed }
    guard emulator.isPlugged, epoch == emulator.epoch else { throw .disconnected }
  }
}
