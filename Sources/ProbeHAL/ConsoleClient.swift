import HardwareSpecs
import ProbeWire

/// The console as a program sees it: commands out, typed events in.
///
/// Owns its transport. Not thread-safe: the control loop calls it, and it never waits.
public final class ConsoleClient {
  /// What `poll` found. Samples are valid during the call only.
  public enum Event {
    case identified(IdentifyReply, nonce: UInt32)
    case line(LineHeader, samples: UnsafeRawBufferPointer)
    case status(SafetyStatus)
    case selfTest(SelfTestReport)
    case reply(CommandReply)
    case damaged(WireError)
    case lost(TransportError)
  }

  /// What went wrong and was not passed on; nothing is lost without being counted.
  public struct Counts: Equatable, Sendable {
    public var damaged: UInt64 = 0
    /// Messages of another connection (R12).
    public var foreign: UInt64 = 0
    /// Safety statuses and stream messages that the sequence shows to be missing.
    public var missing: UInt64 = 0
    public var bytesSkipped: UInt64 = 0
  }

  public private(set) var connection = ConnectionStateMachine()
  public private(set) var counts = Counts()

  /// Bytes: of the stream at its fastest, many times what comes between two rounds of a control loop.
  public static let pollLimit = 1 << 20

  private let transport: any ProbeTransport
  private var streamReader = StreamReader()
  private var safetyReader = StreamReader(capacity: 4_096)
  private var streamSequence = SequenceWatch()
  private var safetySequence = SequenceWatch()
  private var commandSequence: UInt32 = 0
  private let pdu = UnsafeMutableRawBufferPointer.allocate(byteCount: PDU.capacity, alignment: 8)

  public init(_ transport: any ProbeTransport) { self.transport = transport }

  deinit {
    transport.close()
    pdu.deallocate()
  }

  /// Opens a new connection and asks who the console is; the answer comes as an event.
  public func connect(hostNonce: UInt32) throws(TransportError) {
    transport.close()
    do { try transport.open() } catch {
      connection.refuse(error)
      throw error
    }
    streamReader.reset()
    safetyReader.reset()
    streamSequence = SequenceWatch()
    safetySequence = SequenceWatch()
    commandSequence = 0
    connection.open(hostNonce: hostNonce)
    try send(
      IdentifyRequest(
        hostNonce: hostNonce, protocolVersion: UInt16(ConsoleProtocol.version)))
  }

  public func disconnect() {
    transport.close()
    connection.close()
  }

  /// Sends a command of this connection.
  /// - Returns: the command's sequence, which its reply names.
  @discardableResult
  public func send<M: WireMessage>(_ message: M) throws(TransportError) -> UInt32 {
    commandSequence &+= 1
    let length = PDU.encode(
      message, sequence: commandSequence, nonce: connection.nonce ?? 0, into: pdu)
    do {
      try transport.send(UnsafeRawBufferPointer(rebasing: pdu[..<length]))
    } catch {
      connection.lose(error)
      throw error
    }
    return commandSequence
  }

  /// Takes in what has arrived and hands it over in order, safety status first.
  ///
  /// At most `pollLimit` bytes of a pipe: a stream that comes faster than it can be looked into keeps
  /// neither the safety status from its turn nor the caller from its deadline. The rest waits.
  public func poll(_ handle: (Event) -> Void) {
    switch connection.state {
    case .closed, .lost: return
    case .identifying:
      // The answer to identify names the nonce that everything else is held against.
      poll(.stream, &streamReader, handle)
      if isOpen { poll(.safety, &safetyReader, handle) }
    case .identified:
      poll(.safety, &safetyReader, handle)
      if isOpen { poll(.stream, &streamReader, handle) }
    }
    counts.bytesSkipped = streamReader.bytesSkipped + safetyReader.bytesSkipped
  }

  /// A connection is lost once: what another pipe would say of it is no news.
  private var isOpen: Bool {
    switch connection.state {
    case .closed, .lost: false
    case .identifying, .identified: true
    }
  }

  private func poll(_ pipe: Pipe, _ reader: inout StreamReader, _ handle: (Event) -> Void) {
    var taken = 0
    while taken < Self.pollLimit {
      let received: Int
      do {
        received = try transport.receive(pipe, into: reader.space(atLeast: 512))
      } catch {
        connection.lose(error)
        return handle(.lost(error))
      }
      if received == 0 { return }
      reader.wrote(received)
      taken += received
      while let item = reader.next() {
        switch item {
        case .line(let header, let samples): handle(.line(header, samples: samples))
        case .message(let envelope, let payload): take(envelope, payload, handle)
        case .damaged(let error):
          counts.damaged += 1
          handle(.damaged(error))
        }
      }
    }
  }

  private func take(
    _ envelope: Envelope, _ payload: UnsafeRawBufferPointer, _ handle: (Event) -> Void
  ) {
    do throws(WireError) {
      if envelope.message == IdentifyReply.messageID {
        let reply = try PDU.message(IdentifyReply.self, payload)
        guard connection.identify(reply, nonce: envelope.nonce) else {
          counts.foreign += 1
          return
        }
        counts.missing += streamSequence.missing(before: envelope.sequence)
        return handle(.identified(reply, nonce: envelope.nonce))
      }
      guard envelope.nonce == connection.nonce else {
        counts.foreign += 1
        return
      }
      let isSafety = envelope.message == SafetyStatus.messageID
      counts.missing +=
        isSafety
        ? safetySequence.missing(before: envelope.sequence)
        : streamSequence.missing(before: envelope.sequence)
      switch envelope.message {
      case SafetyStatus.messageID:
        handle(.status(try PDU.message(SafetyStatus.self, payload)))
      case SelfTestReport.messageID:
        handle(.selfTest(try PDU.message(SelfTestReport.self, payload)))
      case CommandReply.messageID:
        handle(.reply(try PDU.message(CommandReply.self, payload)))
      default:
        throw .unknownMessage
      }
    } catch {
      counts.damaged += 1
      handle(.damaged(error))
    }
  }
}

/// Counts the numbers that a pipe's sequence skipped (R10).
struct SequenceWatch {
  private var newest: UInt32?

  mutating func missing(before number: UInt32) -> UInt64 {
    defer { newest = number }
    guard let newest else { return 0 }
    let ahead = number &- newest
    return ahead > 0 && ahead < 0x8000_0000 ? UInt64(ahead - 1) : 0
  }
}
