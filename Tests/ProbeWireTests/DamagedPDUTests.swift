import HardwareSpecs
import ProbeWire
import TestSupport
import Testing

/// A PDU that was changed on the way is refused, whatever the change (R11).
@Suite struct DamagedPDUTests {
  /// One PDU of each message.
  private func everyPDU() throws -> [(name: String, bytes: [UInt8])] {
    try GoldenVectors().messages.filter { $0.example == "counting" }
      .map { ($0.message, try unhex($0.pdu)) }
  }

  private func isAccepted(_ bytes: UnsafeRawBufferPointer) -> Bool {
    do {
      _ = try PDU.open(bytes)
      return true
    } catch { return false }
  }

  /// Counts the accepted among all changes of exactly `weight` bits.
  private func acceptedFlips(of bytes: [UInt8], weight: Int) -> (tried: Int, accepted: Int) {
    var bytes = bytes
    return bytes.withUnsafeMutableBytes { buffer in
      let bits = buffer.count * 8
      var tried = 0
      var accepted = 0
      func flip(_ bit: Int) { buffer[bit >> 3] ^= 1 << UInt8(bit & 7) }
      func descend(from first: Int, left: Int) {
        if left == 0 {
          tried += 1
          if isAccepted(UnsafeRawBufferPointer(buffer)) { accepted += 1 }
          return
        }
        for bit in first..<bits {
          flip(bit)
          descend(from: bit + 1, left: left - 1)
          flip(bit)
        }
      }
      descend(from: 0, left: weight)
      return (tried, accepted)
    }
  }

  // R11
  @Test func everyFlipOfOneOrTwoBitsOfEveryMessageIsRefused() throws {
    let all = try everyPDU()
    #expect(all.count == messageTypes.count)
    for (name, bytes) in all {
      #expect(bytes.withUnsafeBytes { isAccepted($0) }, "\(name) undamaged")
      for weight in 1...2 {
        let result = acceptedFlips(of: bytes, weight: weight)
        let bits = bytes.count * 8
        #expect(result.tried == (weight == 1 ? bits : bits * (bits - 1) / 2))
        #expect(result.accepted == 0, "\(name), \(weight) bits")
      }
    }
  }

  // R11
  @Test(arguments: ["Start", "AcknowledgeTrip", "LeaseRequest"])
  func everyFlipOfThreeBitsOfWhatMovesOrStopsIsRefused(_ message: String) throws {
    let bytes = try #require(try everyPDU().first { $0.name == message }).bytes
    let result = acceptedFlips(of: bytes, weight: 3)
    let bits = bytes.count * 8
    #expect(result.tried == bits * (bits - 1) * (bits - 2) / 6)
    #expect(result.accepted == 0)
  }

  // R11
  @Test func sampledFlipsOfThreeToFiveBitsOfEveryMessageAreRefused() throws {
    let seed: UInt64 = 311
    var random = SplitMix64(seed: seed)
    for (name, bytes) in try everyPDU() {
      for round in 0..<100_000 {
        var bits: Set<Int> = []
        while bits.count < 3 + round % 3 { bits.insert(random.below(bytes.count * 8)) }
        var damaged = bytes
        for bit in bits { damaged[bit >> 3] ^= 1 << UInt8(bit & 7) }
        if damaged.withUnsafeBytes({ isAccepted($0) }) {
          Issue.record("\(name): bits \(bits.sorted()) were not noticed, seed \(seed)")
        }
      }
    }
  }

  // R14
  @Test func everyTruncationAndEveryExtensionIsRefused() throws {
    for (name, bytes) in try everyPDU() {
      for length in 0..<bytes.count {
        let accepted = bytes[..<length].withUnsafeBytes { isAccepted($0) }
        #expect(!accepted, "\(name) cut to \(length)")
      }
      for extra in 1...16 {
        let longer = bytes + [UInt8](repeating: 0, count: extra)
        #expect(!longer.withUnsafeBytes { isAccepted($0) }, "\(name) and \(extra) more")
      }
    }
  }

  /// Gives a changed PDU the checksum that belongs to it, as a console of other specs would.
  private func sealed(_ bytes: [UInt8]) -> [UInt8] {
    let body = bytes.count - ConsoleProtocol.crcBytes
    let crc = bytes[..<body].withUnsafeBytes { Checksum.pdu($0) }
    return bytes[..<body] + (0..<4).map { UInt8(truncatingIfNeeded: crc >> UInt32($0 * 8)) }
  }

  private func error(_ bytes: [UInt8]) -> WireError? {
    bytes.withUnsafeBytes { raw in
      do throws(WireError) {
        _ = try PDU.open(raw)
        return nil
      } catch { return error }
    }
  }

  // R03
  @Test func wrongMagicLengthAndIdAreNamedEvenUnderAGoodChecksum() throws {
    for (name, bytes) in try everyPDU() {
      var changed = bytes
      changed[0] ^= 1
      #expect(error(sealed(changed)) == .badMagic, "\(name)")
      changed = bytes
      changed[3] &+= 1
      #expect(error(sealed(changed)) == .badLength, "\(name)")
      changed = bytes
      changed[2] = 0x7F
      #expect(error(sealed(changed)) == .unknownMessage, "\(name)")
      #expect(error(sealed(bytes)) == nil, "\(name)")
      // The size of another message: right checksum, wrong number of fields.
      changed = Array(bytes[..<(bytes.count - 4)]) + [0] + [UInt8](repeating: 0, count: 4)
      changed[3] = UInt8(changed.count)
      #expect(error(sealed(changed)) == .badLength, "\(name)")
    }
    #expect(error([]) == .truncated)
  }

  // R03
  @Test func everyUnknownValueOfAnEnumerationIsRefused() {
    for raw in UInt8.min...UInt8.max {
      let cause = [raw].withUnsafeBytes { AcknowledgeTrip(payload: $0) }
      #expect((cause != nil) == (TripCause(rawValue: raw) != nil))
      var drive = [UInt8](repeating: 0, count: DriveCommand.payloadBytes)
      drive[24] = raw
      let command = drive.withUnsafeBytes { DriveCommand(payload: $0) }
      #expect((command != nil) == (raw <= DriveMotion.retract.rawValue))
    }
  }
}
