import Foundation
import HardwareSpecs
import ProbeWire
import Testing

/// Bytes that a second implementation of the protocol made from the same specs.
@Suite struct GoldenVectorTests {
  private let vectors: GoldenVectors

  init() throws { vectors = try GoldenVectors() }

  // R11
  @Test func bothChecksumsGiveTheirCheckValues() throws {
    let bytes = Array("123456789".utf8)
    #expect(bytes.withUnsafeBytes { Checksum.pdu($0) } == 0x1697_D06A)
    #expect(bytes.withUnsafeBytes { Checksum.line($0) } == 0xE306_9283)
    #expect(vectors.checks.map(\.value) == [0x1697_D06A, 0xE306_9283])
  }

  // R11
  @Test func lineChecksumIsTheSameInEightsAndInOnes() {
    // The fast path takes eight bytes at a time; every length around it, against one bit at a time.
    let bytes = (0..<67).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    for length in 0...bytes.count {
      var crc: UInt32 = .max
      for byte in bytes[..<length] {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0x82F6_3B78 : crc >> 1 }
      }
      let whole = bytes[..<length].withUnsafeBytes { Checksum.line($0) }
      #expect(whole == ~crc, "length \(length)")
    }
  }

  // R03, R11
  @Test func everyMessageReadsAsItsVectorAndWritesItsBytes() throws {
    var read: Set<String> = []
    for vector in vectors.messages {
      let type = try #require(messageTypes[vector.message], "\(vector.message)")
      try check(vector, type)
      read.insert(vector.message)
    }
    #expect(read == Set(messageTypes.keys))
    #expect(vectors.messages.count >= 5 * messageTypes.count)
  }

  private func check<M: WireMessage>(_ vector: GoldenVectors.Message, _ type: M.Type) throws {
    let bytes = try unhex(vector.pdu)
    let label: Comment = "\(vector.message), \(vector.example)"
    #expect(M.messageID == vector.id, label)
    #expect("\(M.pipe)" == vector.pipe, label)
    let message = try bytes.withUnsafeBytes { raw in
      let (envelope, payload) = try PDU.open(raw)
      #expect(
        envelope
          == Envelope(message: vector.id, sequence: vector.sequence, nonce: vector.nonce), label)
      return try PDU.message(M.self, payload)
    }
    #expect(wireFields(message) == vector.fields.mapValues(\.value), label)
    var written = [UInt8](repeating: 0xAA, count: PDU.capacity)
    let length = written.withUnsafeMutableBytes {
      PDU.encode(message, sequence: vector.sequence, nonce: vector.nonce, into: $0)
    }
    #expect(Array(written[..<length]) == bytes, label)
    #expect(written[length...].allSatisfy { $0 == 0xAA }, "\(label): wrote beyond its end")
  }

  // R11
  @Test func everyLineReadsAsItsVectorAndWritesItsBytes() throws {
    #expect(vectors.lines.count >= 4)
    for vector in vectors.lines {
      let bytes = try unhex(vector.bytes)
      let label: Comment = "\(vector.example)"
      try bytes.withUnsafeBytes { raw in
        let head = UnsafeRawBufferPointer(rebasing: raw[..<ConsoleProtocol.lineHeaderBytes])
        let header = try #require(LineHeader(bytes: head), label)
        #expect(wireFields(header) == vector.fields.mapValues(\.value), label)
        let samples = UnsafeRawBufferPointer(rebasing: raw[ConsoleProtocol.lineHeaderBytes...])
        #expect(Array(samples.bindMemory(to: Int16.self)) == vector.samples, label)
        guard header.sampleCount > 0 else {
          // A line of no samples is well formed, and of no use: refused.
          #expect(throws: WireError.badField) { try LineCodec.openHeader(raw) }
          return
        }
        #expect(try LineCodec.openHeader(raw) == header, label)
        try LineCodec.provePayload(header, samples)
        var written = Array(raw)
        written[..<ConsoleProtocol.lineHeaderBytes] = ArraySlice(
          repeating: 0, count: ConsoleProtocol.lineHeaderBytes)
        written.withUnsafeMutableBytes { LineCodec.seal(header, in: $0) }
        #expect(written == Array(raw), label)
      }
    }
  }
}
