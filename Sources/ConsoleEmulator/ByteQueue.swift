/// Bytes waiting on an emulated pipe, bounded as a device's memory is.
struct ByteQueue {
  private var bytes: [UInt8] = []
  private var head = 0
  /// Messages that found no room, each of them whole.
  private(set) var overflows: UInt64 = 0
  private let capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    bytes.reserveCapacity(capacity)
  }

  var count: Int { bytes.count - head }
  var isEmpty: Bool { count == 0 }
  var room: Int { capacity - count }

  mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    head = 0
  }

  /// Takes a message whole, or counts that it was lost.
  mutating func append(_ message: UnsafeRawBufferPointer) {
    if count + message.count > capacity {
      overflows += 1
      return
    }
    if head > 0, bytes.count + message.count > capacity {
      bytes.removeSubrange(..<head)
      head = 0
    }
    bytes.append(contentsOf: message)
  }

  mutating func move(into space: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(space.count, self.count)
    guard count > 0 else { return 0 }
    bytes.withUnsafeBytes {
      space.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[head..<(head + count)]))
    }
    head += count
    if head == bytes.count { clear() }
    return count
  }
}
