import DetectionControl
import Machine
import Measurement

/// `toggle.csv`: one row a thing that was read, written, or run beside the writing.
enum ToggleTable {
  static func table(run: String) -> CsvTable<ToggleRow> {
    CsvTable(
      columns: [
        .text("run", "Name of the result folder.") { _ in run },
        .integer("round_count", "Rounds behind the estimates.") { $0.roundCount },
        .text(
          "part",
          "read, write: one CPU's bit 29 of MSR 0x33; all-serial, all-parallel: those of all CPUs, by one writer in turn or by a thread on each at one time; behaviour: from the write that sets the bit until a split lock is answered; sysctl: kernel.split_lock_mitigate; bystander: a victim on a CPU whose bit is toggled."
        ) { $0.cell.part.rawValue },
        .text("operation", "What was done: read or write; writes alternate the value.") {
          $0.cell.operation.rawValue
        },
        .integer("writer_cpu", "Logical CPU that read or wrote; empty where each did its own.") {
          $0.cell.writerCpu
        },
        .integer("cpu", "Logical CPU whose bit, behaviour or victim it is; empty of all, and of the sysctl.")
        {
          $0.cell.cpu
        },
        .text("relation", "Relation of the CPU that the run writes from to cpu, as in `splitbench list`.") {
          $0.relation?.rawValue
        },
        .integer("cpus", "CPUs whose bits were read or written; 0 of the sysctl.") { $0.cell.cpus },
        .integer("writers", "Threads that did it.") { $0.cell.writers },
        .text("write", "Of writes to one CPU: what became of the first one, done or why not.") {
          $0.write?.inWords
        },
      ] + times + bystander + CsvColumn.slowdown(\.slowdown))
  }

  private static let times: [CsvColumn<ToggleRow>] =
    [
      .integer("trials", "Of behaviour: writes that set the bit while split locks passed.") { $0.trials },
      .integer("samples", "Times behind the estimates; of behaviour those trials in which it changed.") {
        $0.samples
      },
    ]
    + CsvColumn.estimate(
      "median", unit: "ns",
      "Time of one operation through the msr driver, or on all cpus until the last returned, timer cost included, in ns; of behaviour from before the write to the start of the first split lock that was delayed or met a signal: the median of a round, combined over rounds by the 20 % trimmed mean of logarithms. Its resolution is the 5 us between two split locks and the length of one; behind a write of its own CPU the next follows at once.",
      \.medianNs) + [
      .number("min_ns", "The shortest, in ns.") { $0.leastNs },
      .number("p90_ns", "90th percentile in ns; needs 100 samples.") { $0.p90Ns },
      .number("p99_ns", "99th percentile in ns; needs 1,000 samples.") { $0.p99Ns },
      .number("max_ns", "The longest, in ns.") { $0.mostNs },
      .number(
        "last_free_ns",
        "Of behaviour: from before the write to the end of the last split lock that passed, in ns: the median; 0 where none ended behind it."
      ) { $0.lastFreeNs },
      .number(
        "tsc_offset_error_ns",
        "Of behaviour on another CPU than the writer's: bound on the error of its times, from the offset of the two TSCs; empty where that could not be measured."
      ) { $0.tscOffsetErrorNs },
    ]

  private static let bystander: [CsvColumn<ToggleRow>] = [
    .number("requested_rate_hz", "Of bystander: operations a second; empty where one followed the other.") {
      $0.cell.rate.flatMap { $0.isFinite ? $0 : nil }
    },
    .number("achieved_rate_hz", "Of bystander: operations a second that were done.") { $0.achievedRate },
    .number(
      "control_ns",
      "A load of the victim, in ns, while the other CPU ran the same loop and left the register alone."
    ) {
      $0.controlNs
    },
    .number("treated_ns", "A load of the victim, in ns, interrupts included, beside the reads or writes.") {
      $0.treatedNs
    },
  ]
}

extension ToggleExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id,
        "one row a thing that was toggled: bit 29 of MSR 0x33 on one CPU and on all, the sysctl, and what ran beside",
        ToggleTable.table(run: names.run), results.toggle)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.toggle].compactMap { $0 }
  }

  package static var compared: [ComparedTable] {
    let times = ToggleCell.Part.allCases.filter { $0 != .bystander }
    return [
      compared("toggle", times, .nanoseconds("median")),
      compared("toggle-bystander", [.bystander], .slowdown("slowdown")),
    ]
  }

  private static func compared(
    _ name: String, _ parts: [ToggleCell.Part], _ quantity: ComparedTable.Quantity
  ) -> ComparedTable {
    ComparedTable(
      id, name: name, file: id.rawValue, rows: ["part": Set(parts.map(\.rawValue))],
      keys: [
        .text("part"), .text("operation"), .text("relation"), .integer("writers"), .integer("cpus"),
        .number("requested_rate_hz"),
      ], cpus: [.init(number: "writer_cpu", kind: "writer_core_kind"), .measuring], quantity: quantity,
      answers: ["write"], words: words)
  }

  /// Such as `all-parallel write, 8 CPUs` or `bystander write at 100 Hz, same-l3`.
  @Sendable private static func words(_ cell: DescribedCell) -> [String] {
    let (part, operation) = (cell.text("part"), cell.text("operation"))
    let hertz = cell.text("requested_rate_hz")
    let count = Int(cell.text("cpus")) ?? 1
    let writers = cell.text("writers")
    return [
      (part == operation ? part : "\(part) \(operation)") + (hertz.isEmpty ? "" : " at \(hertz) Hz"),
      count > 1 ? "\(count) CPUs" : "", writers == "1" ? "" : "\(writers) writers", cell.text("relation"),
    ]
  }
}

extension RunResults {
  public var toggle: [ToggleRow] {
    get { self["toggle"] }
    set { self["toggle"] = newValue }
  }
}
