// swift-tools-version: 6.2
import PackageDescription

// Built by `make fuzz` only, with -sanitize=fuzzer for all of it.
let package = Package(
  name: "SplitBenchFuzz",
  dependencies: [.package(name: "SplitBench", path: "..")],
  targets: [
    .target(name: "CLibFuzzer"),
    .executableTarget(
      name: "FuzzStoredRuns",
      dependencies: [
        "CLibFuzzer", .product(name: "StoredRunsChecks", package: "SplitBench"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
