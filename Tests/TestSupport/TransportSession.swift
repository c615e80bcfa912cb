import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities

extension TransportConformance {
  /// One rule's dealings with its subject: sends PDUs, cuts what comes into items, and keeps count.
  final class Session {
    static let pipes: [HardwareSpecs.Pipe] = [.command, .stream, .safety]
    static let inputs: [HardwareSpecs.Pipe] = [.stream, .safety]

    let subject: any TransportUnderTest
    private(set) var nonce: UInt32 = 0
    private(set) var selfTests = 0
    private let rule: String
    private var sequence: UInt32 = 0
    private var reply: IdentifyReply?
    private var streamReader = StreamReader()
    private var safetyReader = StreamReader()
    private var lines: [UInt32] = []
    private var statuses: [UInt32] = []
    private var damaged = 0
    private var space = [UInt8](repeating: 0, count: 1 << 16)

    init(_ subject: any TransportUnderTest, rule: String) {
      self.subject = subject
      self.rule = rule
    }

    var transport: any ProbeTransport { subject.transport }

    func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
      if !condition { throw Violation(rule: rule, what: what()) }
    }

    func expect(_ error: TransportError, _ body: () throws -> Void) throws {
      do {
        try body()
      } catch let thrown as TransportError {
        return try require(thrown == error, "\(thrown) instead of \(error)")
      }
      throw Violation(rule: rule, what: "no error instead of \(error)")
    }

    // MARK: Dealing with the console

    func open() throws {
      try transport.open()
      streamReader.reset()
      safetyReader.reset()
      sequence = 0
      nonce = 0
      lines = []
      statuses = []
      reply = nil
    }

    func identify(hostNonce: UInt32) throws -> IdentifyReply {
      try send(IdentifyRequest(hostNonce: hostNonce, protocolVersion: ConsoleProtocol.version))
      for _ in 0..<100 where reply == nil {
        subject.pass(milliseconds: 1)
        try drain()
      }
      guard let reply else { throw Violation(rule: rule, what: "no answer to identify") }
      return reply
    }

    /// Opens, identifies and starts A-lines of 64 samples.
    func stream() throws {
      try open()
      _ = try identify(hostNonce: 77)
      try send(
        Configure(
          pulseRateHz: 1_000, sampleRateHz: 64_000_000, sampleCount: 64, gain: .zero, delay: .zero))
      try send(Start())
      subject.pass(milliseconds: 2)
    }

    func send<M: WireMessage>(_ message: M) throws {
      sequence &+= 1
      try encoded(message).withUnsafeBytes { try transport.send($0) }
    }

    func sendDamaged() throws {
      var bytes = encoded(Stop())
      bytes[5] ^= 0x10
      try bytes.withUnsafeBytes { try transport.send($0) }
    }

    private func encoded<M: WireMessage>(_ message: M) -> [UInt8] {
      var pdu = [UInt8](repeating: 0, count: PDU.capacity)
      let length = pdu.withUnsafeMutableBytes {
        PDU.encode(message, sequence: sequence, nonce: nonce, into: $0)
      }
      return Array(pdu[..<length])
    }

    // MARK: What comes

    func receive(_ pipe: HardwareSpecs.Pipe) throws -> Int {
      try space.withUnsafeMutableBytes { try transport.receive(pipe, into: $0) }
    }

    func drain(chunk: Int = 1 << 14) throws {
      for pipe in Self.inputs { try drain(pipe, chunk: chunk) }
    }

    func drain(_ pipe: HardwareSpecs.Pipe, chunk: Int = 1 << 14) throws {
      while true {
        let count = try space.withUnsafeMutableBytes {
          try transport.receive(pipe, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<chunk]))
        }
        try require((0...chunk).contains(count), "\(count) bytes into a space of \(chunk)")
        if count == 0 { return }
        if pipe == .safety { take(count, &safetyReader) } else { take(count, &streamReader) }
      }
    }

    private func take(_ count: Int, _ reader: inout StreamReader) {
      reader.space(atLeast: count).copyBytes(from: space[..<count])
      reader.wrote(count)
      while let item = reader.next() {
        switch item {
        case .line(let header, _): lines.append(header.sequence)
        case .damaged: damaged += 1
        case .message(let envelope, let payload):
          if envelope.message == SafetyStatus.messageID { statuses.append(envelope.sequence) }
          if envelope.message == SelfTestReport.messageID { selfTests += 1 }
          if let answer = IdentifyReply(payload: payload),
            envelope.message == IdentifyReply.messageID
          {
            reply = answer
            nonce = envelope.nonce
          }
        }
      }
    }

    /// Nothing was damaged, skipped, lost or out of order, and enough came to say so.
    func requireClean(lines least: Int) throws {
      try require(damaged == 0, "\(damaged) damaged items")
      let skipped = streamReader.bytesSkipped + safetyReader.bytesSkipped
      try require(skipped == 0, "\(skipped) bytes of no message")
      try require(lines.count >= least, "\(lines.count) lines, not \(least)")
      try require(lines == (1...UInt32(lines.count)).map { $0 }, "lines \(lines)")
      try require(!statuses.isEmpty, "no safety status")
      try require(
        statuses == (0..<UInt32(statuses.count)).map { statuses[0] + $0 }, "statuses \(statuses)")
    }
  }
}
