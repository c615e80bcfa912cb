import Synchronization

/// A fixed ring of bytes between one producer and one consumer: no lock, no allocation after `init`.
package final class ByteRing: @unchecked Sendable {
  // Bytes are guarded by the two counters, which only grow: a byte belongs to the producer until
  // `head` passes it, and to the consumer until `tail` does.
  private let bytes: UnsafeMutableRawPointer
  private let capacity: Int
  private let head = Atomic<Int>(0)
  private let tail = Atomic<Int>(0)

  /// - Parameter capacity: a power of two.
  package init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0)
    self.capacity = capacity
    bytes = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit { bytes.deallocate() }

  /// Producer: takes all of `data`, or nothing.
  package func write(_ data: UnsafeRawBufferPointer) -> Bool {
    let at = head.load(ordering: .relaxed)
    guard data.count <= capacity - (at - tail.load(ordering: .acquiring)) else { return false }
    guard let source = data.baseAddress else { return true }
    let offset = at & (capacity - 1)
    let first = min(data.count, capacity - offset)
    (bytes + offset).copyMemory(from: source, byteCount: first)
    bytes.copyMemory(from: source + first, byteCount: data.count - first)
    head.store(at + data.count, ordering: .releasing)
    return true
  }

  /// Consumer: moves the oldest bytes into `space`.
  /// - Returns: how many.
  package func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    let at = tail.load(ordering: .relaxed)
    let count = min(space.count, head.load(ordering: .acquiring) - at)
    guard count > 0, let target = space.baseAddress else { return 0 }
    let offset = at & (capacity - 1)
    let first = min(count, capacity - offset)
    target.copyMemory(from: bytes + offset, byteCount: first)
    (target + first).copyMemory(from: bytes, byteCount: count - first)
    tail.store(at + count, ordering: .releasing)
    return count
  }

  package var isEmpty: Bool {
    tail.load(ordering: .relaxed) == head.load(ordering: .acquiring)
  }
}
