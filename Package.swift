// swift-tools-version: 6.2
import PackageDescription

// Targets stand bottom to top: an arrow between them only ever points up this list.
let package = Package(
  name: "SplitBench",
  products: [
    .executable(name: "splitbench", targets: ["SplitBench"]),
    // For fuzz/, a package of its own: the fuzzer's runtime has a `main`.
    .library(name: "FuzzChecks", targets: ["FuzzChecks"]),
  ],
  dependencies: [
    // Subcommands, validation, help, completions and the man page of the command line.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // File descriptors with typed errors, for /proc, /sys and the result folder.
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    // Logarithms and powers for the statistics, without Foundation.
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    // Child processes in the tests that drive the built binary and in the benchmarks.
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    // Templates of the report's page and plots, which escape what is put into them.
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    .systemLibrary(name: "CNuma", pkgConfig: "numa", providers: [.apt(["libnuma-dev"])]),
    .systemLibrary(name: "CHwloc", pkgConfig: "hwloc", providers: [.apt(["libhwloc-dev"])]),
    .target(name: "CAtomics"),
    .target(name: "CHost", cSettings: [.define("_GNU_SOURCE")]),
    .target(name: "CGuest", cSettings: [.define("_GNU_SOURCE")]),

    .target(name: "LockKernels", dependencies: ["CAtomics", "CNuma"]),
    .target(
      name: "Machine",
      dependencies: [
        "CAtomics", "CHost", "CHwloc", .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "DetectionControl",
      dependencies: ["Machine", "CHost", .product(name: "SystemPackage", package: "swift-system")]),
    .target(name: "Guest", dependencies: ["Machine", "CGuest", "CHost"]),
    .target(
      name: "Measurement",
      dependencies: [
        "LockKernels", "Machine", "DetectionControl", "Guest", "CAtomics", "CHost",
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "PolicyModel",
      // The built-in scenarios are files like a user's, and part of the program.
      resources: [.embedInCode("Scenarios")]),
    .target(
      name: "Comparison",
      dependencies: ["Measurement", .product(name: "RealModule", package: "swift-numerics")]),
    .target(
      name: "Reporting",
      dependencies: [
        "PolicyModel", "Measurement", "DetectionControl", "Machine", "LockKernels",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "StoredRuns",
      dependencies: [
        "Reporting", "Measurement",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "Fleet",
      dependencies: [
        "StoredRuns", "Comparison", "Measurement", "Machine",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .target(
      name: "Exports",
      dependencies: [
        "Fleet", "StoredRuns", "Reporting", "Measurement", "Machine",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .target(
      name: "Pages",
      dependencies: [
        "Fleet", "Comparison", "StoredRuns", "Reporting", "Measurement", "DetectionControl", "Machine",
        "LockKernels",
        .product(name: "Mustache", package: "swift-mustache"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      resources: [.embedInCode("Templates")]),
    .executableTarget(
      name: "SplitBench",
      dependencies: [
        "Comparison", "Fleet", "Pages", "Exports", "StoredRuns", "Reporting", "PolicyModel", "Measurement",
        "DetectionControl", "Machine", "LockKernels", "CHost",
        .product(name: "RealModule", package: "swift-numerics"),
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
        "DetectionControl", "LockKernels", "Machine", "CAtomics",
        .product(name: "SystemPackage", package: "swift-system"),
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
      name: "GuestTests", dependencies: ["Guest", "CGuest"]),
    .testTarget(
      name: "MeasurementTests",
      dependencies: [
        "Measurement", "Guest", "DetectionControl", "LockKernels", "Machine", "TestSupport", "CHost",
        "CAtomics",
        .product(name: "RealModule", package: "swift-numerics"),
      ]),
    .testTarget(name: "PolicyModelTests", dependencies: ["PolicyModel"]),
    .testTarget(
      name: "ComparisonTests",
      dependencies: [
        "Comparison", "Measurement", .product(name: "RealModule", package: "swift-numerics"),
      ],
      resources: [.copy("Fixtures")]),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Reporting", "DetectionControl", "Measurement", "Machine", "LockKernels", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    // What tests of StoredRuns share with the fuzzers.
    .target(
      name: "StoredRunsChecks",
      dependencies: [
        "StoredRuns", "Reporting", .product(name: "SystemPackage", package: "swift-system"),
      ], path: "Tests/StoredRunsChecks", exclude: ["Fixtures"]),
    .testTarget(
      name: "StoredRunsTests",
      dependencies: [
        "StoredRunsChecks", "StoredRuns", "Reporting", "Measurement", "Machine", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "ExportsTests",
      dependencies: [
        "Exports", "StoredRunsChecks", "StoredRuns", "Measurement", "TestSupport",
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
    .testTarget(
      name: "PagesTests",
      dependencies: [
        "Pages", "Fleet", "StoredRuns", "Reporting", "PolicyModel", "TestSupport",
        .product(name: "RealModule", package: "swift-numerics"),
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ], exclude: ["Fixtures"]),
    // What must hold of any input of a parser: for fuzz/, a package of its own, and for the replay of what it found.
    .target(
      name: "FuzzChecks",
      dependencies: [
        "StoredRunsChecks", "Reporting", "PolicyModel", "Measurement", "DetectionControl", "Machine",
        "LockKernels",
        .product(name: "SystemPackage", package: "swift-system"),
      ], path: "Tests/FuzzChecks"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzChecks", "TestSupport"]),
    .testTarget(
      name: "SplitBenchTests",
      dependencies: [
        "SplitBench", "StoredRunsChecks", "TestSupport", "LockKernels", "Machine", "Measurement",
        "DetectionControl", "PolicyModel", "Reporting", "StoredRuns",
        .product(name: "Subprocess", package: "swift-subprocess"),
        .product(name: "SystemPackage", package: "swift-system"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
