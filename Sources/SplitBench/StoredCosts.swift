import PolicyModel
import StoredRuns
import SystemPackage

extension Costs {
  /// What a result folder says that split locks cost, and whom they stall.
  ///
  /// - Throws: where the folder cannot be read, or nothing in it tells the cost of a split lock, of a trap, or a bystander's loss.
  init(of run: StoredRun) throws {
    let victims = run.record.doseCurves ?? []
    guard !victims.isEmpty else {
      throw ReadFailure(
        run.path.appending("run.json"), "no dose_curves: nothing tells what bystanders lose",
        remedy: "choose a run of the standard plan that measured `bystander`")
    }
    let lost = try Costs.lostAtSaturation(run)
    self.init(
      run: run.name, splitLock: try Costs.splitLock(run), signal: try Costs.signal(run),
      vmExit: try Costs.vmExit(run),
      // Of several pairs of CPUs the one that loses most.
      stallShares: Dictionary(
        victims.map {
          let share = min($0.stallShare, lost[$0.victim.rawValue] ?? 1)
          return ($0.victim.rawValue, Int((share * Double(Fixed.million)).rounded()))
        },
        uniquingKeysWith: max))
  }

  /// What share of its work each victim lost beside a bus that was locked all the time. A stall share fitted to all doses may say
  /// more, and close to 1 a hundredth of it is many times the slow-down.
  private static func lostAtSaturation(_ run: StoredRun) throws -> [String: Double] {
    let table = try run.table(
      "bystander", columns: ["victim", "requested_fraction", "bus_locks", "slowdown"])
    let saturated = try table.texts("victim").indices.filter { row in
      try table.numbers("requested_fraction")[row] == 1 && (table.integers("bus_locks")[row] ?? 0) > 0
    }
    return Dictionary(
      try saturated.compactMap { row in
        guard let victim = try table.texts("victim")[row], let slowdown = try table.numbers("slowdown")[row]
        else { return nil }
        return (victim, 1 - 1 / slowdown)
      }, uniquingKeysWith: max)
  }

  private static func splitLock(_ run: StoredRun) throws -> Cost {
    let table = try run.table(
      "cost",
      columns: [
        "instruction", "width_bytes", "locked", "placement", "headline", "setting", "outcome", "median_ns",
      ])
    let rows = try table.texts("instruction").indices.filter { row in
      try table.texts("instruction")[row] == "add" && table.integers("width_bytes")[row] == 8
        && table.booleans("locked")[row] == true && table.texts("placement")[row] == "line-split"
        && table.booleans("headline")[row] == true && table.texts("setting")[row] == "as-found"
        && table.texts("outcome")[row] == "completed"
    }
    return try cost(
      try rows.compactMap { try table.numbers("median_ns")[$0] }, table,
      "no line-split 8-byte lock add that was completed: detection was in force")
  }

  /// An exit by a write to a port, and the entry behind it: where guests were measured, and KVM runs them natively.
  private static func vmExit(_ run: StoredRun) throws -> Cost? {
    guard run.has("guest") else { return nil }
    let table = try run.table("guest", columns: ["part", "quantity", "unit", "value"])
    let values = try table.texts("part").indices.compactMap { row in
      try table.texts("part")[row] == "exit" && table.texts("quantity")[row] == "port-exit"
        && table.texts("unit")[row] == "ns" ? try table.numbers("value")[row] : nil
    }
    return values.first.map { Cost(ns: max(1, Int($0.rounded())), source: "guest.csv") }
  }

  private static func signal(_ run: StoredRun) throws -> Cost {
    let table = try run.table(
      "trap", columns: ["trigger", "context", "placement", "width_bytes", "locked", "round_trip_ns", "kind"])
    let rows = try table.texts("trigger").indices.filter { row in
      try table.texts("trigger")[row] == "eflags-ac" && table.texts("context")[row] == "in-process"
        && table.texts("placement")[row] == "line-split" && table.integers("width_bytes")[row] == 8
        && table.booleans("locked")[row] == true && table.texts("kind")[row] == "EFLAGS.AC"
    }
    return try cost(
      try rows.compactMap { try table.numbers("round_trip_ns")[$0] }, table,
      "no #AC of a line-split 8-byte lock add with EFLAGS.AC")
  }

  /// The first that there is: that of the first CPU.
  private static func cost(_ values: [Double], _ table: StoredTable, _ missing: String) throws -> Cost {
    guard let value = values.first else {
      throw ReadFailure(table.file, missing, remedy: "choose a run that measured it")
    }
    return Cost(ns: max(1, Int(value.rounded())), source: table.file.lastComponent?.string ?? "")
  }
}
