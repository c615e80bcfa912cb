import Foundation

/// Everything that the folder `HardwareSpecs` declares, read and checked.
///
/// The one reader behind the generator and `peakgate spec check`.
public struct SpecModel: Sendable {
  /// The files that were read, sorted.
  public var files: [String]
  public var console: ProtocolSpec
  public var limits: SpecValues
  /// The other files of values, sorted by name.
  public var physics: [SpecValues]
  /// See `CanonicalForm`: over the protocol and the limits only.
  public var hash: UInt64

  /// Reads every `*.yaml` directly in `folder`. Throws the first of the errors that `check` finds.
  public static func load(folder: String) throws(SpecFileError) -> SpecModel {
    let result = check(folder: folder)
    if let error = result.errors.first { throw error }
    guard let model = result.model else {
      throw SpecFileError(
        file: folder, line: 1, column: 1, key: "", message: "holds no complete specs")
    }
    return model
  }

  /// Reads every `*.yaml` directly in `folder` and reports all that is wrong; there is a model only
  /// when nothing is.
  public static func check(folder: String) -> (model: SpecModel?, errors: [SpecFileError]) {
    var problems = SpecProblems()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var roots: [SpecNode] = []
    for name in names.sorted() where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
      let file = URL(fileURLWithPath: folder).appendingPathComponent(name).relativePath
      if let root = problems.attempt({ () throws(SpecFileError) in try SpecNode.load(file: file) })
      {
        roots.append(root)
      }
    }
    guard problems.errors.isEmpty else { return (nil, problems.errors) }
    return check(roots, folder: folder)
  }

  /// Checks files that have been read; `folder` is the name that errors about absent files carry.
  package static func check(
    _ roots: [SpecNode], folder: String
  ) -> (model: SpecModel?, errors: [SpecFileError]) {
    var problems = SpecProblems()
    func root(_ name: String) -> SpecNode? {
      roots.first { URL(fileURLWithPath: $0.file).lastPathComponent == name }
    }
    var console: ProtocolSpec?
    var values: [SpecValues] = []
    for root in roots {
      if URL(fileURLWithPath: root.file).lastPathComponent == "protocol.yaml" {
        console = ProtocolReader.read(root, into: &problems)
      } else if let file = SpecValuesReader.read(root, into: &problems) {
        values.append(file)
      }
    }
    let limitsFile = root("limits.yaml")
    for (name, node) in [("protocol.yaml", root("protocol.yaml")), ("limits.yaml", limitsFile)]
    where node == nil {
      problems.add(
        SpecFileError(
          file: "\(folder)/\(name)", line: 1, column: 1, key: "", message: "is not there",
          remedy: "the protocol and the limits are never optional"))
    }
    let limits = values.first { $0.file == limitsFile?.file }
    let physics = values.filter { $0.file != limitsFile?.file }
    if let console { ProtocolRules.check(console, into: &problems) }
    if let limits { LimitRules.check(limits, into: &problems) }
    if let console {
      TypeNameRules.check(console, values, roots: roots, into: &problems)
    }
    guard problems.errors.isEmpty, let console, let limits,
      let protocolFile = root("protocol.yaml"),
      let limitsFile
    else { return (nil, problems.errors) }
    let canonical = CanonicalForm.text(of: [("protocol", protocolFile), ("limits", limitsFile)])
    return (
      SpecModel(
        files: roots.map(\.file), console: console, limits: limits, physics: physics,
        hash: CanonicalForm.hash(of: canonical)), []
    )
  }
}
