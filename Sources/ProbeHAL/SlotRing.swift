import Synchronization

/// A fixed ring between one producer and one consumer: no lock, no allocation after `init`.
///
/// The producer fills slots, the consumer empties them; what finds no room is counted as overrun.
package final class SlotRing<Slot>: @unchecked Sendable {
  // The slots themselves are guarded by the two counters: a slot belongs to the producer until
  // `head` passes it, and to the consumer until `tail` does.
  private let slots: UnsafeMutablePointer<Slot>
  private let capacity: Int
  private let head = Atomic<Int>(0)
  private let tail = Atomic<Int>(0)
  private let overrun = Atomic<Int>(0)

  /// - Parameter capacity: a power of two.
  package init(capacity: Int, make: (Int) -> Slot) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    self.capacity = capacity
    slots = .allocate(capacity: capacity)
    for index in 0..<capacity { (slots + index).initialize(to: make(index)) }
  }

  deinit {
    slots.deinitialize(count: capacity)
    slots.deallocate()
  }

  package var isEmpty: Bool {
    tail.load(ordering: .relaxed) == head.load(ordering: .acquiring)
  }

  package var overruns: Int { overrun.load(ordering: .relaxed) }

  /// Producer: fills the next slot in place, or counts an overrun.
  @discardableResult
  package func push(_ fill: (inout Slot) -> Void) -> Bool {
    let at = head.load(ordering: .relaxed)
    guard at - tail.load(ordering: .acquiring) < capacity else {
      overrun.add(1, ordering: .relaxed)
      return false
    }
    fill(&slots[at & (capacity - 1)])
    head.store(at + 1, ordering: .releasing)
    return true
  }

  /// Consumer: looks at the oldest slot and leaves it there; false when the ring is empty.
  @discardableResult
  package func peek(_ look: (inout Slot) -> Void) -> Bool {
    let at = tail.load(ordering: .relaxed)
    guard at < head.load(ordering: .acquiring) else { return false }
    look(&slots[at & (capacity - 1)])
    return true
  }

  /// Consumer: takes the oldest slot, in place; false when the ring is empty.
  @discardableResult
  package func pop(_ take: (inout Slot) -> Void) -> Bool {
    let at = tail.load(ordering: .relaxed)
    guard at < head.load(ordering: .acquiring) else { return false }
    take(&slots[at & (capacity - 1)])
    tail.store(at + 1, ordering: .releasing)
    return true
  }
}
