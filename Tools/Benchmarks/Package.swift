// swift-tools-version: 6.2
import PackageDescription

// Measures the tracker beside its peers; Tools/bench builds and runs it.

let package = Package(
  name: "peakgate-benchmarks",
  dependencies: [
    .package(name: "peakgate", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
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
        .product(name: "PeakgateRuntime", package: "peakgate"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
