import HardwareSpecs
import ProbeHAL

/// What one session has under way at the device. Touched inside the gate only.
final class PacketConnection {
  /// Commands that the console may leave lying before the host gives up on it.
  static let commandCapacity = 16

  private let session: UInt64
  private let stream: PacketInput
  private let safety: PacketInput
  private var commandsWaiting = 0
  private var commandFailure: TransportError?
  private var token: UInt64 = 0

  init(session: UInt64, streamLength: Int) {
    self.session = session
    stream = PacketInput(.stream, length: streamLength)
    safety = PacketInput(.safety, length: ConsoleProtocol.Endpoint.safety.maxPacket)
  }

  func send(
    _ pdu: UnsafeRawBufferPointer, to device: EmulatedUSBDevice
  ) throws(TransportError) {
    device.refresh()
    guard device.session == session else { throw .disconnected }
    if let commandFailure { throw commandFailure }
    guard commandsWaiting < Self.commandCapacity else { throw .congested }
    commandsWaiting += 1
    let endpoint = ConsoleProtocol.Endpoint.command.address
    device.submit(token: nextToken(), endpoint: endpoint, data: pdu) { status, _ in
      self.commandsWaiting -= 1
      if status != .completed { self.commandFailure = status.error }
    }
    if let commandFailure { throw commandFailure }
  }

  func receive(
    _ pipe: Pipe, into space: UnsafeMutableRawBufferPointer, from device: EmulatedUSBDevice
  ) throws(TransportError) -> Int {
    device.refresh()
    guard let input = input(pipe) else {
      guard device.session == session else { throw .disconnected }
      return 0
    }
    guard space.count > 0 else { return 0 }
    while true {
      let count = input.move(into: space)
      if count > 0 { return count }
      if let failure = input.failure { throw failure }
      guard device.session == session else { throw .disconnected }
      if input.isWaiting { return 0 }
      // It ends at once when something is there, and may have been empty.
      input.ask(device, token: nextToken())
    }
  }

  func end(at device: EmulatedUSBDevice) {
    if device.session == session { device.cancelAll() }
  }

  private func input(_ pipe: Pipe) -> PacketInput? {
    switch pipe {
    case .stream: stream
    case .safety: safety
    case .command: nil
    }
  }

  private func nextToken() -> UInt64 {
    token += 1
    return token
  }
}

/// A pipe to the host: its one transfer, what came with it, and how it failed.
private final class PacketInput {
  private(set) var isWaiting = false
  private(set) var failure: TransportError?
  private let endpoint: ConsoleProtocol.Endpoint
  private let length: Int
  private var bytes: [UInt8] = []
  private var taken = 0

  init(_ endpoint: ConsoleProtocol.Endpoint, length: Int) {
    self.endpoint = endpoint
    self.length = length
  }

  func move(into space: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(space.count, bytes.count - taken)
    bytes.withUnsafeBytes {
      space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[taken..<(taken + count)]))
    }
    taken += count
    return count
  }

  func ask(_ device: EmulatedUSBDevice, token: UInt64) {
    isWaiting = true
    device.submit(token: token, endpoint: endpoint.address, length: length) { status, bytes in
      self.isWaiting = false
      self.bytes.removeAll(keepingCapacity: true)
      self.bytes.append(contentsOf: bytes)
      self.taken = 0
      if status != .completed { self.failure = status.error }
    }
  }
}

extension TransferStatus {
  /// As the seam says it. Who is cancelled has lost the console to somebody else.
  fileprivate var error: TransportError {
    switch self {
    case .stalled: .stalled
    case .overflow: .overflow
    case .completed, .cancelled, .disconnected: .disconnected
    }
  }
}
