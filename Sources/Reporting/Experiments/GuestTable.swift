import Measurement

/// `guest.csv`: one row a thing that was asked of a KVM guest, or of the host beside it.
enum GuestTable {
  static func table(run: String) -> CsvTable<GuestRow> {
    CsvTable(columns: [
      .text("run", "Name of the result folder.") { _ in run },
      .integer("round_count", "Rounds behind the value.") { $0.roundCount },
      .text(
        "part",
        "kvm: KVM, what it stands on, and the host's mode; loop: a register-only loop; count: operations found in the guest's memory; register: MSRs 0x33 and 0xCF; cpuid: bits that announce detection; alignment: EFLAGS.AC; answer: what becomes of a guest that split-locks; cost: of a locked add; exit: bus locks that end entries; vcpus: several vCPUs at once; bystander: a program on another CPU of the host; throttle: the guest's bus locks a second beside the bystander, which nothing limits with exits-off and exits-on; host-register: the host's own MSRs around entries."
      ) { $0.cell.part.rawValue },
      .text(
        "condition",
        "Under which: exits-off, exits-on (KVM_CAP_X86_BUS_LOCK_EXIT), throttled-1000 (a second, by the VMM); as-kvm, answered-by-us; by-kvm, offered-by-us, withheld-by-us; guest-set-sld (MSR 0x33 bit 29, which we answer), guest-set-bld (IA32_DEBUGCTL bit 2), each read back; eflags-ac (set, with CR0.AM); of host-register, in this order: before, during and after aligned operations, during-split-locks and after-split-locks, which are missing where they killed the guest's process."
      ) { $0.cell.condition },
      .text("place", "Where it was measured: guest or host.") { $0.cell.place.rawValue },
      .integer("cpl", "Privilege level of the guest's code, 0 or 3.") { $0.cell.cpl },
      .integer("cpu", "Logical CPU of the host.") { $0.cell.cpu },
      .integer("vcpus", "Of vcpus: how many worked at one time.") { $0.cell.vcpus },
      .text(
        "quantity",
        "What of it; a placement is the operand's of a locked 8-byte add. bus-lock-exit: time of an exit by a bus lock and of the entry behind it; port-exit: of one by a write to a port; slow-down: of the victim named by found, treated over control; -to-host: over the host's own cost in the same round; overlap: time in which all vCPUs worked, of that in which any did; creation: from a guest's creation to the end of its first call; left-behind: descriptors, mappings, threads and processes more than before, behind so many guests as operations; rip: where the guest's RIP stood, at the instruction or after it."
      ) { $0.cell.quantity },
      .text("unit", "Of the value: ns, ms, cycles (of the TSC), ratio, count (added up), hz; empty of words.")
      {
        $0.cell.unit.rawValue.isEmpty ? nil : $0.cell.unit.rawValue
      },
      .number(
        "value",
        "The value: the 20 % trimmed mean of the rounds' logarithms, or their sum; of loop the least of seven slopes, of overlap the rounds' median; empty where code behind it is interpreted or that is not known, but for loop. Times of part answer, and creation, have CPL 0's code behind them, by which calls enter and leave."
      ) { $0.value },
      .number("value_low", "Lower end of its 95 % interval over this run's rounds.") { $0.low },
      .number("value_high", "Upper end of its 95 % interval.") { $0.high },
      .text(
        "found",
        "In words: native, interpreted or not known, which also marks what depends on it (not told: CPL 0, interpreted, is in it, where a CPU runs the rest); exact or lost some; what a register held, or the exception; what became of the guest (silent, logged by the host, not known: the host may log it, delayed, held up, not by this Linux, #AC in the guest, #DB in the guest, given to the VMM (#AC by KVM_EXIT_EXCEPTION), SIGBUS to the VMM, hung, other: with the exit, the exception or the count); of cpuid, seen or not seen, whatever it is given where offering or withholding the bit changes nothing."
      ) { $0.found },
      .integer("operations", "Operations, reads or writes behind it.") { $0.operations },
      .integer(
        "rounds_not_above_zero",
        "Of round_count, those in which the longer of two timings was the shorter one, since something held up the other. With any, the value is the median of all rounds, without interval; empty of counts, words and overlap."
      ) { $0.roundsNotAboveZero },
    ])
  }
}

extension GuestExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a thing that was asked of a KVM guest, or of the host beside it",
        GuestTable.table(run: names.run), results.guest)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] { [summary.guest].compactMap { $0 } }

  package func note(_ rows: [GuestRow], in record: inout RunRecord) {
    record.untestedOnHardware = rows.isEmpty ? nil : GuestExperiment.untestedOnHardware
  }

  package static var compared: [ComparedTable] {
    let bounds = (low: "value_low", high: "value_high")
    return [
      // Times, and what is told in words.
      compared(
        "guest", units: [.nanoseconds, .none], .init(column: "value", bounds: bounds, unit: "ns"),
        answers: ["found"]),
      compared("guest-bystander", parts: [.bystander], .slowdown("value")),
      compared(
        "guest-rate", units: [.hertz],
        .init(column: "value", bounds: bounds, unit: "1/s", largerIsSlower: false)),
      // How many there are is the plan's; whether all arrived is told in words.
      compared("guest-count", units: [.count], nil, answers: ["found"]),
    ]
  }

  private static func compared(
    _ name: String, units: [GuestCell.Unit] = [], parts: [GuestCell.Part] = [],
    _ quantity: ComparedTable.Quantity?, answers: [String] = []
  ) -> ComparedTable {
    let rows = ["unit": Set(units.map(\.rawValue)), "part": Set(parts.map(\.rawValue))]
    return ComparedTable(
      id, name: name, file: id.rawValue, rows: rows.filter { !$0.value.isEmpty },
      keys: [
        .text("part"), .text("quantity"), .text("condition"), .text("place"), .integer("cpl"),
        .integer("vcpus"), .text("unit"),
      ], cpus: [.measuring], quantity: quantity, answers: answers
    ) {
      // Such as `cost line-split, exits-off, guest, CPL 3`.
      [
        "\($0.text("part")) \($0.text("quantity"))", $0.text("condition"), $0.text("place"),
        $0.text("cpl").isEmpty ? "" : "CPL \($0.text("cpl"))",
        $0.text("vcpus").isEmpty ? "" : "\($0.text("vcpus")) vCPUs",
      ]
    }
  }
}

extension RunResults {
  public var guest: [GuestRow] {
    get { self["guest"] }
    set { self["guest"] = newValue }
  }
}
