// swift-tools-version: 6.2
import PackageDescription

// Targets stand bottom to top: an arrow between them only ever points up this list.
let package = Package(
  name: "SplitBench",
  products: [.executable(name: "splitbench", targets: ["SplitBench"])],
  dependencies: [
    // Subcommands, validation, help, completions and the man page of the command line.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // File descriptors with typed errors, for /proc, /sys and the result folder.
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    // Logarithms and powers for the statistics, without Foundation.
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    // Child processes in the tests that drive the built binary and in the benchmarks.
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
    .systemLibrary(name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
    .target(name: "CAtomics"),
    .target(name: "CHost", cSettings: [.define("_GNU_SOURCE")]),

    .target(name: "LockKernels", dependencies: ["CAtomics", "CNuma"]),
    .target(
      name: "Machine",
      dependencies: [
        "CAtomics", "CHost", "CHwloc", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "DetectionControl",
      dependencies: ["Machine", "CHost", .product(name: "SystemPackage", package: "swift-system")]),
    .target(
      name: "Measurement",
      dependencies: [
        "LockKernels", "Machine", "DetectionControl", "CAtomics", "CHost",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "PolicyModel",
      // The built-in scenarios are files like a user's, and part of the program.
      resources: [.embedInCode("Scenarios")]),
    .target(
      name: "Reporting",
      dependencies: [
        "PolicyModel", "Measurement", "Machine", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "StoredRuns",
      dependencies: [
        "Reporting", "Measurement", "Machine",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .executableTarget(
      name: "SplitBench",
      dependencies: [
        "StoredRuns", "Reporting", "PolicyModel", "Measurement", "DetectionControl", "Machine",
        "LockKernels", "CHost",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),

    .executableTarget(
      name: "bench-against-c",
      dependencies: [
        "Measurement", "LockKernels", "Machine", "CHost",
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Subprocess", package: "swift-subprocess"),
      ],
      path: "bench/AgainstC"),

    // What tests of several modules share.
    .target(
      name: "TestSupport",
      dependencies: [
        "DetectionControl", "Machine", .product(name: "SystemPackage", package: "swift-system"),
      ], path: "Tests/Support"),
    .testTarget(name: "CAtomicsTests", dependencies: ["CAtomics", "CHost"]),
    .testTarget(name: "CHostTests", dependencies: ["CHost", "CAtomics"]),
    .testTarget(name: "LockKernelsTests", dependencies: ["LockKernels", "Machine", "CHost", "TestSupport"]),
    .testTarget(
      name: "MachineTests", dependencies: ["Machine"], resources: [.copy("Fixtures")]),
    .testTarget(
      name: "DetectionControlTests",
      dependencies: [
        "DetectionControl", "TestSupport", "Machine",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "MeasurementTests",
      dependencies: [
        "Measurement", "DetectionControl", "LockKernels", "Machine", "TestSupport", "CHost", "CAtomics",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .testTarget(name: "PolicyModelTests", dependencies: ["PolicyModel"]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Reporting", "Measurement", "Machine", "LockKernels",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "StoredRunsTests",
      dependencies: [
        "StoredRuns", "Reporting", "Measurement", "Machine",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "SplitBenchTests",
      dependencies: [
        "SplitBench", "TestSupport", "LockKernels", "Machine", "Measurement", "DetectionControl",
        "PolicyModel", "Reporting", "StoredRuns",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
