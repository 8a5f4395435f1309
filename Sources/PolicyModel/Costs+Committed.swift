extension Costs {
  /// What the committed run of this repository measured: of results/amd-epyc-f25-m17-s1-kvm. A test reads it again and compares.
  public static let committed = Costs(
    run: "20261123T062427Z-amd-epyc-f25-m17-s1-kvm",
    splitLock: Cost(ns: 1164, source: "cost.csv"), trap: Cost(ns: 6910, source: "trap.csv"),
    stallShares: [
      "alu": 493, "l1-load": -8387, "l2-chase": 929_043, "l3-chase": 871_715, "dram-chase": 857_975,
      "dram-read": 854_819, "aligned-atomic": -16_312, "line-split-atomic": 806_965, "syscall": 33_210,
    ])
}
