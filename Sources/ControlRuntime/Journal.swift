import Foundation
import SafetyInterlock

/// Where the inputs of every decision go (R30). A journal that cannot be written blocks arming; it
/// never blocks a drop.
public protocol Journal: AnyObject {
  /// Nil when nothing was meant to be recorded is not an answer: say true or false.
  var isWritable: Bool { get }
  func record(_ inputs: InterlockInputs, _ decision: InterlockDecision)
  /// Writes what waits, and closes.
  func finish()
}

/// For simulated runs whose inputs follow from scenario and seed: keeps a count, nothing else.
public final class CountingJournal: Journal {
  public private(set) var records: UInt64 = 0
  public var isWritable: Bool { true }
  public init() {}
  public func record(_ inputs: InterlockInputs, _ decision: InterlockDecision) { records += 1 }
  public func finish() {}
}

/// A journal in a file: see `JournalRecord` for its layout.
public final class FileJournal: Journal {
  public private(set) var isWritable = true
  /// Records that could not be written; nothing is lost without being counted.
  public private(set) var lost: UInt64 = 0
  private let file: FileHandle
  private var buffer: [UInt8] = []
  private var waiting: UInt64 = 0
  private static let chunk = 1 << 16

  /// - Throws: when the file cannot be made.
  public init(path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(JournalRecord.header)),
      let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    try file.seekToEnd()
    self.file = file
    buffer.reserveCapacity(Self.chunk * 2)
  }

  public func record(_ inputs: InterlockInputs, _ decision: InterlockDecision) {
    JournalRecord(inputs: inputs, decision: decision).append(to: &buffer)
    waiting += 1
    if buffer.count >= Self.chunk { flush() }
  }

  public func finish() {
    flush()
    try? file.close()
  }

  private func flush() {
    do {
      try file.write(contentsOf: buffer)
    } catch {
      isWritable = false
      lost += waiting
    }
    buffer.removeAll(keepingCapacity: true)
    waiting = 0
  }
}
