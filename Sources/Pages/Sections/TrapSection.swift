import Machine
import Measurement
import Reporting
import StoredRuns

/// What the machine does to a program that split-locks.
enum TrapSection: SectionMaker {
  static let experiment: String? = "trap"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let measured = runs.filter { !$0.trap.isEmpty }
    guard !measured.isEmpty else { return nil }
    var section = PageSection("trap", "What a program meets")
    section.words = [
      "Operations tried with a signal handler in the process, and in a child without one. With EFLAGS.AC set a misaligned operand"
        + " raises a real #AC on any x86 CPU: the control."
    ]
    section.figures = [runs.count == 1 ? TrapStrips.figure(measured[0]) : TrapStrips.figure(measured)]
      .compactMap { $0 }
    if runs.count == 1 {
      section.tables = [table(measured[0])]
      section.facts = facts(measured[0])
    } else {
      section.facts = Words.byRun(measured) { ($0.record.dutyCycles ?? []).map(\.inWords) }
    }
    if let fate = runs.count == 1 ? fate(measured[0]) : nil {
      section.findings = ["A program that split-locks \(fate) (split-lock policy: \(measured[0].mode))."]
    }
    section.digest.facts = section.facts
    section.glossary = Glossary.triggers(measured.flatMap { $0.trap.map(\.trigger) })
    return section
  }

  // MARK: Words

  static func answer(_ entry: TrapEntry) -> String {
    entry.kind == "silent" ? entry.outcome : "\(entry.outcome), \(entry.kind)"
  }

  /// The 8-byte split lock that stands for a run, in the process or in a child.
  private static func headline(_ run: PageRun, _ context: String) -> TrapEntry? {
    run.trap.first {
      $0.isSplitLock && $0.widthBytes == 8 && $0.placement == "line-split" && $0.context == context
    }
  }

  /// What becomes of a program that split-locks; nil where it was not tried.
  static func fate(_ run: PageRun) -> String? {
    guard let entry = headline(run, "in-process") ?? headline(run, "child") else { return nil }
    let isKilled = entry.outcome != "killed" && headline(run, "child")?.outcome == "killed"
    return fate(entry) + (isKilled ? "; without a handler it is killed" : "")
  }

  private static func fate(_ entry: TrapEntry) -> String {
    let how =
      entry.kind == "silent" ? "" : entry.kind == "unknown" ? " by something unknown" : " (\(entry.kind))"
    return switch entry.outcome {
    case "completed" where entry.kind == "silent": "goes on unnoticed"
    case "completed": "goes on, noticed\(how)"
    case "delayed": "is delayed\(how)"
    case "trapped": "gets a SIGBUS\(how)"
    case "killed": "is killed\(how)"
    default: "meets: \(answer(entry))"
    }
  }

  private static func facts(_ run: PageRun) -> [String] {
    let attribution = run.trap.first { $0.isSplitLock && $0.widthBytes == 8 && $0.attribution != nil }.map {
      "who makes it dear: \($0.attribution!) (confidence \($0.confidence ?? "unknown"): \($0.attributionEvidence ?? "no evidence"))"
    }
    let unbalanced = run.trap.count { $0.isBalanced == false }
    return [attribution].compactMap { $0 } + (run.record.dutyCycles ?? []).map(\.inWords)
      + (run.record.disagreements ?? []).map { "\($0.what) answers otherwise than most: \($0.reason)" }
      + [
        unbalanced == 0
          ? "every operation is accounted for"
          : "\(Decimal.count(unbalanced, "row")) \(unbalanced == 1 ? "does" : "do") not account for every operation"
      ]
  }

  private static func table(_ run: PageRun) -> PageTable {
    let cpu = run.trap[0].cpu
    let shown = run.trap.filter { $0.cpu == cpu && $0.widthBytes == 8 && $0.isLocked }
    var table = TextTable(columns: [
      "8-byte lock add", "placement", "answer", "issued", "performed", "trapped", "killed", "delayed",
      "round trip",
      "p99.9", "longest",
    ])
    table.rows = shown.map { entry in
      func count(_ value: Int?) -> String { value.map(String.init) ?? "-" }
      func time(_ value: Double?) -> String { value.map(Quantity.nanoseconds.text) ?? "-" }
      return [
        "\(entry.trigger), \(entry.context)", entry.placement, answer(entry), count(entry.issued),
        count(entry.performed),
        count(entry.trapped), count(entry.killed), count(entry.delayed), time(entry.roundTrip),
        time(entry.tail), time(entry.longest),
      ]
    }
    return PageTable("The account of operations, CPU \(cpu)", .numbers, table)
  }
}
