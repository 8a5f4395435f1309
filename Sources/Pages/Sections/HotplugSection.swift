import Reporting
import StoredRuns

/// What becomes of detection while a CPU is offline.
enum HotplugSection: SectionMaker {
  static let experiment: String? = "hotplug"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let tables = try FieldTable.make(
      runs, "hotplug",
      [
        .init(name: "cpu", title: "CPU"), .init(name: "bit", title: "bit"),
        .init(name: "start", title: "start"), .init(name: "bit_before", title: "set before"),
        .init(name: "bit_after", title: "set when back"),
        .init(name: "initialised", title: "Linux wrote it again"),
        .init(name: "initialised_when", title: "and when"),
        .init(name: "met_before", title: "a split lock met before"),
        .init(name: "met_after", title: "met when back"),
        .init(name: "offline_ms", title: "going offline", quantity: .nanoseconds, unit: 1e6),
        .init(name: "online_ms", title: "coming back", quantity: .nanoseconds, unit: 1e6),
      ]
    ) { _ in "Detection bits" }
    guard !tables.isEmpty else { return nil }
    var section = PageSection("hotplug", "A CPU offline and back")
    section.words = [
      "The detection bits of a CPU before it was taken offline and when it was back, as they were found and with a bit flipped, and"
        + " what a split lock met there."
    ]
    section.tables = tables
    section.digest.tables = tables
    section.findings = try fate(runs).map { ["With a CPU taken offline and back, \($0)."] } ?? []
    return section
  }

  private static func fate(_ runs: [PageRun]) throws(ReadFailure) -> String? {
    var (initialised, moments): ([Bool], [String]) = ([], [])
    for run in runs {
      let names = ["initialised", "initialised_when"]
      guard let entries = try Entries(run.stored, "hotplug", required: [], optional: names) else { continue }
      initialised += try entries.text(names[0]).compactMap { $0.map { $0 == "true" } }
      moments += try entries.text(names[1]).compactMap { $0 }
    }
    return HotplugWords.fate(initialised: initialised, moments: moments)
  }
}
