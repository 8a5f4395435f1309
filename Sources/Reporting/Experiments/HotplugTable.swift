import Machine
import Measurement

/// `hotplug.csv`: one row a CPU that went offline and came back, and a bit of it.
enum HotplugTable {
  static func table(run: String) -> CsvTable<HotplugRow> {
    CsvTable(columns: [
      .text("run", "Name of the result folder.") { _ in run },
      .integer("cpu", "Logical CPU that went offline and came back.") { $0.cpu },
      .text("bit", "sld: bit 29 of MSR 0x33; bld: bit 2 of IA32_DEBUGCTL.") { $0.bit.rawValue },
      .text("start", "as-found: the bit as Linux left it; flipped: written contrary to that.") {
        $0.start.rawValue
      },
      .text("write", "What became of that write: done, or why not; empty where none was needed.") {
        $0.write?.inWords
      },
      .text("bit_before", "The bit before the CPU went: true or false; empty where not read.") {
        $0.bitBefore.map(String.init)
      },
      .text("bit_after", "The same when it was back.") { $0.bitAfter.map(String.init) },
      .text("kept", "Whether it came back as it went: true or false; empty where that cannot be told.") {
        $0.isKept.map(String.init)
      },
      .text("initialised", "Whether Linux wrote its own value again; only a flipped bit tells.") {
        $0.isInitialised.map(String.init)
      },
      .text(
        "initialised_when",
        "offline: as the CPU went, seen on a sibling that shares the register; online: not before it came back; empty where none shares it."
      ) { $0.initialisedWhen?.rawValue },
      .integer("sibling_cpu", "An SMT sibling; empty where there is none.") { $0.sibling },
      .text("sibling_bit_before", "Its bit before.") { $0.siblingBits[0].map(String.init) },
      .text("sibling_bit_meanwhile", "Its bit while the CPU was offline.") {
        $0.siblingBits[1].map(String.init)
      },
      .text("sibling_bit_after", "Its bit when the CPU was back.") { $0.siblingBits[2].map(String.init) },
      .text("met_before", "What a split lock on the CPU met before: #AC, #DB, SIGBUS, delayed, or nothing.") {
        $0.metBefore?.inWords
      },
      .text("met_after", "The same when it was back.") { $0.metAfter?.inWords },
      .text("offline", "What became of taking it offline: done, or why not.") { $0.offline.inWords },
      .text("online", "What became of bringing it back.") { $0.online.inWords },
      .number("offline_ms", "How long taking it offline took, in ms.") { $0.offlineMs },
      .number("online_ms", "How long bringing it back took, in ms.") { $0.onlineMs },
    ])
  }
}

extension HotplugExperiment: ReportedExperiment {
  package static func tables(_ results: RunResults, _ names: TableNames) -> [ResultTable] {
    [
      ResultTable(
        id, "one row a CPU that went offline and came back, a detection bit, and how that was before",
        HotplugTable.table(run: names.run), results.hotplug)
    ]
  }

  package static func sections(_ summary: Summary) -> [Summary.Section] {
    [summary.hotplug].compactMap { $0 }
  }

  package static var compared: [ComparedTable] {
    [
      ComparedTable(
        id, keys: [.text("bit"), .text("start")], cpus: [.measuring], quantity: nil,
        answers: ["kept", "initialised", "initialised_when", "met_before", "met_after"]
      ) { ["\($0.text("bit")), \($0.text("start"))"] }
    ]
  }
}

extension RunResults {
  public var hotplug: [HotplugRow] {
    get { self["hotplug"] }
    set { self["hotplug"] = newValue }
  }
}

/// What becomes of a CPU's detection bits while it is offline.
extension Summary {
  var hotplug: Section? {
    guard !results.hotplug.isEmpty else { return nil }
    var table = TextTable(columns: [
      "CPU, bit", "start", "before", "behind", "met before", "met behind", "offline ms", "online ms",
    ])
    func bit(_ value: Bool?) -> String { value.map { $0 ? "set" : "clear" } ?? "-" }
    table.rows = results.hotplug.map {
      [
        "\($0.cpu), \($0.bit.rawValue)", $0.start.rawValue, bit($0.bitBefore), bit($0.bitAfter),
        $0.metBefore?.inWords ?? "-", $0.metAfter?.inWords ?? "-", Decimal.fixed($0.offlineMs, 1),
        Decimal.fixed($0.onlineMs, 1),
      ]
    }
    let fate = HotplugWords.fate(
      initialised: results.hotplug.compactMap(\.isInitialised),
      moments: results.hotplug.compactMap { $0.initialisedWhen?.rawValue })
    return Section(
      title: "A CPU offline and back: its detection bits", table: table,
      facts: [fate].compactMap { $0 })
  }
}
