import Foundation
import Quantities
import SafetyInterlock

/// Runs a journal through the interlock again and holds every decision against the recorded one.
public struct JournalReplay: Equatable, Sendable {
  public private(set) var steps: UInt64 = 0
  /// Decisions that came out differently.
  public private(set) var mismatches: UInt64 = 0
  /// The last bytes were not a whole record: the writer was cut off.
  public private(set) var isCutShort = false
  /// A record does not match its checksum: nothing from there on can be believed, or was replayed.
  public private(set) var isDamaged = false

  /// The whole journal was there, and every decision came out as recorded.
  public var isFaithful: Bool { mismatches == 0 && !isCutShort && !isDamaged }

  /// Why a file is no journal.
  public struct NotAJournal: Error, CustomStringConvertible {
    public var path: String
    public var description: String { "\(path): is not a Peakgate journal" }
  }

  /// - Parameter setup: the setup of the recorded session.
  public init(path: String, setup: InterlockSetup) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    try self.init(file: path, bytes: bytes, setup: setup)
  }

  /// The same for bytes at hand; `file` is for messages only.
  package init(file: String, bytes: [UInt8], setup: InterlockSetup) throws(NotAJournal) {
    guard bytes.starts(with: JournalRecord.header) else { throw NotAJournal(path: file) }
    var reader = ByteReader(bytes, from: JournalRecord.header.count)
    var interlock: Interlock?
    while !reader.isAtEnd {
      guard !reader.isCutShort else {
        isCutShort = true
        return
      }
      guard let record = JournalRecord(&reader) else {
        isDamaged = true
        return
      }
      if interlock == nil { interlock = Interlock(setup, start: HostInstant(nanoseconds: 0)) }
      let decision = interlock!.step(record.inputs)
      steps += 1
      if decision.id != record.decisionID || JournalRecord.outcome(decision) != record.outcome {
        mismatches += 1
      }
    }
  }
}
