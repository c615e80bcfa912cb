import HardwareSpecs
import ProbeHAL
import ProbeWire
import Quantities
import TestSupport
import Testing

@Suite struct ConnectionStateMachineTests {
  private func reply(hostNonce: UInt32, version: UInt16 = 1) -> IdentifyReply {
    IdentifyReply(
      serial: SerialNumber("X"), firmwareHash: 1, specHash: 2, hostNonce: hostNonce,
      protocolVersion: version)
  }

  // R12
  @Test func onlyTheAnswerToItsOwnQuestionIdentifies() {
    var machine = ConnectionStateMachine()
    #expect(machine.state == .closed && machine.nonce == nil)
    var taken = machine.identify(reply(hostNonce: 1), nonce: 9)
    #expect(!taken, "nothing was asked")
    machine.open(hostNonce: 4)
    #expect(machine.generation == 1 && machine.nonce == nil)
    taken = machine.identify(reply(hostNonce: 3), nonce: 9)
    #expect(!taken, "another's answer")
    taken = machine.identify(reply(hostNonce: 4), nonce: 0)
    #expect(!taken, "no nonce of its own")
    taken = machine.identify(reply(hostNonce: 4, version: 2), nonce: 9)
    #expect(!taken, "another protocol")
    taken = machine.identify(reply(hostNonce: 4), nonce: 9)
    #expect(taken && machine.nonce == 9)
    taken = machine.identify(reply(hostNonce: 4), nonce: 10)
    #expect(!taken, "identified once")
    #expect(machine.nonce == 9)
  }

  // R14
  @Test func aLossTakesTheNonceAndEachOpeningIsANewGeneration() {
    var machine = ConnectionStateMachine()
    machine.lose(.disconnected)
    #expect(machine.state == .closed, "what is closed cannot be lost")
    for generation in UInt32(1)...3 {
      machine.open(hostNonce: generation)
      _ = machine.identify(reply(hostNonce: generation), nonce: 9)
      #expect(machine.generation == generation)
      machine.lose(.stalled)
      #expect(machine.state == .lost(.stalled) && machine.nonce == nil)
    }
    machine.close()
    #expect(machine.state == .closed)
  }
}

/// A link whose bytes a test writes: what the emulator would never say.
private final class ScriptedTransport: ProbeTransport {
  var stream: [UInt8] = []
  var safety: [UInt8] = []
  var sent: [[UInt8]] = []
  var failure: TransportError?
  /// What the stream says again and again, and how many bytes until the test gives up.
  var flood: (bytes: [UInt8], left: Int)?
  var opened = 0
  var closed = 0

  func open() throws(TransportError) {
    if let failure { throw failure }
    opened += 1
  }

  func send(_ pdu: UnsafeRawBufferPointer) throws(TransportError) {
    if let failure { throw failure }
    sent.append(Array(pdu))
  }

  func receive(
    _ pipe: HardwareSpecs.Pipe, into space: UnsafeMutableRawBufferPointer
  ) throws(TransportError) -> Int {
    if let failure { throw failure }
    func move(_ bytes: inout [UInt8]) -> Int {
      let count = min(bytes.count, space.count)
      space.copyBytes(from: bytes[..<count])
      bytes.removeFirst(count)
      return count
    }
    if pipe == .stream, let flood {
      guard flood.left > 0 else { throw .overflow }
      self.flood?.left -= space.count
      for index in space.indices { space[index] = flood.bytes[index % flood.bytes.count] }
      return space.count / flood.bytes.count * flood.bytes.count
    }
    return pipe == .safety ? move(&safety) : move(&stream)
  }

  func close() { closed += 1 }

  func say<M: WireMessage>(_ message: M, sequence: UInt32, nonce: UInt32) {
    var bytes = [UInt8](repeating: 0, count: PDU.capacity)
    let length = bytes.withUnsafeMutableBytes {
      PDU.encode(message, sequence: sequence, nonce: nonce, into: $0)
    }
    if M.pipe == .safety { safety += bytes[..<length] } else { stream += bytes[..<length] }
  }
}

@Suite struct ConsoleClientTests {
  private let link = ScriptedTransport()
  private let client: ConsoleClient

  init() { client = ConsoleClient(link) }

  private func identify(nonce: UInt32) throws {
    try client.connect(hostNonce: 3)
    link.say(
      IdentifyReply(
        serial: SerialNumber("X"), firmwareHash: 1, specHash: 2, hostNonce: 3, protocolVersion: 1),
      sequence: 1, nonce: nonce)
  }

  private func status(_ depth: Int32 = 0) -> SafetyStatus {
    SafetyStatus(
      deviceTime: DeviceInstant(nanoseconds: 1), frameSequence: 0, leaseID: 0, leaseLeft: .zero,
      flags: [], trip: .none, needleDepth: Micrometres(depth), leaseTravel: .zero,
      temperatureCdegc: 0, supplyMv: 0, measuredGain: .zero)
  }

