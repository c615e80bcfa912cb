// swift-tools-version: 6.2
import PackageDescription

// Measures the tracker beside its peers (Tools/bench builds and runs that), and against an earlier
// commit of itself: `swift package benchmark`.

let package = Package(
  name: "peakgate-benchmarks",
  dependencies: [
    .package(name: "peakgate", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // No traits: its own counter of allocations is another allocator, which nothing here asks.
    .package(url: "https://github.com/ordo-one/benchmark", exact: "1.38.1", traits: []),
  ],
  targets: [
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3f", providers: [.apt(["libfftw3-dev"])]),
    .target(
      name: "CPeers", dependencies: ["CFFTW"],
      // The peers get all that this machine has; what is measured does not.
      cSettings: [.unsafeFlags(["-O3", "-march=native", "-ffast-math"])],
      linkerSettings: [.linkedLibrary("liquid"), .linkedLibrary("m")]),
    .executableTarget(
      name: "peakgate-bench",
      dependencies: [
        "CPeers",
        .product(name: "AllocationCounter", package: "peakgate"),
        .product(name: "PeakgateRuntime", package: "peakgate"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .executableTarget(
      name: "Tracker",
      dependencies: [
        .product(name: "AllocationCounter", package: "peakgate"),
        .product(name: "PeakgateRuntime", package: "peakgate"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Benchmarks/Tracker",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ],
  swiftLanguageModes: [.v6]
)
