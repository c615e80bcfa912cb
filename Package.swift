// swift-tools-version: 6.2
import PackageDescription

// Targets marked `pure` hold no Foundation and no existentials; they also compile as Embedded
// Swift. `Tools/check-imports` holds sources and this file to `Tools/import-table.json`.

let package = Package(
  name: "peakgate",
  products: [
    .executable(name: "peakgate", targets: ["peakgate"]),
    .library(name: "PeakgateSafety", targets: ["SafetyInterlock", "ProbeWire", "PeakTracking"]),
    // What Tools/Benchmarks measures.
    .library(
      name: "PeakgateRuntime",
      targets: ["ControlRuntime", "PeakTracking", "HardwareSpecs", "Quantities"]),
    .library(name: "AllocationCounter", targets: ["CAllocationCounter"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1",
      traits: ["FullFoundation"]),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ],
  targets: [
    // Pure: the vocabulary, the rules, the wire and the firmware.
    .target(name: "Quantities"),
    .target(name: "HardwareSpecs", dependencies: ["Quantities"]),
    .target(name: "ProbeWire", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(name: "SafetyInterlock", dependencies: ["Quantities", "HardwareSpecs"]),
    .target(name: "CFrameKernels"),
    .target(
      name: "PeakTracking", dependencies: ["Quantities", "CFrameKernels"],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .target(
      name: "ConsoleFirmware",
      dependencies: ["Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock"]),

    // Host libraries.
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
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Recording", dependencies: ["Quantities", "ProbeHAL", "CZlib"]),
    .target(
      name: "ControlRuntime",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock", "PeakTracking", "Alignment",
        "ProbeHAL", "Recording", "CLinux",
      ]),
    .target(
      name: "SpecFiles",
      dependencies: [.product(name: "Yams", package: "Yams")]),
    .target(
      name: "Scenarios",
      dependencies: [
        "Quantities", "HardwareSpecs", "SpecFiles", "SafetyInterlock", "PeakTracking", "Alignment",
        "BenchWorld", "ProbeHAL", "ConsoleEmulator", "Recording", "ControlRuntime",
      ]),
    // The console on USB: the real back end, and the emulated console as a USB device.
    .systemLibrary(
      name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
    .target(
      name: "LibUSBTransport",
      dependencies: ["Quantities", "HardwareSpecs", "ProbeWire", "ProbeHAL", "CLibUSB", "CLinux"]),
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
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    .target(
      name: "OperatorConsole",
      dependencies: [
        "Quantities", "HardwareSpecs", "SafetyInterlock", "PeakTracking", "Alignment", "ProbeHAL",
        "ControlRuntime",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "HummingbirdTLS", package: "hummingbird"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
      ],
      exclude: ["example-state.json"],
      resources: [.embedInCode("Page"), .embedInCode("openapi.yaml")]),
    .executableTarget(
      name: "peakgate",
      dependencies: [
        "Quantities", "HardwareSpecs", "SpecFiles", "SafetyInterlock", "PeakTracking", "Alignment",
        "BenchWorld", "ProbeHAL", "ConsoleEmulator", "Recording", "ControlRuntime", "Scenarios",
        "LibUSBTransport", "EmulatedUSB", "RigLink", "OperatorConsole",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ]),

    // Tools of the build.
    .executableTarget(
      name: "SpecGenerator",
      dependencies: [
        "SpecFiles", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/SpecGenerator",
      resources: ["checksum", "fields", "stream", "display", "register"].map {
        .embedInCode("Wireshark/\($0).lua")
      }),
    // The proof programme of the interlock; it builds with the pure targets alone.
    .executableTarget(
      name: "Prove",
      dependencies: [
        "Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock", "ConsoleFirmware",
        "InterlockBench", "InterlockOracle",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/Prove"),

    .executableTarget(
      name: "TrackingVectors",
      dependencies: [
        "Quantities", "PeakTracking",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/TrackingVectors", exclude: ["Firmware"]),
    // Figures of the documentation: how near the estimators come to their bounds.
    .executableTarget(
      name: "Accuracy",
      dependencies: [
        "Quantities", "PeakTracking", "Alignment",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/Accuracy"),

    // The emulated console on a mock of usbfs, as a process of its own: for tests of real libusb.
    .systemLibrary(
      name: "CUMockdev", pkgConfig: "umockdev-1.0", providers: [.apt(["libumockdev-dev"])]),
    .target(name: "CUMockdevShim", dependencies: ["CUMockdev"]),
    .executableTarget(
      name: "UMockdevConsole",
      dependencies: [
        "Quantities", "HardwareSpecs", "EmulatedUSB", "RigLink", "CUMockdevShim",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// Tests: one target a library, with what it needs beyond the library itself.
package.targets += [
  .target(
    name: "TestSupport",
    dependencies: [
      "Quantities", "HardwareSpecs", "ProbeWire", "ProbeHAL", "BenchWorld", "ConsoleEmulator",
      "ControlRuntime",
    ],
    path: "Tests/TestSupport"),
  // A whole good bench around one interlock: for its tests and for its proofs.
  .target(
    name: "InterlockBench", dependencies: ["Quantities", "HardwareSpecs", "SafetyInterlock"],
    path: "Tests/InterlockBench"),
  // A second interlock, written from the rules and not from the core, to disagree with it.
  .target(
    name: "InterlockOracle", dependencies: ["Quantities", "HardwareSpecs", "SafetyInterlock"],
    path: "Tests/InterlockOracle"),
  // Takes the allocator's place in the test program, to count what the tracker's queue allocates.
  .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
  tests(of: "Quantities"),
  tests(
    of: "ProbeWire", and: "Quantities", "HardwareSpecs", "SpecFiles", excluding: ["GoldenVectors"]),
  tests(of: "SpecFiles", and: "HardwareSpecs"),
  tests(
    of: "SafetyInterlock", and: "Quantities", "HardwareSpecs", "InterlockBench", "InterlockOracle"),
  tests(of: "PeakTracking", and: "Quantities", excluding: ["GoldenVectors"]),
  tests(of: "ConsoleFirmware", and: "Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock"),
  tests(of: "Alignment", and: "Quantities", "PeakTracking"),
  tests(of: "BenchWorld", and: "Quantities", "HardwareSpecs"),
  tests(of: "ProbeHAL", and: "Quantities", "HardwareSpecs", "ProbeWire", "ConsoleEmulator"),
  tests(
    of: "ConsoleEmulator", and: "Quantities", "HardwareSpecs", "ProbeWire", "ProbeHAL",
    "BenchWorld", "ConsoleFirmware", "SafetyInterlock"),
  tests(
    of: "LibUSBTransport", and: "Quantities", "HardwareSpecs", "ProbeWire", "ProbeHAL",
    "ConsoleEmulator", "EmulatedUSB", "RigLink"),
  tests(
    of: "EmulatedUSB", and: "Quantities", "HardwareSpecs", "ProbeWire", "ProbeHAL",
    "ConsoleEmulator", products: ["NIOCore", "NIOEmbedded"]),
  tests(
    of: "RigLink", and: "Quantities", "Alignment", "ProbeHAL", "ConsoleEmulator", "BenchWorld",
    "Scenarios", "EmulatedUSB", products: ["NIOCore", "NIOPosix"]),
  tests(of: "Recording", and: "Quantities"),
  .testTarget(
    name: "OperatorConsoleTests",
    dependencies: [
      "OperatorConsole", "TestSupport", "Quantities", "HardwareSpecs", "SafetyInterlock",
      "Alignment", "BenchWorld", "ConsoleEmulator", "ControlRuntime", "Scenarios",
      .product(name: "Hummingbird", package: "hummingbird"),
      .product(name: "HummingbirdTesting", package: "hummingbird"),
      .product(name: "HTTPTypes", package: "swift-http-types"),
      .product(name: "Logging", package: "swift-log"),
      .product(name: "NIOCore", package: "swift-nio"),
    ]),
  tests(
    of: "ControlRuntime", and: "Quantities", "HardwareSpecs", "ProbeWire", "SafetyInterlock",
    "PeakTracking", "Alignment", "ProbeHAL", "Recording", "ConsoleEmulator", "BenchWorld",
    "CAllocationCounter"),
  tests(
    of: "Scenarios", and: "Quantities", "HardwareSpecs", "SpecFiles", "ControlRuntime",
    "BenchWorld", "ConsoleEmulator", "SafetyInterlock"),
]

func tests(
  of library: String, and others: String..., products: [String] = [], excluding: [String] = []
) -> Target {
  .testTarget(
    name: "\(library)Tests",
    dependencies: ([library, "TestSupport"] + others).map { .target(name: $0) }
      + products.map { .product(name: $0, package: "swift-nio") },
    exclude: excluding)
}

for target in package.targets where target.type != .system {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
