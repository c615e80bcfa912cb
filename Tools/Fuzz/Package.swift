// swift-tools-version: 6.2
import PackageDescription

// A package of its own, since a fuzzer's program has no `main` of its own; its sources are those of the
// project, by links.
let package = Package(
  name: "fuzz",
  dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
  targets: [
    .target(name: "Quantities"),
    .target(name: "HardwareSpecs", dependencies: ["Quantities"]),
    .target(name: "ProbeWire", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(name: "SafetyInterlock", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(
      name: "ConsoleFirmware",
      dependencies: ["Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock"]),
    .target(name: "SpecFiles", dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(name: "ProbeHAL", dependencies: ["Quantities", "HardwareSpecs", "ProbeWire"]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
    .target(name: "Recording", dependencies: ["Quantities", "ProbeHAL", "CZlib"]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "ConsoleFirmware", "SpecFiles", "Recording",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
