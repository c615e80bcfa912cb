import Quantities

/// The journal of inputs can be written. (R30)
enum JournalRecordingCheck: InterlockCheck {
  static var id: CheckID { .journalRecording }
  static var unit: StaticString { "" }
  static var remedy: StaticString { "free space on the disk of the results folder" }

  static func evaluate(_ c: CheckContext) -> CheckResult {
    guard let writable = c.inputs.isJournalWritable else { return .unknown(limit: 1) }
    return .holds(writable)
  }
}
