import HardwareSpecs
public import ProbeHAL

/// The seam straight onto the packet-level device, in process: everything that USB does to the
/// bytes, and no bus.
///
/// One transfer waits on each pipe to the host. Not thread-safe, as every transport; the console
/// behind the gate may live on another thread.
public final class PacketTransport: ProbeTransport {
  private let gate: DeviceGate
  private let streamLength: Int
  private var connection: PacketConnection?

  /// - Parameter streamLength: bytes of a transfer on the stream. What is no multiple of the packet
  ///   may overflow, as on any bus.
  public init(_ gate: DeviceGate, streamLength: Int = 16_384) {
    self.gate = gate
    self.streamLength = streamLength
  }

  deinit { close() }

  public func open() throws(TransportError) {
    close()
    connection = try gate.run { device throws(TransportError) in
      device.refresh()
      guard device.isPlugged else { throw .noDevice }
      guard device.setConfiguration(Descriptors.configurationValue),
        device.setInterface(0, alternate: 0)
      else { throw .failed("SET_INTERFACE") }
      return PacketConnection(session: device.session, streamLength: streamLength)
    }
  }

  public func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError) {
    guard let connection else { throw .closed }
    try gate.run { device throws(TransportError) in try connection.send(pdu, to: device) }
  }

  public func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    guard let connection else { throw .closed }
    return try gate.run { device throws(TransportError) in
      try connection.receive(pipe, into: space, from: device)
    }
  }

  public func close() {
    guard let connection else { return }
    gate.run { connection.end(at: $0) }
    self.connection = nil
  }
}
