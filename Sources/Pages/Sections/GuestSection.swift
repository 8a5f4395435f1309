import StoredRuns

/// Split locks in a KVM guest.
enum GuestSection: SectionMaker {
  static let experiment: String? = "guest"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let tables = try FieldTable.make(runs, "guest", columns) { names[$0] ?? "What a guest sees and sets" }
    guard !tables.isEmpty else { return nil }
    var section = PageSection("guest", "In a KVM guest")
    section.words = [
      "What a split lock costs in a guest of our own beside the host's own, what becomes of the guest, what KVM lets it see and"
        + " set, and what others on the host feel. Code that KVM interprets has no cost here."
    ]
    section.tables = tables
    section.digest.tables = tables.filter { table in
      digested.contains { table.name.hasPrefix($0) }
    }
    return section
  }

  private static let (cost, answer) = ("Cost, guest beside host", "What becomes of the guest")
  private static let digested = [cost, answer]

  /// Of the table for each part.
  private static let names = [
    "kvm": "KVM", "loop": "Does a CPU run the guest's code?", "count": "Does a CPU run the guest's code?",
    "answer": answer, "cost": cost, "vcpus": cost, "exit": "Exits",
    "bystander": "A bystander on the host", "throttle": "A bystander on the host",
    "host-register": "The host's own registers",
  ]

  private static let columns: [FieldTable.Column] = [
    .init(name: "part", title: "part"), .init(name: "quantity", title: "quantity"),
    .init(name: "condition", title: "condition"), .init(name: "place", title: "place"),
    .init(name: "cpl", title: "CPL"), .init(name: "cpu", title: "CPU"), .init(name: "vcpus", title: "vCPUs"),
    .init(name: "value", title: "value", quantity: .count, range: ("value_low", "value_high")),
    .init(name: "unit", title: "unit"), .init(name: "found", title: "found"),
    .init(name: "operations", title: "operations", zeroSaysNothing: true),
  ]
}
