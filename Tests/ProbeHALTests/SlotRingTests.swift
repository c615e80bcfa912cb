import Foundation
import ProbeHAL
import Synchronization
import Testing

@Suite struct SlotRingTests {
  // R28
  @Test func aMillionItemsPassBetweenTwoThreadsInOrder() {
    let total = 1_000_000
    let ring = SlotRing<Int>(capacity: 64) { _ in -1 }
    let refused = Atomic<Int>(0)
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      var next = 0
      while next < total {
        if ring.push({ $0 = next }) {
          next += 1
        } else {
          refused.add(1, ordering: .relaxed)
          sched_yield()
        }
      }
      done.signal()
    }
    var expected = 0
    var wrong = 0
    while expected < total {
      let popped = ring.pop { item in
        if item != expected { wrong += 1 }
        expected += 1
      }
      if !popped { sched_yield() }
    }
    done.wait()
    #expect(wrong == 0)
    #expect(!ring.pop { _ in })
    #expect(ring.overruns == refused.load(ordering: .relaxed))
  }

  // R28
  @Test func whatFindsNoRoomIsCountedAndLeavesTheRestAlone() {
    let ring = SlotRing<Int>(capacity: 4) { _ in 0 }
    for round in 0..<100 {
      for item in 0..<7 { #expect(ring.push { $0 = item } == (item < 4)) }
      #expect(ring.overruns == 3 * (round + 1))
      var seen: [Int] = []
      while ring.pop({ seen.append($0) }) {}
      #expect(seen == [0, 1, 2, 3])
    }
  }
}
