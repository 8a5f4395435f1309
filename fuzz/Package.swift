// swift-tools-version: 6.2
import PackageDescription

// A parser more: a case of FuzzTarget with what must hold of its input (Tests/FuzzChecks), its name here, a main.swift of three
// lines, and a folder in Corpus.
let targets = [
  "StoredRuns", "CellRequests", "CpuLists", "SystemFiles", "LogLines", "Journals", "Scenarios", "Options",
]

// Built by `make fuzz` only, with -sanitize=fuzzer for all of it.
let package = Package(
  name: "SplitBenchFuzz",
  dependencies: [.package(name: "SplitBench", path: "..")],
  targets: [
    .target(name: "CLibFuzzer"),
    .target(
      name: "Fuzzer",
      dependencies: ["CLibFuzzer", .product(name: "FuzzChecks", package: "SplitBench")]),
  ] + targets.map { .executableTarget(name: "Fuzz\($0)", dependencies: ["Fuzzer"]) },
  swiftLanguageModes: [.v6]
)
