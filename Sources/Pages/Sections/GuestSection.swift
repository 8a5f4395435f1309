import StoredRuns

/// Split locks in a KVM guest.
enum GuestSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let columns = [
      ("part", "part"), ("quantity", "quantity"), ("condition", "condition"), ("place", "place"),
      ("cpl", "CPL"),
      ("cpu", "CPU"), ("vcpus", "vCPUs"), ("value", "value"), ("unit", "unit"), ("value_low", "from"),
      ("value_high", "to"), ("found", "found"),
    ]
    guard let table = try FieldTable.make(runs, "guest", columns: columns) else { return nil }
    var section = PageSection("guest", "In a KVM guest")
    section.words = [
      "What a split lock costs in a guest of our own beside the host's own, what becomes of the guest, what KVM lets it see and"
        + " set, and what others on the host feel. Code that KVM interprets has no cost here."
    ]
    section.tables = [PageTable("By part", .words, table)]
    return section
  }
}
