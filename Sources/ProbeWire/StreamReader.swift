public import HardwareSpecs

/// Cuts the byte stream of a pipe into messages and A-lines, and finds its feet again after
/// damage. Every byte that belongs to nothing is counted, and one piece of damage is one item: what
/// has to be skipped to find the next message is not damage again.
///
/// Owns one buffer for its whole life; nothing is allocated after `init`. Not thread-safe.
public struct StreamReader: ~Copyable {
  public enum Item {
    case message(Envelope, payload: UnsafeRawBufferPointer)
    case line(LineHeader, samples: UnsafeRawBufferPointer)
    case damaged(WireError)
  }

  /// Bytes skipped because they belonged to no message, or to a line with damaged samples.
  public private(set) var bytesSkipped: UInt64 = 0

  /// Bytes that wait for the rest of their message.
  public var bytesWaiting: Int { end - start }

  private let storage: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  /// Damage has been reported, and the next message has not been found yet.
  private var isSearching = false

  /// - Parameter capacity: bytes that may wait; at least one longest line is always taken.
  public init(capacity: Int = 1 << 17) {
    storage = .allocate(
      byteCount: max(capacity, 2 * LineCodec.byteCount(samples: LineCodec.sampleCapacity)),
      alignment: 16)
  }

  deinit { storage.deallocate() }

  /// Forgets what waits: after a reconnect, half a message of the old link means nothing.
  public mutating func reset() {
    start = 0
    end = 0
    isSearching = false
  }

  /// Where the next bytes from the link go; report what was written with `wrote`.
  public mutating func space(atLeast count: Int) -> UnsafeMutableRawBufferPointer {
    if storage.count - end < count, start > 0 {
      storage.copyMemory(from: UnsafeRawBufferPointer(rebasing: storage[start..<end]))
      end -= start
      start = 0
    }
    return UnsafeMutableRawBufferPointer(rebasing: storage[end...])
  }

  public mutating func wrote(_ count: Int) {
    precondition(count <= storage.count - end)
    end += count
  }

  /// The next whole item, or nil until more bytes come. Pointers are valid until the next call.
  public mutating func next() -> Item? {
    // A search goes on where it stopped, so that how the bytes came in makes no difference.
    if isSearching { search(from: start) }
    while end - start >= 4 {
      let waiting = UnsafeRawBufferPointer(rebasing: storage[start..<end])
      guard word16(waiting, 0) == ConsoleProtocol.magic else {
        let isKnown = isSearching
        resynchronise()
        if isKnown { continue }
        return .damaged(.badMagic)
      }
      return waiting[2] == LineHeader.messageID ? nextLine(waiting) : nextMessage(waiting)
    }
    return nil
  }

  private mutating func nextMessage(_ waiting: UnsafeRawBufferPointer) -> Item? {
    let length = Int(waiting[3])
    guard length >= ConsoleProtocol.headerBytes + ConsoleProtocol.crcBytes,
      length <= PDU.capacity
    else {
      resynchronise()
      return .damaged(.badLength)
    }
    guard waiting.count >= length else { return nil }
    do throws(WireError) {
      let opened = try PDU.open(UnsafeRawBufferPointer(rebasing: waiting[..<length]))
      start += length
      isSearching = false
      return .message(opened.envelope, payload: opened.payload)
    } catch {
      resynchronise()
      return .damaged(error)
    }
  }

  private mutating func nextLine(_ waiting: UnsafeRawBufferPointer) -> Item? {
    let head = ConsoleProtocol.lineHeaderBytes
    guard waiting.count >= head else { return nil }
    let header: LineHeader
    do throws(WireError) {
      header = try LineCodec.openHeader(waiting)
    } catch {
      resynchronise()
      return .damaged(error)
    }
    let length = LineCodec.byteCount(samples: Int(header.sampleCount))
    guard waiting.count >= length else { return nil }
    let samples = UnsafeRawBufferPointer(rebasing: waiting[head..<length])
    // The header was proved, so a line whose samples are damaged can be stepped over whole.
    start += length
    isSearching = false
    do throws(WireError) {
      try LineCodec.provePayload(header, samples)
      return .line(header, samples: samples)
    } catch {
      bytesSkipped += UInt64(length)
      return .damaged(error)
    }
  }

  /// Skips at least one byte, to the next place where a message could begin.
  private mutating func resynchronise() {
    isSearching = true
    bytesSkipped += 1
    search(from: start + 1)
  }

  private mutating func search(from first: Int) {
    let low = UInt8(truncatingIfNeeded: ConsoleProtocol.magic)
    var next = first
    while next < end, storage[next] != low { next += 1 }
    bytesSkipped += UInt64(next - first)
    start = next
  }
}
