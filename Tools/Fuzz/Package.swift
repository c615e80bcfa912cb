// swift-tools-version: 6.2
import PackageDescription

// A package of its own, since a fuzzer's program has no `main` of its own; its sources are those of the
// project, by links.
let package = Package(
  name: "fuzz",
  dependencies: [
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    .target(name: "Quantities"),
    .target(name: "HardwareSpecs", dependencies: ["Quantities"]),
    .target(name: "ProbeWire", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(name: "SafetyInterlock", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(name: "CFrameKernels"),
    .target(
      name: "PeakTracking", dependencies: ["Quantities", "CFrameKernels"],
      linkerSettings: [.linkedLibrary("m")]),
    .target(
      name: "ConsoleFirmware",
      dependencies: ["Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock"]),
    .target(name: "Alignment", dependencies: ["Quantities", "PeakTracking"]),
    .target(name: "BenchWorld", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(name: "ProbeHAL", dependencies: ["Quantities", "HardwareSpecs", "ProbeWire"]),
    .target(
      name: "ConsoleEmulator",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock", "ConsoleFirmware",
        "BenchWorld", "ProbeHAL",
      ]),
    .target(name: "CLinux"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
    .target(name: "Recording", dependencies: ["Quantities", "ProbeHAL", "CZlib"]),
    .target(
      name: "ControlRuntime",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock", "PeakTracking", "Alignment",
        "ProbeHAL", "Recording", "CLinux",
      ]),
    .target(name: "SpecFiles", dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(
      name: "Scenarios",
      dependencies: [
        "Quantities", "HardwareSpecs", "SpecFiles", "SafetyInterlock", "PeakTracking", "Alignment",
        "BenchWorld", "ProbeHAL", "ConsoleEmulator", "Recording", "ControlRuntime",
      ]),
    .target(
      name: "EmulatedUSB",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "ProbeHAL", "ConsoleEmulator",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .target(
      name: "RigLink",
      dependencies: [
        "Quantities", "HardwareSpecs", "SpecFiles", "Alignment", "BenchWorld", "ProbeHAL",
        "ConsoleEmulator", "ControlRuntime", "Scenarios", "EmulatedUSB", "CLinux",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      // Options of a command line, which is not fuzzed.
      exclude: ["HostOptions.swift"]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "ConsoleFirmware", "SafetyInterlock",
        "SpecFiles", "Recording", "BenchWorld", "ControlRuntime", "ConsoleEmulator", "ProbeHAL",
        "Scenarios", "EmulatedUSB", "RigLink",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
