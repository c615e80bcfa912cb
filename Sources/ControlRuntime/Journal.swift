import Foundation
import SafetyInterlock

/// Where the inputs of every decision go (R30). A journal that cannot be written blocks arming; it
/// never blocks a drop.
public protocol Journal: AnyObject {
  /// Whether the newest records could be written.
  var isWritable: Bool { get }
  /// Records that could not be written.
  var lost: UInt64 { get }
  func record(_ inputs: InterlockInputs, _ decision: InterlockDecision)
  /// Writes what waits, and closes.
  func finish()
}

/// For simulated runs whose inputs follow from scenario and seed: keeps a count, nothing else.
public final class CountingJournal: Journal {
  public private(set) var records: UInt64 = 0
  public var isWritable: Bool { true }
  public var lost: UInt64 { 0 }
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

  /// Opens what the path names, and never puts another file in its place.
  ///
  /// - Throws: when the file cannot be made, or does not even take the header.
  public init(path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw POSIXError(
        POSIXErrorCode(rawValue: errno) ?? .EIO, userInfo: [NSFilePathErrorKey: path])
    }
    file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    try file.write(contentsOf: JournalRecord.header)
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
