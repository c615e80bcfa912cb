import HardwareSpecs
import ProbeWire
import TestSupport
import Testing

@Suite struct StreamReaderTests {
  /// Good messages, garbage, cut messages and damaged lines, as they come.
  private func mixedStream(_ random: inout SplitMix64) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in 1...40 {
      let next = Wire.message(UInt32(number), random: &random)
      switch random.below(6) {
      case 0: bytes += Wire.garbage(random.below(50), random: &random) + next
      case 1: bytes += next[..<random.below(next.count)]
      case 2:
        var damaged = next
        damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
        bytes += damaged
      default: bytes += next
      }
    }
    return bytes
  }

  // R11, R14
  @Test func anySplitOfAStreamGivesTheSameItems() {
    for seed in UInt64(1)...200 {
      var random = SplitMix64(seed: seed)
      let bytes = mixedStream(&random)
      let whole = ReadStream(bytes) { bytes.count }
      #expect(whole.isAccounted, "seed \(seed)")
      #expect(whole.items.contains { !$0.isDamage }, "seed \(seed)")
      let single = ReadStream(bytes) { 1 }
      let isSame = single == whole
      #expect(isSame, "in single bytes, seed \(seed)")
      for longest in [2, 7, 64, 513] {
        let split = ReadStream(bytes) { 1 + random.below(longest) }
        let isSame = split == whole
        #expect(isSame, "in pieces of up to \(longest), seed \(seed)")
      }
    }
  }

  // R11
  @Test func garbageBetweenMessagesIsSkippedCountedAndReportedOnce() {
    var random = SplitMix64(seed: 21)
    for length in 1...300 {
      let garbage = Wire.garbage(length, random: &random)
      let first = Wire.pdu(Start(), sequence: 1)
      let second = Wire.pdu(Stop(), sequence: 2)
      let read = ReadStream(first + garbage + second) { 1 + random.below(40) }
      #expect(read.items.count == 3, "\(length) bytes of garbage")
      #expect(read.items.count { $0.isDamage } == 1, "\(length) bytes of garbage")
      #expect(read.skipped == UInt64(length))
      #expect(read.waiting == 0)
      #expect(read.isAccounted)
    }
  }

  // R11
  @Test func damagedSamplesAreSteppedOverWhole() {
    var random = SplitMix64(seed: 22)
    let line = Wire.line(samples: 100, sequence: 1, random: &random)
    let next = Wire.line(samples: 3, sequence: 2, random: &random)
    // Samples that look like a message: a search among them would find it.
    let decoy = Wire.pdu(Disarm(decisionID: 1))
    var damaged = line
    damaged.replaceSubrange(64..<(64 + decoy.count), with: decoy)
    let read = ReadStream(damaged + next) { 17 }
    #expect(read.items.count == 2)
    #expect(read.items.first == .damaged(.badChecksum))
    #expect(read.items.last?.byteCount == next.count)
    #expect(read.skipped == UInt64(line.count))
    #expect(read.isAccounted)
  }

  // R11
  @Test func aDamagedHeaderCostsItsOwnLineOnlyAndCountsOnce() {
    for bit in 0..<(64 * 8) {
      var random = SplitMix64(seed: UInt64(bit))
      var line = Wire.line(samples: 80, sequence: 1, random: &random)
      line.replaceSubrange(64..., with: Wire.garbage(160, random: &random))
      line.withUnsafeMutableBytes { LineCodec.seal(Wire.header(samples: 80), in: $0) }
      let next = Wire.line(samples: 3, sequence: 2, random: &random)
      line[bit / 8] ^= 1 << UInt8(bit % 8)
      let read = ReadStream(line + next) { 1 + random.below(99) }
      #expect(read.items.count { $0.isDamage } == 1, "bit \(bit)")
      #expect(read.items.last?.byteCount == next.count, "bit \(bit)")
      #expect(read.skipped == UInt64(line.count), "bit \(bit)")
    }
  }

  // R14
  @Test func halfAMessageWaitsAndIsForgottenAtReset() {
    let message = Wire.pdu(Disarm(decisionID: 7))
    var reader = StreamReader()
    reader.space(atLeast: 64).copyBytes(from: message[..<10])
    reader.wrote(10)
    #expect(reader.next() == nil)
    #expect(reader.bytesWaiting == 10)
    reader.reset()
    #expect(reader.bytesWaiting == 0)
    reader.space(atLeast: 64).copyBytes(from: message)
    reader.wrote(message.count)
    guard case .message(let envelope, _)? = reader.next() else {
      Issue.record("the message of the new connection was not read")
      return
    }
    #expect(envelope.message == Disarm.messageID)
  }

  // R11
  @Test func theLongestLinesPassThroughTheBufferWithoutEnd() {
    var random = SplitMix64(seed: 23)
    var bytes: [UInt8] = []
    for number in 1...12 {
      bytes += Wire.line(
        samples: LineCodec.sampleCapacity, sequence: UInt32(number), random: &random)
    }
    let read = ReadStream(bytes) { 16_384 }
    #expect(read.items.count == 12)
    #expect(read.items.allSatisfy { !$0.isDamage })
    #expect(read.skipped == 0)
  }

  // R11, R03
  @Test func aHundredThousandMutationsNeitherCrashNorStallNorHideWhatFollows() {
    let seed: UInt64 = 24
    var random = SplitMix64(seed: seed)
    let fresh = Wire.pdu(Disarm(decisionID: 0x1234_5678), sequence: 99)
    var untouched = 0
    for round in 0..<100_000 {
      var bytes: [UInt8] = []
      for number in 1...3 { bytes += Wire.message(UInt32(number), random: &random) }
      mutate(&bytes, &random)
      // The longest thing that a damaged length may wait for, and then a good message.
      bytes += [UInt8](repeating: 0, count: 512) + fresh
      let read = ReadStream(bytes) { 1 + random.below(600) }
      guard read.isAccounted, case .message(let last, _)? = read.items.last, last.sequence == 99
      else {
        Issue.record("round \(round), seed \(seed): \(read.items.count) items")
        return
      }
      if read.items.count >= 5 { untouched += 1 }
    }
    // The mutations must leave enough whole for the search to mean something.
    #expect(untouched > 1_000)
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
    for _ in 0...random.below(3) where !bytes.isEmpty {
      let at = random.below(bytes.count)
      switch random.below(5) {
      case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes[at] ^= 1 << UInt8(random.below(8))
      case 2: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(20)))
      case 3: bytes.insert(contentsOf: bytes[..<min(bytes.count, 20)], at: at)
      default: bytes.insert(contentsOf: [0x50, 0x47, 0x84, 64], at: at)
      }
    }
  }
}
