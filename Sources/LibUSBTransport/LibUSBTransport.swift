import HardwareSpecs
import ProbeHAL

/// The console on USB behind the one seam.
///
/// Not thread-safe, as the seam says: the control loop calls it. libusb's event thread feeds it through
/// rings; no lock is taken while it streams.
public final class LibUSBTransport: ProbeTransport {
  /// What went over the link since the transport was made; nothing is lost without being counted.
  public struct Counts: Equatable, Sendable {
    /// Bytes that libusb handed over, in both directions of time: taken out by the caller or not.
    public var receivedBytes: UInt64 = 0
    public var transfers: UInt64 = 0
    /// Transfers that had to wait with their data because the caller was slow.
    public var parked: UInt64 = 0
    /// Transfers whose callback never came after a cancel; their memory is given up.
    public var abandoned: UInt64 = 0
    /// Bytes that had come and were not taken out when their connection ended.
    public var untakenBytes: UInt64 = 0
    /// Commands that the console did not take, or not to their end.
    public var unsentCommands: UInt64 = 0
  }

  public let address: ConsoleAddress
  /// Counts the times that a console was opened.
  public private(set) var generation: UInt32 = 0

  private let library: USBLibrary
  private let plan: TransferPlan
  private var connection: USBConnection?
  private var past = Counts()

  public init(
    _ library: USBLibrary, address: ConsoleAddress = .any, plan: TransferPlan = TransferPlan()
  ) {
    self.library = library
    self.address = address
    self.plan = plan
  }

  deinit { close() }

  /// The serial number of the console that is open.
  public var serial: String? { connection?.device.serial }

  public func open() throws(TransportError) {
    close()
    let made = try USBConnection(try library.console(at: address), plan: plan)
    do {
      try made.start()
    } catch {
      end(made)
      throw error
    }
    generation += 1
    connection = made
    library.watch(made)
  }

  public func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError) {
    guard let connection else { throw .closed }
    try connection.send(pdu)
  }

  public func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    guard let connection else { throw .closed }
    return try connection.receive(pipe, into: space)
  }

  public func close() {
    guard let connection else { return }
    self.connection = nil
    library.unwatch(connection)
    end(connection)
  }

  private func end(_ connection: USBConnection) {
    past.abandoned += UInt64(connection.close())
    past.add(connection)
    for input in [connection.stream, connection.safety] { past.untakenBytes += input.waiting }
  }

  /// Waits until something has come in or failed, at most so long. For programs without a control
  /// loop; the loop itself never waits here.
  public func waitForArrival(milliseconds: Int) {
    connection?.waitForArrival(milliseconds: milliseconds)
  }

  public var counts: Counts {
    var counts = past
    if let connection { counts.add(connection) }
    return counts
  }

  /// A command is under way that the console has not taken yet.
  public var isSending: Bool { connection?.isSending ?? false }

  /// A pipe of this connection has failed: `receive` says why, once all that came is taken out.
  public func hasFailed(_ pipe: Pipe) -> Bool {
    connection?.input(pipe).map { $0.failure != .none } ?? false
  }

  /// Bytes that came in on a pipe of this connection.
  public func received(_ pipe: Pipe) -> UInt64 { connection?.input(pipe)?.received ?? 0 }
}

extension LibUSBTransport.Counts {
  mutating func add(_ connection: USBConnection) {
    for input in [connection.stream, connection.safety] {
      receivedBytes += input.received
      transfers += input.completed
      parked += input.timesParked
    }
    unsentCommands += connection.unsent
  }
}
