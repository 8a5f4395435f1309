extension Costs {
  /// What the committed run of this repository measured: of results/amd-epyc-f25-m17-s1-kvm. A test reads it again and compares.
  public static let committed = Costs(
    run: "20261123T152420Z-amd-epyc-f25-m17-s1-kvm",
    splitLock: Cost(ns: 1161, source: "cost.csv"), signal: Cost(ns: 8433, source: "trap.csv"),
    stallShares: [
      "alu": -5287, "l1-load": -23_671, "l2-chase": 917_468, "l3-chase": 863_353, "dram-chase": 829_120,
      "dram-read": 841_474, "aligned-atomic": -71_845, "line-split-atomic": 823_820, "syscall": 21_973,
    ])
}
