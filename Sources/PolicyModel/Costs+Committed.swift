extension Costs {
  /// What the committed run of this repository measured: of results/amd-epyc-f25-m17-s1-kvm. A test reads it again and compares.
  public static let committed = Costs(
    run: "20261123T214028Z-amd-epyc-f25-m17-s1-kvm",
    splitLock: Cost(ns: 1164, source: "cost.csv"), signal: Cost(ns: 7241, source: "trap.csv"),
    stallShares: [
      "alu": 3428, "l1-load": -75_440, "l2-chase": 909_134, "l3-chase": 838_442, "dram-chase": 828_145,
      "dram-read": 798_346, "aligned-atomic": -111_579, "line-split-atomic": 445_805, "syscall": 21_011,
    ])
}
