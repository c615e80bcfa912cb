import HardwareSpecs

/// Where a connection stands. Pure: events in, a new state out; each connection has a generation.
public struct ConnectionStateMachine: Equatable, Sendable {
  public enum State: Equatable, Sendable {
    case closed
    /// Open; who the console is has been asked with this nonce.
    case identifying(hostNonce: UInt32)
    case identified(IdentifyReply, nonce: UInt32)
    case lost(TransportError)
  }

  public private(set) var state = State.closed
  /// Counts the times that a connection was opened.
  public private(set) var generation: UInt32 = 0

  public init() {}

  public mutating func open(hostNonce: UInt32) {
    generation &+= 1
    state = .identifying(hostNonce: hostNonce)
  }

  /// An identify reply came. Only the answer to this connection's own question counts (R12).
  /// - Returns: whether it was taken.
  public mutating func identify(_ reply: IdentifyReply, nonce: UInt32) -> Bool {
    guard case .identifying(let asked) = state, reply.hostNonce == asked, nonce != 0,
      Int(reply.protocolVersion) == Int(ConsoleProtocol.version)
    else { return false }
    state = .identified(reply, nonce: nonce)
    return true
  }

  public mutating func lose(_ error: TransportError) {
    if state != .closed { state = .lost(error) }
  }

  /// The console could not be opened: no connection came about, and this is why.
  public mutating func refuse(_ error: TransportError) { state = .lost(error) }

  public mutating func close() { state = .closed }

  /// The nonce of messages of this connection; nil unless identified.
  public var nonce: UInt32? {
    if case .identified(_, let nonce) = state { nonce } else { nil }
  }
}
