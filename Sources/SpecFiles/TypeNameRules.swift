/// Every declaration becomes a Swift type in one module: no two may share a name.
enum TypeNameRules {
  /// Names that the module or the standard library already gives a meaning.
  static let taken: Set<String> = [
    "ConsoleProtocol", "PDUHeader", "Pipe", "WireMessage", "SpecHash", "Nanoseconds",
    "Micrometres", "Millidegrees", "CentiDecibels", "MillimetresPerSecond", "DeviceInstant",
    "HostInstant", "SerialNumber", "Fresh", "Optional", "Int", "Double", "Bool", "String",
  ]

  static func check(
    _ console: ProtocolSpec, _ values: [SpecValues], roots: [SpecNode],
    into problems: inout SpecProblems
  ) {
    var names: [(name: String, node: SpecNode)] = []
    names += console.enums.map { ($0.name, $0.node) }
    names += console.flags.map { ($0.name, $0.node) }
    names += (console.messages + [console.lineHeader]).map { ($0.name, $0.node) }
    for file in values {
      guard let root = roots.first(where: { $0.file == file.file }) else { continue }
      names.append((file.namespace, root))
      if file.namespace == "Limits", !file.file.hasSuffix("limits.yaml") {
        problems.add(root.error("the namespace Limits belongs to limits.yaml"))
      }
    }
    problems.unique("the type name", among: names)
    for (name, node) in names where taken.contains(name) {
      problems.add(node.error("the type name '\(name)' is taken", remedy: "use another"))
    }
  }
}
