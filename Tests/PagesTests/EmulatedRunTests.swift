import StoredRuns
import SystemPackage
import Testing

@testable import Pages

/// Pages of the experiments that change a machine, from runs of an emulated one: their numbers are emulated, their shape is not.
@Suite struct EmulatedRunTests {
  private func run(_ experiment: String) throws -> StoredRun {
    try StoredRun(RunFixture.emulated(experiment))
  }

  struct Part: Sendable {
    var experiment: String
    var heading: String
    /// What stands on the page.
    var says: [String]
  }

  static let parts = [
    Part(
      experiment: "trap", heading: "What a program meets",
      says: [
        "A program that split-locks is delayed (#AC)", "o-delayed", "delayed 20.1 ms (16.7 to 36.2 over 13",
      ]),
    Part(
      experiment: "scope", heading: "Whom detection belongs to",
      says: ["sld is per-core and bld is per-thread", "written on CPU 0 or 1, it changed on 0-1"]),
    Part(
      experiment: "settings", heading: "Settings of detection",
      says: [
        "A tight loop gets through 6.29\u{A0}k/s split locks under bld-on", ">sld-on-other-core<",
        "id=\"settings-throughput\"", "id=\"settings-cost\"", "#AC on split locks on another core only",
      ]),
    Part(
      experiment: "hotplug", heading: "A CPU offline and back",
      says: [
        "what was written before is gone", ">94.7\u{A0}ms<", ">yes<", ">no<",
        "The bit before the CPU went",
      ]),
    Part(
      experiment: "leak", heading: "Where split locks pass meanwhile",
      says: [
        "split locks pass free on: self and smt-sibling; not on: other-package and same-l3.",
        ">10.5\u{A0}ms (8.39 to 14.4\u{A0}ms)<", "opened by CPU: 1; windows: 3",
      ]),
    Part(
      experiment: "toggle", heading: "Toggling detection",
      says: [
        "The bit of one CPU", "by CPU: 1; CPUs: 1; writers: 1", "The bits of all CPUs",
        "Until split locks meet the change",
        "kernel.split_lock_mitigate<", "A bystander whose CPU&#39;s bit is toggled<", ">19.4\u{A0}µs<",
        "Writing the detection bit of one CPU takes 20\u{A0}µs to 25.8\u{A0}µs.",
      ]),
  ]

  @Test(arguments: parts)
  func aRunOfOneExperimentHasItsPart(_ part: Part) throws {
    let html = try Report([run(part.experiment)]).html
    let headings = html.matches(of: /<h2[^>]*>([^<]*)<\/h2>/).map { String($0.1) }
    #expect(headings.contains(part.heading) && headings.first == "Summary")
    for text in part.says { #expect(html.contains(text), "\(text)") }
    // The tables behind figures are as in the files; a run of the others has none.
    #expect(html.contains("<figure") || !html.contains(">true<") && !html.contains(">false<"))
  }

  @Test func runsOfAMachineAreNamedByWhatTheyMeasured() throws {
    let runs = try RunFixture.emulatedExperiments.map(run)
    let html = try Report(runs).html
    let headings = html.matches(of: /<h2[^>]*>([^<]*)<\/h2>/).map { String($0.1) }
    for part in Self.parts { #expect(headings.contains(part.heading)) }
    for experiment in RunFixture.emulatedExperiments { #expect(html.contains(">\(experiment)</td>")) }
    #expect(html.contains("6 runs of 1 machine") && html.contains("warn, 6 runs: a program that split-locks"))
  }

  @Test func markdownHasTheirTables() throws {
    let text = try Report(RunFixture.emulatedExperiments.map(run)).markdown
    for part in Self.parts { #expect(text.contains("### \(part.heading)"), "\(part.heading)") }
  }
}
