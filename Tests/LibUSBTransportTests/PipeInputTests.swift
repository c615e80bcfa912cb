import Foundation
import HardwareSpecs
import LibUSBTransport
import TestSupport
import Testing

/// What transfers bring comes out in order, whichever way it waited: handed over, copied, or held back.
@Suite struct PipeInputTests {
  /// Transfers go round between two sides; what the event thread would be given is made up here.
  final class Round {
    let input: PipeInput
    var idle: [USBTransfer]
    var sent = 0
    var received = 0
    var wrong = 0

    init(ringBytes: Int) throws {
      input = try PipeInput(.stream, transfers: 8, of: 1 << 16, ringBytes: ringBytes)
      idle = input.transfers
    }

    static func byte(_ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: place % 251) }

    func complete(_ transfer: USBTransfer, count: Int) -> Bool {
      for index in 0..<count { transfer.buffer[index] = Self.byte(sent + index) }
      sent += count
      return input.keep(transfer, count: count)
    }

    func take(_ space: UnsafeMutableRawBufferPointer, free: (USBTransfer) -> Void) {
      let count = input.receive(into: space, free: free)
      for byte in space[..<count] {
        if byte != Self.byte(received) { wrong += 1 }
        received += 1
      }
    }
  }

  @Test(arguments: [512, 1 << 14, 1 << 20])
  func bytesComeOutInOrderWhicheverWayTheyWaited(ringBytes: Int) throws {
    let round = try Round(ringBytes: ringBytes)
    var random = SplitMix64(seed: 43)
    var whole = 0
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 100_000, alignment: 64)
    defer { space.deallocate() }
    for _ in 0..<4_000 {
      if let transfer = round.idle.popLast() {
        let count = Int(random.next() % (random.next() % 2 == 0 ? 700 : 65_537))
        if round.complete(transfer, count: count) {
          round.idle.append(transfer)
        } else {
          whole += 1
        }
      }
      guard random.next() % 4 == 0 else { continue }
      let asked = Int(random.next() % 100_000)
      round.take(UnsafeMutableRawBufferPointer(rebasing: space[..<asked])) { round.idle.append($0) }
    }
    while !round.input.isEmpty { round.take(space) { round.idle.append($0) } }
    #expect(round.received == round.sent)
    #expect(round.wrong == 0)
    #expect(round.idle.count == 8, "every transfer is free again")
    #expect(whole > 100)
    if ringBytes < 1 << 20 {
      #expect(round.input.timesParked > 100, "never held back: the test does not reach the limit")
    }
  }

  /// One thread completes, another takes: what Thread Sanitizer has to see.
  @Test func eventThreadAndControlLoop() throws {
    let round = try Round(ringBytes: 1 << 14)
    let free = NSCondition()
    let total = 16 << 20
    nonisolated(unsafe) let shared = round
    let producer = Thread {
      var random = SplitMix64(seed: 44)
      while shared.sent < total {
        free.lock()
        while shared.idle.isEmpty { free.wait() }
        let transfer = shared.idle.removeLast()
        free.unlock()
        let count = Int(random.next() % (random.next() % 2 == 0 ? 700 : 65_537))
        guard shared.complete(transfer, count: min(count, total - shared.sent)) else { continue }
        free.withLock { shared.idle.append(transfer) }
      }
    }
    producer.start()
    let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 30_000, alignment: 64)
    defer { space.deallocate() }
    while round.received < total {
      round.take(space) { transfer in
        free.withLock { shared.idle.append(transfer) }
        free.signal()
      }
    }
    #expect(round.wrong == 0)
    #expect(round.input.isEmpty)
  }
}
