import ConsoleEmulator
import HardwareSpecs
import ProbeHAL
import ProbeWire

/// A link that gives the lines out several at once, as a slow one does, and notes every lease that is
/// asked for.
final class BunchingTransport: ProbeTransport {
  /// Every so manieth look finds lines; 1 holds nothing back.
  var linesEvery = 1
  private(set) var leases: [LeaseRequest] = []
  private var looks = 0
  private let link: SimulatedTransport

  init(_ emulator: ConsoleEmulator) { link = SimulatedTransport(emulator) }

  func open() throws(TransportError) { try link.open() }
  func close() { link.close() }

  func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError) {
    if let (envelope, payload) = try? PDU.open(pdu), envelope.message == LeaseRequest.messageID,
      let lease = LeaseRequest(payload: payload)
    {
      leases.append(lease)
    }
    try link.send(pdu)
  }

  func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    guard pipe == .stream else { return try link.receive(pipe, into: space) }
    // The client looks until nothing waits: a look that found something goes on.
    guard looks % linesEvery == 0 else {
      looks += 1
      return 0
    }
    let count = try link.receive(pipe, into: space)
    if count == 0 { looks += 1 }
    return count
  }
}
