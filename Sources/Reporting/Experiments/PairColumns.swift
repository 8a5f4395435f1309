import Machine

/// Two CPUs and how they relate, as columns that several tables share.
struct PairColumns {
  /// Where the relation comes from: `hwloc`, or `hypervisor-claim`.
  var relationSource: String
  /// What the two are called: `victim` and `aggressor`, or nothing and `other`.
  var first: String
  var second: String

  func columns<Row>(_ pair: @escaping @Sendable (Row) -> RelatedPair) -> [CsvColumn<Row>] {
    let source = relationSource
    return [
      .text(
        "relation", "How the two CPUs relate: smt-sibling, same-l2, same-l3, same-package, other-package."
      ) {
        pair($0).relation.rawValue
      },
      .text(
        "relation_source",
        "Where the relation comes from: hwloc, or hypervisor-claim where it repeats a hypervisor."
      ) { _ in source },
      .text("\(first)core_kind", "Kind of the measuring CPU's core: uniform, performance, efficiency.") {
        pair($0).victimKind.rawValue
      },
      .text("\(second)core_kind", "Kind of the other CPU's core.") { pair($0).aggressorKind.rawValue },
      .integer("numa_distance", "Distance of their NUMA nodes as the firmware gives it; 10 is local.") {
        pair($0).numaDistance
      },
      .integer("\(first)cpu", "Logical CPU that measures.") { pair($0).victim },
      .integer("\(second)cpu", "The other logical CPU.") { pair($0).aggressor },
    ]
  }
}
