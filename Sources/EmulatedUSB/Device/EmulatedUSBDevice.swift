public import ConsoleEmulator
public import HardwareSpecs
import ProbeHAL
public import Quantities

/// The emulated console as a USB device, down to its packets, and up to whole transfers; which bus
/// carries them is the adapter's business.
///
/// The rules of the pipes: a transfer to the host ends when its space is full or with the first
/// packet shorter than `maxPacket`. The console's pipes are byte queues, so several messages may
/// share a transfer; when a full packet has emptied the queue, an empty packet follows, so that
/// data never waits in a host's transfer for more to come. A packet longer than the space left is
/// an overflow, and is lost. A transfer to the console carries one PDU.
///
/// The console cannot see a host's process come and go. Choosing the interface's setting, or the
/// configuration, or a bus reset begins a new session: both pipes to the host are flushed, the
/// lease is dropped and A-lines stop (R14).
///
/// Not thread-safe: `DeviceGate` lets one in at a time. Completions run within the call that ends
/// their transfer; after a completed one, and only then, they may submit the next.
public final class EmulatedUSBDevice {
  public typealias Endpoint = ConsoleProtocol.Endpoint

  public private(set) var emulator: ConsoleEmulator
  /// What carries the device; told of plug and unplug from now on. Nil when nothing does.
  public weak var port: (any USBPort)?
  /// In force with the next `refresh`.
  public var faults = USBFaults() {
    didSet { emulator.isFlooding = faults.isFlooding }
  }
  /// Of the present session.
  public private(set) var counts = TransferCounts()
  /// Grows with every session that begins, and with every unplug: a session is over for good when
  /// this has moved on.
  public private(set) var session: UInt64 = 0
  /// The configuration that the host chose; 0 before.
  public private(set) var configuration: UInt8 = 0

  var endpoints = Endpoint.allCases.map(EndpointState.init)
  /// The plugging-in that the device belongs to; nil while unplugged.
  private var epoch: Int?
  private var isPumping = false
  private var space: UnsafeMutableRawBufferPointer

  public init(_ emulator: ConsoleEmulator) {
    self.emulator = emulator
    epoch = emulator.isPlugged ? emulator.epoch : nil
    space = .allocate(byteCount: 1 << 16, alignment: 64)
  }

  deinit { space.deallocate() }

  public var isPlugged: Bool { epoch != nil }
  public var serial: SerialNumber { emulator.serial }

  /// Pulls the console out and plugs in another one that was set up anew.
  public func replace(_ emulator: ConsoleEmulator) {
    pullOut()
    self.emulator = emulator
    emulator.isFlooding = faults.isFlooding
    refresh()
  }

  /// Lets the console live up to an instant, and serves what the host waits for.
  /// - Returns: when the host really wakes, as `ConsoleEmulator.advance` does.
  @discardableResult
  public func advance(to instant: HostInstant) -> HostInstant {
    let woken = emulator.advance(to: instant)
    refresh()
    return woken
  }

  /// Notices plug and unplug, and serves what can be served: call it after anything that happened
  /// to the emulator.
  public func refresh() {
    noticeCable()
    pump()
  }

  func noticeCable() {
    if let epoch, !emulator.isPlugged || emulator.epoch != epoch { pullOut() }
    if epoch == nil, emulator.isPlugged {
      epoch = emulator.epoch
      port?.plugged(self)
    }
  }

  /// A reset of the bus: as plugged in, but without the plugging.
  public func reset() {
    configure(0)
  }

  /// Bytes of the longest transfer that a host may ask for: as much as Linux lets a program ask for.
  public static let transferLimit = 16 << 20

  /// Asks for bytes from the console.
  public func submit(
    token: UInt64, endpoint address: UInt8, length: Int, complete: @escaping InCompletion
  ) {
    submit(
      PendingTransfer(
        token: token, due: emulator.time + faults.delay,
        work: .input(length: min(max(0, length), Self.transferLimit), complete)), to: address,
      isInput: true)
  }

  /// Sends bytes to the console.
  public func submit(
    token: UInt64, endpoint address: UInt8, data: UnsafeRawBufferPointer,
    complete: @escaping OutCompletion
  ) {
    submit(
      PendingTransfer(
        token: token, due: emulator.time + faults.delay, work: .output(Array(data), complete)),
      to: address, isInput: false)
  }

  /// Takes a transfer back; it ends as cancelled within this call.
  /// - Returns: false when no such transfer waits: it has ended.
  @discardableResult
  public func cancel(token: UInt64) -> Bool {
    for index in endpoints.indices {
      guard let transfer = endpoints[index].remove(token: token) else { continue }
      end(transfer, .cancelled)
      return true
    }
    return false
  }

  /// Takes everything back: the host has gone.
  public func cancelAll() {
    for index in endpoints.indices {
      while let transfer = endpoints[index].removeFirst() { end(transfer, .cancelled) }
    }
  }

  /// Transfers that the host waits for.
  public var transfersWaiting: Int { endpoints.reduce(0) { $0 + $1.count } }

