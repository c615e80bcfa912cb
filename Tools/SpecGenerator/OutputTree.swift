import Foundation

/// The files on disk that the generator owns.
struct OutputTree {
  enum Change: Equatable, CustomStringConvertible {
    case missing(String)
    case differs(String)
    case leftOver(String)

    var description: String {
      switch self {
      case .missing(let path): "missing: \(path)"
      case .differs(let path): "differs: \(path)"
      case .leftOver(let path): "left over: \(path)"
      }
    }
  }

  var root: String

  private func place(_ path: String) -> String { "\(root)/\(path)" }

  /// What must change so that the disk holds exactly `files`, sorted by path.
  func changes(to files: [String: String], ownedFolders: [String]) -> [Change] {
    var changes: [Change] = []
    for (path, text) in files.sorted(by: { $0.key < $1.key }) {
      guard let data = FileManager.default.contents(atPath: place(path)) else {
        changes.append(.missing(path))
        continue
      }
      if data != Data(text.utf8) { changes.append(.differs(path)) }
    }
    for folder in ownedFolders {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: place(folder))) ?? []
      for name in names.sorted() where !name.hasPrefix(".") && files["\(folder)/\(name)"] == nil {
        changes.append(.leftOver("\(folder)/\(name)"))
      }
    }
    return changes
  }

  func apply(_ change: Change, from files: [String: String]) throws {
    switch change {
    case .missing(let path), .differs(let path):
      let url = URL(fileURLWithPath: place(path))
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data((files[path] ?? "").utf8).write(to: url)
    case .leftOver(let path):
      try FileManager.default.removeItem(atPath: place(path))
    }
  }
}
