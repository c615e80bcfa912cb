import Foundation
import Scenarios

/// A file that a command writes at its end; `-` is standard output.
struct OutputFile {
  var path: String

  var isStandardOutput: Bool { path == "-" }

  /// Finds out before a long run, not after it, that the file cannot be written.
  func check() throws {
    guard !isStandardOutput else { return }
    var isDirectory: ObjCBool = false
    let files = FileManager.default
    if files.fileExists(atPath: path, isDirectory: &isDirectory) {
      guard !isDirectory.boolValue else {
        throw CommandEnd(.usage, "\(path): is a directory; name a file in it")
      }
      guard files.isWritableFile(atPath: path) else {
        throw CommandEnd(.usage, "\(path): cannot be written; check its permissions")
      }
      return
    }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard files.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue,
      files.isWritableFile(atPath: folder)
    else {
      throw CommandEnd(.usage, "\(path): \(folder) is no folder that can be written; make it first")
    }
  }

  func write(_ data: Data) throws {
    if isStandardOutput {
      Terminal.write(String(decoding: data, as: UTF8.self), to: 1)
      return
    }
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw CommandEnd(
        .internalError,
        "\(path): cannot be written: \(error.localizedDescription); check space and permissions")
    }
  }
}

/// The folder that `--results` names: results, report and one journal a scenario.
struct ResultsFolder {
  var path: String

  var json: OutputFile { OutputFile(path: "\(path)/result.json") }
  var junit: OutputFile { OutputFile(path: "\(path)/junit.xml") }

  func make() throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw CommandEnd(
        .usage, "\(path): cannot be made: \(error.localizedDescription); name another folder")
    }
    try json.check()
    try junit.check()
  }

  /// One journal a scenario, named after its file; numbered where two files have the same name.
  func journals(for scenarios: [Scenario]) -> [String] {
    var seen: [String: Int] = [:]
    return scenarios.map { scenario in
      let stem = URL(fileURLWithPath: scenario.file).deletingPathExtension().lastPathComponent
      seen[stem, default: 0] += 1
      let number = seen[stem] ?? 1
      return "\(path)/\(stem)\(number > 1 ? "-\(number)" : "").journal"
    }
  }
}
