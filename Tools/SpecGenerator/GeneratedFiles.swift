import SpecFiles

/// Every file that the generator writes, by its path from the root of the repository.
enum GeneratedFiles {
  static let swiftFolder = "Sources/HardwareSpecs/Generated"

  /// Folders in which nothing but generated files may lie.
  static let folders = [
    swiftFolder, "HardwareSpecs/udev", "HardwareSpecs/wireshark",
    "Tests/ProbeWireTests/GoldenVectors",
  ]

  static func all(from model: SpecModel) -> [String: String] {
    var files: [String: String] = [:]
    func swift(_ name: String, _ text: String) { files["\(swiftFolder)/\(name).swift"] = text }
    let console = model.console
    for values in [model.limits] + model.physics {
      swift(values.namespace, ValuesSource.text(of: values))
    }
    swift("ConsoleProtocol", ProtocolSource.constants(of: console))
    swift("Enums", ProtocolSource.enums(of: console))
    swift("Flags", ProtocolSource.flags(of: console))
    swift("SpecHash", ProtocolSource.hash(model.hash))
    swift("PDUHeader", MessageSource(headerOf: console).text())
    for message in console.messages {
      swift(message.name, MessageSource(message, of: console, shape: .message).text())
    }
    let line = console.lineHeader
    swift(line.name, MessageSource(line, of: console, shape: .block).text())
    files[ProtocolPage.path] = ProtocolPage(model: model).text()
    files[UdevRules.markPath] = UdevRules.mark(console.usb)
    files[UdevRules.accessPath] = UdevRules.access
    files[WiresharkDissector.path] = WiresharkDissector(spec: console).text()
    files[GoldenVectors.path] = GoldenVectors(console).text()
    return files
  }
}
