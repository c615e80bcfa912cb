import ControlRuntime
import Foundation
import Synchronization

/// The stream of states and log entries, for any number of readers: each state is encoded once, and
/// a
/// reader that is slow misses states, never log entries of the last few hundred.
///
/// Thread-safe. The stream ends when the bench's session ends.
package final class StateFeed: Sendable {
  /// Streams at a time; further ones are refused.
  static let readersMax = 64
  /// A reader that takes nothing for so long is cut off.
  static let readerPatienceNS: UInt64 = 10_000_000_000

  /// Names this run of the program in event ids, so that ids of another run are known as such.
  let run: String
  private let inner = Mutex(Inner())

  private struct Inner {
    var view: BenchView?
    var state = ""
    var readers: [UInt64: Reader] = [:]
    var nextReader: UInt64 = 0
  }

  private struct Reader {
    var wake: AsyncStream<Void>.Continuation
    /// Since when there is news that it has not taken.
    var waitingSince: UInt64?
    var cutOff: @Sendable () -> Void
  }

  init() {
    var generator = SystemRandomNumberGenerator()
    run = String(generator.next(), radix: 36)
  }

  package var readerCount: Int { inner.withLock { $0.readers.count } }

  /// Encodes every view of a loop, until the loop ends.
  func follow(_ loop: BenchLoop) async {
    for await view in loop.views { publish(view) }
    let readers = inner.withLock { inner in
      defer { inner.readers = [:] }
      return Array(inner.readers.values)
    }
    for reader in readers { reader.wake.finish() }
  }

  package static func encode(_ view: BenchView) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(ConsoleState(view)) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }

  package func publish(_ view: BenchView) {
    let state = Self.encode(view)
    let now = MonotonicTime.nanoseconds()
    let stuck = inner.withLock { inner in
      inner.view = view
      inner.state = state
      var stuck: [Reader] = []
      for (id, reader) in inner.readers {
        if let since = reader.waitingSince {
          if now &- since > Self.readerPatienceNS { stuck.append(reader) }
        } else {
          inner.readers[id]?.waitingSince = now
        }
        reader.wake.yield()
      }
      return stuck
    }
    for reader in stuck { reader.cutOff() }
  }

  /// A reader's place in the stream; nil when there are too many.
  package func subscribe(lastEventID: String?, cutOff: @escaping @Sendable () -> Void)
    -> EventReader?
  {
    let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let id: UInt64? = inner.withLock { inner in
      guard inner.readers.count < Self.readersMax else { return nil }
      inner.nextReader += 1
      inner.readers[inner.nextReader] = Reader(wake: wake, cutOff: cutOff)
      if inner.view != nil { wake.yield() }
      return inner.nextReader
    }
    return id.map { EventReader(feed: self, id: $0, wakes: wakes, seen: seen(lastEventID)) }
  }

  /// The number in an event id of this run; 0 for any other.
  private func seen(_ lastEventID: String?) -> UInt64 {
    guard let parts = lastEventID?.split(separator: "-"), parts.count == 2, parts[0] == run,
      let number = UInt64(parts[1])
    else { return 0 }
    return number
  }

  /// What a reader has not had yet, as server-sent events; nil when there is nothing.
  func news(for id: UInt64, sequence: UInt64, seen: UInt64) -> (
    text: String, sequence: UInt64, seen: UInt64
  )? {
    inner.withLock { inner in
      inner.readers[id]?.waitingSince = nil
      guard let view = inner.view, view.sequence > sequence else { return nil }
      var text = ""
      for entry in view.log.after(seen) {
        text += "event: log\nid: \(run)-\(entry.number)\ndata: \(Self.encode(entry))\n\n"
      }
      // Who comes anew while the loop stands still must not take its last words for fresh ones.
      let seen = view.seen(at: MonotonicTime.nanoseconds())
      let state = seen.standsStillFor == nil ? inner.state : Self.encode(seen)
      text += "event: state\ndata: \(state)\n\n"
      return (text, view.sequence, view.log.newest)
    }
  }

  private static func encode(_ entry: EventLog.Entry) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(entry)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  func unsubscribe(_ id: UInt64) {
    inner.withLock { $0.readers.removeValue(forKey: id) }?.wake.finish()
  }
}

/// One reader of the feed.
package struct EventReader: Sendable {
  let feed: StateFeed
  let id: UInt64
  let wakes: AsyncStream<Void>
  /// The newest log entry that was sent before.
  var seen: UInt64

  package func makePieces() -> EventPieces { EventPieces(self) }
}

/// News for one reader, piece by piece: whatever came while the last piece was on its way is left
/// out,
/// but for its newest. Ends with the feed or the task.
package struct EventPieces: ~Copyable {
  private let feed: StateFeed
  private let id: UInt64
  private var wakes: AsyncStream<Void>.Iterator
  private var sequence: UInt64 = 0
  private var seen: UInt64

  fileprivate init(_ reader: EventReader) {
    feed = reader.feed
    id = reader.id
    seen = reader.seen
    wakes = reader.wakes.makeAsyncIterator()
  }

  deinit { feed.unsubscribe(id) }

  /// The next piece as text of server-sent events; nil at the end.
  package mutating func next() async -> String? {
    while await wakes.next() != nil {
      guard let news = feed.news(for: id, sequence: sequence, seen: seen) else { continue }
      (sequence, seen) = (news.sequence, news.seen)
      return news.text
    }
    return nil
  }
}
