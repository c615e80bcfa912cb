import Foundation
import SpecFiles
import Testing

/// The project's own protocol and limits, edited: each test breaks one thing and nothing else.
enum SpecSamples {
  /// A replacement of text that must occur, so that no test passes on an edit that did nothing.
  struct Edit: Sendable, CustomStringConvertible {
    var from: String
    var to: String
    var description: String { "'\(from)' → '\(to)'" }
    init(_ from: String, _ to: String) { (self.from, self.to) = (from, to) }
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  static var folder: String { root.appendingPathComponent("HardwareSpecs").path }

  static func text(_ name: String, _ edits: [Edit] = []) throws -> String {
    var text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    for edit in edits {
      try #require(text.contains(edit.from), "the sample no longer holds '\(edit.from)'")
      text = text.replacingOccurrences(of: edit.from, with: edit.to)
    }
    return text
  }

  static func check(
    protocol protocolEdits: [Edit] = [], limits limitsEdits: [Edit] = [],
    more: [String: String] = [:]
  ) throws -> (model: SpecModel?, errors: [SpecFileError]) {
    var files = more
    files["protocol.yaml"] = try text("protocol.yaml", protocolEdits)
    files["limits.yaml"] = try text("limits.yaml", limitsEdits)
    return SpecModel.check(
      try files.sorted { $0.key < $1.key }.map { try SpecNode.parse($0.value, file: $0.key) },
      folder: "specs")
  }

  /// Checks a file of values beside the project's own protocol and limits.
  static func check(values: String) throws -> (model: SpecModel?, errors: [SpecFileError]) {
    try check(more: ["media.yaml": values])
  }

  /// The 1-based line of the first line that holds `text`.
  static func line(of text: String, in file: String) throws -> Int {
    let lines = file.split(separator: "\n", omittingEmptySubsequences: false)
    return try #require(lines.firstIndex { $0.contains(text) }) + 1
  }
}
