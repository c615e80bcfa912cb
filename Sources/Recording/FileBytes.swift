import Foundation

/// A whole file in memory, or a reason a person can act on.
enum FileBytes {
  /// Larger files are refused: no recording of this kind comes near.
  static let limit = 512 << 20

  static func read(_ path: String) throws(RecordingError) -> [UInt8] {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw RecordingError(file: path, what: "no such file", remedy: "check the path")
    }
    guard !isDirectory.boolValue else {
      throw RecordingError(
        file: path, what: "is a directory", remedy: "name a recording file inside it")
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RecordingError(
        file: path, what: "cannot be opened", remedy: "check that you may read it")
    }
    defer { try? handle.close() }
    let data: Data
    do {
      // A bounded read: the size that a device or a pipe states cannot be trusted.
      data = try handle.read(upToCount: limit + 1) ?? Data()
    } catch {
      throw RecordingError(
        file: path, what: "cannot be read (\(error.localizedDescription))",
        remedy: "check the file and the medium it lies on")
    }
    guard data.count <= limit else {
      throw RecordingError(
        file: path, what: "is larger than \(limit >> 20) MiB", remedy: "split the recording")
    }
    return [UInt8](data)
  }
}

extension [UInt8] {
  /// Little-endian unsigned integer of `width` bytes (1 ... 8), nil when it does not fit inside.
  func littleEndian(at offset: Int, width: Int) -> UInt64? {
    guard offset >= 0, width >= 0, offset <= count - width else { return nil }
    var value: UInt64 = 0
    for i in 0..<width { value |= UInt64(self[offset + i]) << UInt64(8 * i) }
    return value
  }
}
