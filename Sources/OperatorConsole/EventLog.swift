/// What happened, newest last, in bounded memory. Numbers only grow, so that a reader can go on
/// from
/// where it was.
public struct EventLog: Sendable {
  public enum Level: String, Codable, Sendable { case info, warning, fault }

  public struct Entry: Codable, Equatable, Sendable {
    /// From 1; not in the body, but the id of the event on the stream.
    public var number: UInt64
    /// Wall clock, ms since 1970: for people, never for decisions.
    public var time: Int64
    public var level: Level
    public var text: String
  }

  public static let capacity = 500
  public private(set) var entries: [Entry] = []
  public private(set) var newest: UInt64 = 0

  public init() {}

  public mutating func add(_ text: String, _ level: Level = .info, unixMS: Int64) {
    newest += 1
    entries.append(Entry(number: newest, time: unixMS, level: level, text: text))
    if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
  }

  /// Entries after a number that was seen; all of them for a number from another run.
  public func after(_ seen: UInt64) -> ArraySlice<Entry> {
    guard seen <= newest else { return entries[...] }
    return entries.drop { $0.number <= seen }
  }
}
