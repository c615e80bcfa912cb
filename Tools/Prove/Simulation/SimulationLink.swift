import HardwareSpecs
import InterlockOracle
import ProbeWire
import Quantities
import SafetyInterlock

/// One transfer on its way: the real bytes, and beside a line what a tracker would find in it.
struct SimulationTransfer {
  var bytes = InlineArray<64, UInt8>(repeating: 0)
  var length = 0
  var due = 0
  var signal: SignalObservation?

  init(_ source: UnsafeRawBufferPointer, signal: SignalObservation? = nil) {
    length = min(64, source.count)
    for index in 0..<length { bytes[index] = source[index] }
    self.signal = signal
  }

  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: bytes) { body(UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }

  var message: UInt8 { bytes[2] }
  var isLine: Bool { message == LineHeader.messageID }
}

/// The cable: three pipes in order, each of which can lose, delay, damage, repeat and swap.
struct SimulationLink {
  /// The cable is in, and both ends know it.
  var isPlugged = true {
    didSet { if !isPlugged { epoch += 1 } }
  }
  /// Counts the times that the cable came out.
  private(set) var epoch = 0
  private var commands: [SimulationTransfer] = []
  private var stream: [SimulationTransfer] = []
  private var safety: [SimulationTransfer] = []
  /// What was carried in this connection and in earlier ones, for replays.
  private var newest: [SimulationTransfer] = []
  private var older: [SimulationTransfer] = []
  private var oldStatus: SimulationTransfer?
  private var held: (command: SimulationTransfer?, line: SimulationTransfer?) = (nil, nil)
  private var count = 0
  private var random: SeededStream

  init(seed: UInt64) {
    random = SeededStream(seed: seed ^ 0x71A7)
    older = [Self.oldLine(), Self.oldLease()]
  }

  /// Of a connection before the session began.
  private static let oldNonce: UInt32 = 0x0DD0_0DD0

  private static func oldLine() -> SimulationTransfer {
    let header = LineHeader(
      magic: ConsoleProtocol.magic, message: LineHeader.messageID, headerLength: 64, sequence: 77,
      nonce: oldNonce, deviceTime: DeviceInstant(nanoseconds: 1_000_000),
      sampleRateHz: 64_000_000, sampleCount: 1_024, gain: .zero, delay: .zero, flags: [],
      status: 0, handleRoll: .zero, handleLevel: .zero, needleDepth: .zero, pulseRateHz: 1_000,
      payloadCRC: 0, reserved: 0, headerCRC: 0)
    return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { place in
      LineCodec.seal(header, payloadCRC: 7, in: place)
      return SimulationTransfer(UnsafeRawBufferPointer(place))
    }
  }

  private static func oldLease() -> SimulationTransfer {
    let lease = LeaseRequest(
      decisionID: 7, leaseID: 7, frameSequence: 77,
      frameTime: DeviceInstant(nanoseconds: 1_000_000), expires: DeviceInstant(nanoseconds: .max))
    return withUnsafeTemporaryAllocation(byteCount: PDU.capacity, alignment: 8) { place in
      let length = PDU.encode(lease, sequence: 77, nonce: oldNonce, into: place)
      return SimulationTransfer(UnsafeRawBufferPointer(rebasing: place[..<length]))
    }
  }

  mutating func clear() {
    commands.removeAll(keepingCapacity: true)
    stream.removeAll(keepingCapacity: true)
    safety.removeAll(keepingCapacity: true)
    held = (nil, nil)
  }

  /// A connection begins: what was carried so far is of an earlier one.
  mutating func reopen() {
    clear()
    // A connection that never got as far as a line leaves nothing that a later one could be shown.
    if newest.contains(where: \.isLine) { older = newest }
    newest.removeAll(keepingCapacity: true)
    oldStatus = nil
  }

  // MARK: Host to console

