import StoredRuns

/// What becomes of detection while a CPU is offline.
enum HotplugSection: SectionMaker {
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let columns = [
      ("cpu", "CPU"), ("bit", "bit"), ("start", "start"), ("bit_before", "set before"),
      ("bit_after", "set behind"), ("met_before", "a split lock met before"), ("met_after", "met behind"),
      ("offline_ms", "offline, ms"), ("online_ms", "online, ms"),
    ]
    guard let table = try FieldTable.make(runs, "hotplug", columns: columns) else { return nil }
    var section = PageSection("hotplug", "A CPU offline and back")
    section.words = [
      "The detection bits of a CPU before it was taken offline and behind its return, as they were found and with a bit flipped, and"
        + " what a split lock met there."
    ]
    section.tables = [PageTable("Detection bits", .words, table)]
    section.digest.tables = section.tables
    return section
  }
}
