import Foundation
import LibUSBTransport
import TestSupport
import Testing

@Suite struct RingTests {
  @Test func bytesComeOutInOrderWhateverTheSizes() {
    let ring = ByteRing(capacity: 256)
    var random = SplitMix64(seed: 41)
    var sent: UInt8 = 0
    var expected: UInt8 = 0
    var refused = 0
    var wrong = 0
    var space = [UInt8](repeating: 0, count: 300)
    for _ in 0..<20_000 {
      let count = Int(random.next() % 120)
      let data = (0..<count).map { sent &+ UInt8(truncatingIfNeeded: $0) }
      if data.withUnsafeBytes({ ring.write($0) }) {
        sent = sent &+ UInt8(truncatingIfNeeded: count)
      } else {
        refused += 1
      }
      let asked = Int(random.next() % 150)
      let moved = space.withUnsafeMutableBytes {
        ring.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[..<asked]))
      }
      for byte in space[..<moved] {
        if byte != expected { wrong += 1 }
        expected = expected &+ 1
      }
    }
    #expect(wrong == 0)
    #expect(refused > 100, "never full: the test does not reach the limit")
  }

  @Test func aWriteThatDoesNotFitLeavesTheRingAsItWas() {
    let ring = ByteRing(capacity: 16)
    #expect(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].withUnsafeBytes { (b: UnsafeRawBufferPointer) in
        ring.write(UnsafeRawBufferPointer(rebasing: b[..<10]))
      })
    let tooMuch = [UInt8](repeating: 0xEE, count: 7)
    #expect(!tooMuch.withUnsafeBytes { ring.write($0) })
    var space = [UInt8](repeating: 0, count: 16)
    #expect(space.withUnsafeMutableBytes { ring.read(into: $0) } == 10)
    #expect(ring.isEmpty)
  }

  /// One thread writes, another reads: what Thread Sanitizer has to see.
  @Test func producerAndConsumerOnTwoThreads() {
    let ring = ByteRing(capacity: 1 << 12)
    let total = 1 << 20
    let producer = Thread {
      var sent = 0
      var block = [UInt8](repeating: 0, count: 500)
      while sent < total {
        let count = min(block.count, total - sent)
        for index in 0..<count { block[index] = UInt8(truncatingIfNeeded: (sent + index) % 251) }
        if block.withUnsafeBytes({ ring.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }) {
          sent += count
        }
      }
    }
    producer.start()
    var received = 0
    var wrong = 0
    var space = [UInt8](repeating: 0, count: 333)
    while received < total {
      let count = space.withUnsafeMutableBytes { ring.read(into: $0) }
      for byte in space[..<count] {
        if byte != UInt8(truncatingIfNeeded: received % 251) { wrong += 1 }
        received += 1
      }
    }
    #expect(wrong == 0)
    #expect(ring.isEmpty)
  }
}

@Suite struct ConsoleAddressTests {
  @Test(arguments: [
    ("", ConsoleAddress.any), ("PG-SIM-0001", .serial("PG-SIM-0001")), ("1-4.2", .port("1-4.2")),
    ("3-1", .port("3-1")), ("1-", .serial("1-")), ("1-4.", .serial("1-4.")),
    ("-4", .serial("-4")), ("1-2-3", .serial("1-2-3")), ("300-1", .serial("300-1")),
  ])
  func portPathsAreToldFromSerials(_ text: String, _ address: ConsoleAddress) {
    #expect(ConsoleAddress(text) == address)
  }
}

@Suite struct TransferPlanTests {
  @Test func theKernelCanGoOnForTheLatencyWithoutUs() {
    for rate in [1_000, 2_112_000, TransferPlan.fastestStream, 200_000_000] {
      let plan = TransferPlan(bytesPerSecond: rate, latency: 0.05)
      #expect(plan.streamTransfers / 2 * plan.streamBytes * 20 >= rate)
      #expect(plan.streamTransfers >= 8)
    }
  }

  /// The kernel grants 16 MB to all programs together unless told otherwise.
  @Test func theStandardPlanFitsTheKernelsStandardLimit() {
    #expect(TransferPlan().kernelBytes < 4 << 20)
  }
}
