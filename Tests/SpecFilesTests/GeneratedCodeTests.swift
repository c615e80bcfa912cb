import Foundation
import HardwareSpecs
import SpecFiles
import Testing

/// What is committed as Swift is what the files say.
@Suite struct GeneratedCodeTests {
  private struct Vectors: Decodable {
    struct Message: Decodable {
      var message: String
      var example: String
      var id: UInt8
      var pdu: String
    }
    struct Line: Decodable {
      var example: String
      var bytes: String
    }
    var messages: [Message]
    var lines: [Line]
  }

  private static let types: [any WireMessage.Type] = [
    IdentifyRequest.self, Configure.self, Start.self, Stop.self, SelfTestRequest.self,
    LeaseRequest.self, DriveCommand.self, Disarm.self, AcknowledgeTrip.self, IdentifyReply.self,
    CommandReply.self, SelfTestReport.self, SafetyStatus.self,
  ]

  private func vectors() throws -> Vectors {
    let file = SpecSamples.root.appendingPathComponent(
      "Tests/ProbeWireTests/GoldenVectors/vectors.json")
    return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
  }

  private func bytes(_ hex: String) throws -> [UInt8] {
    try stride(from: 0, to: hex.count, by: 2).map { index in
      try #require(UInt8(hex.dropFirst(index).prefix(2), radix: 16))
    }
  }

  private func decoded<M: WireMessage>(_ type: M.Type, _ payload: [UInt8]) -> M? {
    payload.withUnsafeBytes { M(payload: $0) }
  }

  private func recoded<M: WireMessage>(_ type: M.Type, _ payload: [UInt8]) -> [UInt8]? {
    guard let message = decoded(type, payload) else { return nil }
    var out = [UInt8](repeating: 0xEE, count: M.payloadBytes)
    out.withUnsafeMutableBytes { message.encode(into: $0) }
    return out
  }

  @Test func hashOfTheFilesIsTheHashInTheCode() throws {
    let model = try SpecModel.load(folder: SpecSamples.folder)
    #expect(model.hash == SpecHash.value, "run: swift run -c release SpecGenerator")
    #expect(model.files.contains { $0.hasSuffix("limits.yaml") })
  }

  @Test func messagesInTheCodeAreThoseOfTheFile() throws {
    let spec = try SpecModel.load(folder: SpecSamples.folder).console
    #expect(spec.messages.map(\.name) == Self.types.map { "\($0)" })
    #expect(spec.messages.map(\.id) == Self.types.map { Int($0.messageID) })
    #expect(spec.messages.map(\.fieldBytes) == Self.types.map { $0.payloadBytes })
    #expect(spec.messages.map(\.pipe.rawValue) == Self.types.map { "\($0.pipe)" })
    for id in 0...UInt8.max {
      let message = spec.messages.first { $0.id == Int(id) }
      #expect(ConsoleProtocol.payloadBytes(of: id) == message?.fieldBytes)
    }
  }

  @Test func everyVectorDecodesAndEncodesToTheSameBytes() throws {
    let vectors = try vectors().messages
    for type in Self.types { #expect(vectors.filter { $0.id == type.messageID }.count >= 3) }
    for vector in vectors {
      let type = try #require(Self.types.first { $0.messageID == vector.id })
      let pdu = try bytes(vector.pdu)
      let payload = Array(
        pdu.dropFirst(ConsoleProtocol.headerBytes).dropLast(ConsoleProtocol.crcBytes))
      #expect(recoded(type, payload) == payload, "\(vector.message) \(vector.example)")
      #expect(decoded(type, payload + [0]) == nil)
      #expect(payload.isEmpty || decoded(type, Array(payload.dropLast())) == nil)
    }
  }

  @Test func everyLineHeaderDecodesAndEncodesToTheSameBytes() throws {
    for line in try vectors().lines {
      let head = Array(try bytes(line.bytes).prefix(ConsoleProtocol.lineHeaderBytes))
      let header = try #require(head.withUnsafeBytes { LineHeader(bytes: $0) })
      var out = [UInt8](repeating: 0xEE, count: LineHeader.byteCount)
      out.withUnsafeMutableBytes { header.encode(into: $0) }
      #expect(out == head, "\(line.example)")
      #expect(header.magic == ConsoleProtocol.magic)
      #expect(head.dropLast().withUnsafeBytes { LineHeader(bytes: $0) } == nil)
    }
  }

  /// R03: a value that means nothing is refused before anything compares it.
  @Test func unknownEnumValueIsRefused() throws {
    for raw in 0...UInt8.max {
      let decoded = decoded(AcknowledgeTrip.self, [raw])
      #expect((decoded != nil) == (TripCause(rawValue: raw) != nil))
    }
    #expect(TripCause.allCases.count == 12)
  }

  @Test func fieldsLieWhereTheProtocolSays() throws {
    var payload = [UInt8](repeating: 0, count: LeaseRequest.payloadBytes)
    payload.replaceSubrange(8..<12, with: [0x78, 0x56, 0x34, 0x12])
    payload[31] = 0x80
    let lease = try #require(decoded(LeaseRequest.self, payload))
    #expect(lease.leaseID == 0x1234_5678)
    #expect(lease.decisionID == 0)
    #expect(lease.frameSequence == 0)
    #expect("\(lease.expires)".contains("9223372036854775808"))
  }

  @Test func endpointsAndFramingAreThoseOfTheFile() throws {
    let spec = try SpecModel.load(folder: SpecSamples.folder).console
    let endpoints = ConsoleProtocol.Endpoint.allCases
    #expect(spec.usb.endpoints.map(\.address) == endpoints.map { Int($0.address) })
    #expect(spec.usb.endpoints.map(\.maxPacket) == endpoints.map(\.maxPacket))
    #expect(spec.usb.endpoints.map(\.isInput) == endpoints.map(\.isInput))
    #expect(spec.usb.endpoints.map(\.interval) == endpoints.map { $0.interval.map(Int.init) })
    #expect(Int(ConsoleProtocol.magic) == spec.framing.magic)
    #expect(ConsoleProtocol.pduMax == 64)
    #expect(ConsoleProtocol.headerBytes == PDUHeader.byteCount)
    #expect(Int(ConsoleProtocol.pduCRCPolynomial) == spec.framing.pduCRC.polynomial)
  }
}
