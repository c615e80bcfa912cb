import HardwareSpecs
import ProbeWire
import TestSupport
import Testing

@Suite struct LineCodecTests {
  // R11
  @Test func everyLengthComesBackAsItWasSealed() throws {
    var random = SplitMix64(seed: 41)
    for samples in [1, 2, 3, 4, 63, 64, 1_024, LineCodec.sampleCapacity] {
      let bytes = Wire.line(samples: samples, sequence: 9, random: &random)
      try bytes.withUnsafeBytes { raw in
        let header = try LineCodec.openHeader(raw)
        try LineCodec.provePayload(header, UnsafeRawBufferPointer(rebasing: raw[64...]))
        var expected = Wire.header(samples: samples, sequence: 9)
        expected.magic = ConsoleProtocol.magic
        expected.message = LineHeader.messageID
        expected.headerLength = 64
        expected.payloadCRC = header.payloadCRC
        expected.headerCRC = header.headerCRC
        #expect(header == expected)
      }
    }
  }

  // R11
  @Test func everyFlipOfOneOrTwoBitsOfAHeaderIsRefused() {
    var random = SplitMix64(seed: 42)
    var bytes = Wire.line(samples: 4, random: &random)
    bytes.withUnsafeMutableBytes { raw in
      func isAccepted() -> Bool { (try? LineCodec.openHeader(UnsafeRawBufferPointer(raw))) != nil }
      #expect(isAccepted())
      var accepted = 0
      for a in 0..<512 {
        raw[a / 8] ^= 1 << UInt8(a % 8)
        if isAccepted() { accepted += 1 }
        for b in (a + 1)..<512 where a + 1 < 512 {
          raw[b / 8] ^= 1 << UInt8(b % 8)
          if isAccepted() { accepted += 1 }
          raw[b / 8] ^= 1 << UInt8(b % 8)
        }
        raw[a / 8] ^= 1 << UInt8(a % 8)
      }
      #expect(accepted == 0)
    }
  }

  // R11
  @Test func everyFlippedSampleBitIsNoticed() throws {
    var random = SplitMix64(seed: 43)
    var bytes = Wire.line(samples: 200, random: &random)
    try bytes.withUnsafeMutableBytes { raw in
      let header = try LineCodec.openHeader(UnsafeRawBufferPointer(raw))
      for bit in (64 * 8)..<(raw.count * 8) {
        raw[bit / 8] ^= 1 << UInt8(bit % 8)
        #expect(throws: WireError.badChecksum) {
          try LineCodec.provePayload(header, UnsafeRawBufferPointer(rebasing: raw[64...]))
        }
        raw[bit / 8] ^= 1 << UInt8(bit % 8)
      }
    }
  }

  // R03
  @Test func aLineOfTheWrongSizeIsRefused() throws {
    var random = SplitMix64(seed: 44)
    let bytes = Wire.line(samples: 8, random: &random)
    try bytes.withUnsafeBytes { raw in
      let header = try LineCodec.openHeader(raw)
      #expect(throws: WireError.badLength) {
        try LineCodec.provePayload(header, UnsafeRawBufferPointer(rebasing: raw[64..<78]))
      }
      for length in 0..<64 {
        #expect(throws: WireError.truncated) {
          try LineCodec.openHeader(UnsafeRawBufferPointer(rebasing: raw[..<length]))
        }
      }
    }
  }
}