  private func submit(_ transfer: PendingTransfer, to address: UInt8, isInput: Bool) {
    noticeCable()
    guard isPlugged else { return end(transfer, .disconnected) }
    guard configuration != 0,
      let index = endpoints.firstIndex(where: { $0.endpoint.address == address }),
      endpoints[index].endpoint.isInput == isInput
    else { return end(transfer, .stalled) }
    endpoints[index].append(transfer)
    pump()
  }

  // MARK: Sessions

  func configure(_ value: UInt8) {
    configuration = value
    beginSession()
  }

  /// A host has taken the console in hand: nothing of the one before reaches it.
  func beginSession() {
    endTransfers(.cancelled)
    counts = TransferCounts()
    session += 1
    emulator.closeLink(epoch: emulator.epoch)
  }

  private func pullOut() {
    guard epoch != nil else { return }
    epoch = nil
    session += 1
    configuration = 0
    endTransfers(.disconnected)
    port?.unplugged(self)
  }

  private func endTransfers(_ status: TransferStatus) {
    for index in endpoints.indices {
      endpoints[index].isHalted = false
      endpoints[index].owesEmptyPacket = false
      while let transfer = endpoints[index].removeFirst() { end(transfer, status) }
    }
  }

  private func end(_ transfer: PendingTransfer, _ status: TransferStatus) {
    counts.note(status)
    transfer.end(status)
  }

  // MARK: Pipes

  /// Serves every transfer that can be served now.
  func pump() {
    // A completion that submits again is served by the loop that is under way.
    guard isPlugged, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    for index in endpoints.indices {
      while serveFirst(index) {}
    }
  }

  /// - Returns: whether the endpoint's first transfer has ended.
  private func serveFirst(_ index: Int) -> Bool {
    let endpoint = endpoints[index].endpoint
    guard let first = endpoints[index].first, first.due <= emulator.time,
      !faults.silent.contains(endpoint.address)
    else { return false }
    if faults.stalling.contains(endpoint.address) { endpoints[index].isHalted = true }
    if endpoints[index].isHalted { return endFirst(index, .stalled) }
    switch first.work {
    case .input(let length, _): return serveInput(index, endpoint, length)
    case .output(let bytes, _): return serveOutput(index, endpoint, bytes)
    }
  }

  private func endFirst(
    _ index: Int, _ status: TransferStatus, accepted: Int = 0, bytes: UnsafeRawBufferPointer? = nil
  ) -> Bool {
    guard let transfer = endpoints[index].removeFirst() else { return false }
    counts.note(status)
    counts.note(bytes?.count ?? accepted, on: endpoints[index].endpoint.pipe)
    transfer.end(status, accepted: accepted, bytes: bytes)
    return true
  }

  private func serveOutput(_ index: Int, _ endpoint: Endpoint, _ bytes: [UInt8]) -> Bool {
    guard emulator.commandsWaiting < Self.commandCapacity else { return false }
    guard bytes.count <= endpoint.maxPacket else {
      // The console keeps room for one packet: it cannot take this, and says so.
      endpoints[index].isHalted = true
      return endFirst(index, .stalled)
    }
    if !bytes.isEmpty { bytes.withUnsafeBytes { emulator.send($0) } }
    return endFirst(index, .completed, accepted: bytes.count)
  }

  /// Commands that the console holds until its firmware looks at them; more are put off.
  private static var commandCapacity: Int { 64 }

  /// Moves packets until one of them, or the space, ends the transfer.
  private func serveInput(_ index: Int, _ endpoint: Endpoint, _ length: Int) -> Bool {
    if endpoints[index].owesEmptyPacket {
      endpoints[index].owesEmptyPacket = false
      return endFirst(index, .completed)
    }
    let limit = max(1, min(endpoint.maxPacket, faults.packetLimit ?? endpoint.maxPacket))
    let isCut = limit < endpoint.maxPacket
    // Whole packets that fit, all moved at once; if the last one could pass the end of the space,
    // it is asked for whole, to be seen as too long.
    let packets = isCut ? 1 : (length + endpoint.maxPacket - 1) / endpoint.maxPacket
    let asked = max(1, packets) * limit
    let count: Int
    do {
      count = try emulator.receive(endpoint.pipe, into: reserve(asked))
    } catch {
      endpoints[index].isHalted = true
      return endFirst(index, .stalled)
    }
    let isBabbling = faults.babbling.contains(endpoint.address)
    guard count > 0 || isBabbling else { return false }
    let bytes = UnsafeRawBufferPointer(rebasing: space[..<min(count, length)])
    if isBabbling { faults.babbling.remove(endpoint.address) }
    guard count <= length, !isBabbling else {
      return endFirst(index, .overflow, bytes: bytes)
    }
    // All that waited was full packets: the console has to say that this was all.
    if count < asked, count % endpoint.maxPacket == 0 {
      return endFirst(index, .completed, bytes: bytes)
    }
    if count == asked, !isCut { endpoints[index].owesEmptyPacket = emulator.isEmpty(endpoint.pipe) }
    return endFirst(index, .completed, bytes: bytes)
  }

  private func reserve(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if space.count < count {
      space.deallocate()
      space = .allocate(byteCount: count, alignment: 64)
    }
    return UnsafeMutableRawBufferPointer(rebasing: space[..<count])
  }
}
