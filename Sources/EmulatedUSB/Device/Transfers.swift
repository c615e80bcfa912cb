import HardwareSpecs
import Quantities

/// How a transfer on a bulk or interrupt endpoint ended.
public enum TransferStatus: Equatable, Sendable {
  case completed
  /// The endpoint is halted until the host clears that, or does not exist as configured.
  case stalled
  /// A packet was longer than the space left (babble).
  case overflow
  case cancelled
  /// The device was unplugged.
  case disconnected
}

/// Takes what came with an IN transfer; the bytes are valid during the call only.
public typealias InCompletion = (TransferStatus, UnsafeRawBufferPointer) -> Void
/// Takes how many bytes of an OUT transfer the device accepted.
public typealias OutCompletion = (TransferStatus, Int) -> Void

/// What the device has done since the host's session began.
public struct TransferCounts: Equatable, Sendable {
  /// Bytes that went to the host.
  public var deliveredStream: UInt64 = 0
  public var deliveredSafety: UInt64 = 0
  /// Bytes that came from it.
  public var takenCommand: UInt64 = 0
  public var completed: UInt64 = 0
  public var stalled: UInt64 = 0
  public var overflowed: UInt64 = 0
  public var cancelled: UInt64 = 0
  public var disconnected: UInt64 = 0

  public init() {}

  mutating func note(_ status: TransferStatus) {
    switch status {
    case .completed: completed += 1
    case .stalled: stalled += 1
    case .overflow: overflowed += 1
    case .cancelled: cancelled += 1
    case .disconnected: disconnected += 1
    }
  }

  mutating func note(_ bytes: Int, on pipe: Pipe) {
    switch pipe {
    case .stream: deliveredStream += UInt64(bytes)
    case .safety: deliveredSafety += UInt64(bytes)
    case .command: takenCommand += UInt64(bytes)
    }
  }
}

/// A transfer that the host has asked for and that has not ended.
struct PendingTransfer {
  enum Work {
    case input(length: Int, InCompletion)
    case output([UInt8], OutCompletion)
  }

  let token: UInt64
  /// Not served before this instant of the console's time.
  let due: HostInstant
  let work: Work

  func end(_ status: TransferStatus, accepted: Int = 0, bytes: UnsafeRawBufferPointer? = nil) {
    switch work {
    case .input(_, let complete):
      complete(status, bytes ?? UnsafeRawBufferPointer(start: nil, count: 0))
    case .output(_, let complete): complete(status, accepted)
    }
  }
}

/// One endpoint: what the host waits for there, and whether it is halted.
struct EndpointState {
  let endpoint: ConsoleProtocol.Endpoint
  var isHalted = false
  /// The last packet was full and emptied the pipe: an empty one has to end the transfer.
  var owesEmptyPacket = false
  private var waiting: [PendingTransfer] = []
  private var head = 0

  init(_ endpoint: ConsoleProtocol.Endpoint) { self.endpoint = endpoint }

  var first: PendingTransfer? { head < waiting.count ? waiting[head] : nil }
  var count: Int { waiting.count - head }

  mutating func append(_ transfer: PendingTransfer) { waiting.append(transfer) }

  mutating func removeFirst() -> PendingTransfer? {
    guard head < waiting.count else { return nil }
    let transfer = waiting[head]
    head += 1
    if head == waiting.count || head >= 64 {
      waiting.removeSubrange(..<head)
      head = 0
    }
    return transfer
  }

  mutating func remove(token: UInt64) -> PendingTransfer? {
    guard let index = waiting[head...].firstIndex(where: { $0.token == token }) else { return nil }
    return waiting.remove(at: index)
  }
}
