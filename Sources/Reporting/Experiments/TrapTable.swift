import Machine
import Measurement

/// `trap.csv`: one row a thing tried on a CPU.
enum TrapTable {
  static func table(run: String) -> CsvTable<TrapRow> {
    CsvTable(columns: identity(run: run) + signs + ledger + times + attribution)
  }

  private static func identity(run: String) -> [CsvColumn<TrapRow>] {
    [
      .text("run", "Name of the result folder.") { _ in run },
      .integer("cpu", "Logical CPU on which it was tried.") { $0.cell.cpu },
      .text("core_kind", "Kind of its core: uniform, performance, efficiency.") { $0.coreKind.rawValue },
      .text("smt_siblings", "CPUs of the same core, this one among them.") {
        CpuSelection.ranges($0.siblings)
      },
      .text("setting", "State of detection hardware and policy.") { _ in "as-found" },
      .text(
        "trigger",
        "eflags-ac: with EFLAGS.AC set, which traps whatever is misaligned; split-lock: the instruction as it is."
      ) { $0.cell.trigger.rawValue },
      .text("context", "in-process, with a handler; child: a process of its own without one.") {
        $0.cell.context.rawValue
      },
      .text("placement", "Where the operand lies: aligned, within-line, line-split, page-split.") {
        $0.cell.placement.rawValue
      },
      .integer("width_bytes", "Operand size in bytes.") { $0.cell.widthBytes },
      .boolean("locked", "Whether the add has its lock prefix.") { $0.cell.isLocked },
      .text("outcome", "completed, trapped, delayed, killed, timed-out, or mixed.") { $0.outcome.rawValue },
      .text("kind", "What answered: silent, #AC, #DB, EFLAGS.AC, or unknown.") {
        $0.answer.kind.rawValue
      },
      .text("evidence", "What kind is concluded from.") { $0.answer.evidence.joined(separator: "; ") },
    ]
  }

  private static let signs: [CsvColumn<TrapRow>] = [
    .integer("signal", "Number of the signal; 7 is SIGBUS.") { $0.signal },
    .integer("si_code", "si_code of the first trap; 1 is BUS_ADRALN.") { $0.signs?.code },
    .integer("si_address", "si_addr of the first trap.") {
      $0.signs.map { Int(truncatingIfNeeded: $0.address) }
    },
    .integer("trap_number", "Exception number that Linux reports; 17 is #AC.") { $0.signs?.trapNumber },
    .integer("error_code", "Its error code.") { $0.signs.map { Int(truncatingIfNeeded: $0.errorCode) } },
    .text("rip_side", "at: RIP at the instruction, a fault; after: behind it, a trap.") {
      $0.signs.map { $0.isAfter ? "after" : "at" }
    },
    .text(
      "memory_changed", "Whether trapped operations changed memory: true or false; empty where none trapped."
    ) { row in
      row.signs == nil ? nil : row.performed.map { $0 > 0 ? "true" : "false" }
    },
  ]

  private static let ledger: [CsvColumn<TrapRow>] = [
    .integer("issued", "Operations, or children, tried.") { $0.issued },
    .integer("performed", "Operations that changed memory; empty of children.") { $0.performed },
    .integer("trapped", "Operations that met a signal; empty of children.") { $0.trapped },
    .integer("killed", "Children that a signal ended.") { $0.killed },
    .integer("delayed_count", "Operations of over 5 ms, other than by preemption.") { $0.delayedCount },
    .integer(
      "log_lines", "Lines of Linux's log about the tasks that tried it; empty where it cannot be read."
    ) {
      $0.logLines
    },
    .integer("bus_locks", "Bus locks that the PMU counted; empty where it cannot.") { $0.busLocks },
    .text("equation", "The account of the operations, with its numbers.") { $0.ledger.equation },
    .text("difference", "What differs from the usual account, and why; empty where nothing does.") {
      $0.ledger.differences.isEmpty ? nil : $0.ledger.differences.joined(separator: "; ")
    },
    .boolean("balanced", "Whether every operation is accounted for: a fault is not performed, all else is.") {
      $0.ledger.isBalanced
    },
  ]

  private static let times: [CsvColumn<TrapRow>] =
    [
      .number("entry_ns", "From before the instruction to the handler, in ns: the median.") {
        $0.entry?.median
      }
    ] + tails("entry", \.entry) + [
      .number("resume_ns", "From the handler's end to behind the instruction, in ns: the median.") {
        $0.resume?.median
      }
    ] + tails("resume", \.resume) + [
      .number("round_trip_ns", "From before the instruction to behind it, in ns: the median.") {
        $0.roundTrip?.median
      }
    ] + tails("round_trip", \.roundTrip) + [
      .number("delay_ns", "The longest operation of all, delayed or not, in ns.") { $0.longestNs },
      .number("delay_min_ns", "The shortest of the operations of over 5 ms, in ns.") { $0.leastDelayNs },
      .number("delay_median_ns", "Their median, in ns.") { $0.delays?.median },
      .number("delay_p90_ns", "Their 90th percentile, in ns; needs 100 of them.") { $0.delays?.p90 },
    ]

  private static func tails(
    _ name: String, _ distribution: @escaping @Sendable (TrapRow) -> TrapRow.Distribution?
  ) -> [CsvColumn<TrapRow>] {
    [
      .number(name + "_p90_ns", "Its 90th percentile; needs 100 operations.") { distribution($0)?.p90 },
      .number(name + "_p99_ns", "Its 99th percentile; needs 1,000 operations.") { distribution($0)?.p99 },
      .number(name + "_p999_ns", "Its 99.9th percentile; needs 10,000 operations.") {
        distribution($0)?.p999
      },
    ]
  }

  private static let attribution: [CsvColumn<TrapRow>] = [
    .text(
      "attribution",
      "Who makes a split lock dear: silicon, linux, hypervisor, smi, timer, unknown; empty where it is not dear or not split."
    ) { $0.attribution?.cause.rawValue },
    .text("confidence", "How far the evidence for it goes: high, medium, low.") {
      $0.attribution?.confidence.rawValue
    },
    .text("attribution_evidence", "That evidence.") { $0.attribution?.evidence.joined(separator: "; ") },
  ]
}

extension TrapExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a thing tried on a CPU: what it does to a program, and how long a trap takes",
        TrapTable.table(run: names.run), results.trap)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] { summary.traps }

  package static var compared: [ComparedTable] {
    [
      ComparedTable(
        id,
        keys: [
          .text("trigger"), .text("context"), .text("placement"), .integer("width_bytes"),
          .boolean("locked"), .text("setting"),
        ], cpus: [.measuring], quantity: .init(column: "round_trip_ns", unit: "ns"),
        answers: ["kind", "attribution"]
      ) {
        [
          $0.text("trigger"), $0.text("context"), "\($0.text("width_bytes")) bytes \($0.text("placement"))",
          $0.text("locked") == "true" ? "locked" : "plain",
        ]
      }
    ]
  }

  package func note(_ rows: [TrapRow], in record: inout RunRecord) {
    record.disagreements = disagreements.map { .init(what: "CPU \($0.cpu)", reason: $0.what) }
    record.judgedPolicy = judgedPolicy
    record.dutyCycles = dutyCycles.isEmpty ? nil : dutyCycles
  }
}

extension RunResults {
  public var trap: [TrapRow] {
    get { self["trap"] }
    set { self["trap"] = newValue }
  }
}