  mutating func sendCommand(_ bytes: UnsafeRawBufferPointer, at now: Int, _ f: SimulationFaults) {
    guard isPlugged else { return }
    var item = SimulationTransfer(bytes)
    if newest.count < 24 { newest.append(item) }
    item.due = now
    guard !f.isQuiet else { return commands.append(item) }
    if f[.linkLoss] || f[.commandLoss] { return }
    if f[.leaseLoss], item.message == LeaseRequest.messageID { return }
    item.due = now + f.amount(.commandDelay)
    if f[.commandCorrupt], random.next() & 3 == 0 { flip(&item) }
    if f[.commandReorder], random.next() & 1 == 0, held.command == nil {
      held.command = item
      return
    }
    commands.append(item)
    if f[.commandDuplicate] { commands.append(item) }
    if f[.oldConnectionCommands] {
      for var old in older where !old.isLine {
        old.due = now
        commands.append(old)
      }
    }
    if let late = held.command {
      commands.append(late)
      held.command = nil
    }
  }

  mutating func nextCommand(at now: Int) -> SimulationTransfer? { Self.pop(&commands, now) }

  // MARK: Console to host

  mutating func sendLine(_ line: SimulationTransfer, at now: Int, _ f: SimulationFaults) {
    guard isPlugged else { return }
    var item = line
    if newest.count < 48, now & 7 == 0 { newest.append(item) }
    // A bus is late by a millisecond now and then, and rarely by a few.
    let chance = random.next()
    item.due = now + (chance & 63 == 0 ? 1 + Int(chance >> 6 & 1) : 0)
    if chance >> 20 & 4_095 == 0 { item.due += 6 }
    guard !f.isQuiet else { return stream.append(item) }
    if f[.linkLoss] || f[.streamStall] { return }
    count += 1
    if f[.frameDrop], count & 3 == 0 { return }
    item.due += f.amount(.frameDelay) + f.amount(.frameDelayShort)
    if f[.frameCorrupt], chance >> 40 & 3 == 0 { flip(&item) }
    if f[.shortRead], chance >> 44 & 3 == 0 { item.length = 20 }
    if f[.frameReorder], held.line == nil {
      held.line = item
      return
    }
    if f[.oldConnectionFrames] || f[.frameReplay], count & 3 == 0 {
      for var old in f[.frameReplay] ? newest : older where old.isLine {
        old.due = now
        stream.append(old)
        break
      }
    }
    stream.append(item)
    if f[.frameDuplicate] { stream.append(item) }
    if let late = held.line {
      stream.append(late)
      held.line = nil
    }
  }

  mutating func sendMessage(
    _ bytes: UnsafeRawBufferPointer, on pipe: Pipe, at now: Int, _ f: SimulationFaults
  ) {
    guard isPlugged else { return }
    var item = SimulationTransfer(bytes)
    item.due = now
    guard pipe == .safety else {
      if f[.linkLoss] || f[.streamStall] { return }
      return stream.append(item)
    }
    if now & 255 == 0 || oldStatus == nil { oldStatus = item }
    guard !f.isQuiet else { return safety.append(item) }
    if f[.linkLoss] || f[.statusStall] { return }
    item.due = now + f.amount(.statusDelay)
    if f[.statusCorrupt], random.next() & 3 == 0 { flip(&item) }
    safety.append(item)
    if f[.statusReplay], var old = oldStatus {
      old.due = item.due
      safety.append(old)
    }
  }

  mutating func nextStatus(at now: Int) -> SimulationTransfer? { Self.pop(&safety, now) }
  mutating func nextOfStream(at now: Int) -> SimulationTransfer? { Self.pop(&stream, now) }

  /// In order: what is late holds up what comes behind it.
  private static func pop(_ queue: inout [SimulationTransfer], _ now: Int) -> SimulationTransfer? {
    guard let first = queue.first, first.due <= now else { return nil }
    return queue.removeFirst()
  }

  /// Up to eight bits, anywhere.
  private mutating func flip(_ item: inout SimulationTransfer) {
    for _ in 0..<random.within(1...8) {
      item.bytes[random.within(0...(item.length - 1))] ^= 1 << UInt8(random.within(0...7))
    }
  }
}