  // R12
  @Test func messagesOfAnotherConnectionAreCountedAndNotPassedOn() throws {
    try identify(nonce: 50)
    #expect(client.takeAll().count == 1)
    link.say(status(), sequence: 1, nonce: 49)
    link.say(CommandReply(commandSequence: 1, command: 2, status: .accepted), sequence: 2, nonce: 0)
    #expect(client.takeAll().isEmpty)
    #expect(client.counts.foreign == 2)
    #expect(client.counts.missing == 0)
    link.say(status(), sequence: 1, nonce: 50)
    #expect(client.takeAll().count == 1)
    #expect(client.counts.foreign == 2)
  }

  // R12
  @Test func aStatusThatComesWithTheAnswerBelongsToThisConnection() throws {
    try identify(nonce: 50)
    link.say(status(), sequence: 1, nonce: 50)
    let events = client.takeAll()
    #expect(events.first?.identity != nil)
    #expect(events.last?.status != nil)
    #expect(client.counts.foreign == 0)
  }

  // R10
  @Test func missingNumbersAreCountedOnEachPipe() throws {
    try identify(nonce: 50)
    for number in [UInt32(1), 2, 5, 6, 10] { link.say(status(), sequence: number, nonce: 50) }
    for number in [UInt32(2), 3, 7] {
      link.say(
        CommandReply(commandSequence: 1, command: 2, status: .accepted), sequence: number, nonce: 50
      )
    }
    #expect(client.takeAll().count == 9)
    #expect(client.counts.missing == 2 + 3 + 3)
  }

  // R10, R27
  @Test func countingGoesOnThroughTheWrapOfTheNumbers() throws {
    try identify(nonce: 50)
    for number in [UInt32.max - 1, .max, 0, 2] { link.say(status(), sequence: number, nonce: 50) }
    _ = client.takeAll()
    #expect(client.counts.missing == 1)
  }

  // R11
  @Test func damageIsReportedAndWhatFollowsIsRead() throws {
    try identify(nonce: 50)
    _ = client.takeAll()
    link.say(status(1), sequence: 1, nonce: 50)
    link.safety[20] ^= 4
    link.say(status(2), sequence: 2, nonce: 50)
    let events = client.takeAll()
    #expect(events.first == .damaged(.badChecksum))
    #expect(events.last?.status?.needleDepth == Micrometres(2))
    #expect(client.counts.damaged == 1)
    #expect(client.counts.bytesSkipped == 53)
  }

  // R03
  @Test func aCommandThatTheConsoleMayNotSendIsDamage() throws {
    try identify(nonce: 50)
    _ = client.takeAll()
    link.say(
      CommandReply(commandSequence: 1, command: 2, status: .accepted), sequence: 2, nonce: 50)
    var bytes = [UInt8](repeating: 0, count: PDU.capacity)
    let length = bytes.withUnsafeMutableBytes {
      PDU.encode(Stop(), sequence: 3, nonce: 50, into: $0)
    }
    link.stream += bytes[..<length]
    #expect(client.takeAll().last == .damaged(.unknownMessage))
  }

  // R14
  @Test func aLossIsToldOnceAndEndsTheConnection() throws {
    try identify(nonce: 50)
    _ = client.takeAll()
    link.failure = .stalled
    #expect(client.takeAll() == [.lost(.stalled)])
    #expect(client.takeAll().isEmpty)
    #expect(client.connection.nonce == nil)
    #expect(throws: TransportError.stalled) { try client.send(Stop()) }
    #expect(throws: TransportError.stalled) { try client.connect(hostNonce: 1) }
    link.failure = nil
    try identify(nonce: 51)
    #expect(client.takeAll().first?.identity != nil)
    #expect(client.connection.generation == 2)
  }

  // R10
  @Test func aStreamThatNeverEndsKeepsNeitherTheStatusNorTheCaller() throws {
    try identify(nonce: 50)
    _ = client.takeAll()
    link.say(
      CommandReply(commandSequence: 1, command: 2, status: .accepted), sequence: 2, nonce: 50)
    link.flood = (link.stream, 16 << 20)
    for number in UInt32(1)...5 {
      link.say(status(), sequence: number, nonce: 50)
      let events = client.takeAll()
      #expect(events.first?.status != nil)
      #expect(events.count > 1_000)
    }
    #expect(client.counts.missing == 0 && client.counts.damaged == 0)
  }

  // R12
  @Test func aNewConnectionForgetsHalfAMessageOfTheOld() throws {
    try identify(nonce: 50)
    _ = client.takeAll()
    link.say(status(), sequence: 1, nonce: 50)
    link.safety.removeLast(10)
    _ = client.takeAll()
    try identify(nonce: 51)
    link.say(status(), sequence: 1, nonce: 51)
    let events = client.takeAll()
    #expect(events.count == 2)
    #expect(client.counts.damaged == 0)
  }

  // R10
  @Test func commandsAreNumberedFromOneInEachConnection() throws {
    for nonce in [UInt32(50), 51] {
      link.sent = []
      try identify(nonce: nonce)
      _ = client.takeAll()
      try client.send(Start())
      try client.send(Stop())
      let envelopes = try link.sent.map { try $0.withUnsafeBytes { try PDU.open($0).envelope } }
      #expect(envelopes.map(\.sequence) == [1, 2, 3])
      #expect(envelopes.map(\.nonce) == [0, nonce, nonce])
    }
  }
}
