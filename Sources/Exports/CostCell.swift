import Measurement
import StoredRuns

/// One row of a stored `cost.csv`, as far as its samples need it.
struct CostCell {
  let name: String
  /// Whether its cost comes from disturbed rounds too, since there were too few others.
  let usesDisturbedRounds: Bool

  /// By the number that samples.csv refers to.
  static func all(of run: StoredRun) throws(ReadFailure) -> [Int: CostCell] {
    let table = try run.table(
      "cost",
      columns: [
        "cell", "setting", "instruction", "width_bytes", "locked", "placement", "offset_bytes", "cpu",
        "line_state", "between", "warnings",
      ], key: ["cell"])
    let numbers = try table.filled(table.integers("cell"))
    let names = try names(table)
    let warnings = try table.texts("warnings")
    var cells: [Int: CostCell] = [:]
    var rowByName: [String: Int] = [:]
    for row in 0..<table.rowCount {
      if let other = rowByName.updateValue(row, forKey: names[row]) {
        throw table.failure(
          row: row, "the same cell as in line \(table.line(ofRow: other))",
          remedy: "remove one of the two lines")
      }
      let uses = warnings[row]?.split(separator: ";").contains {
        $0 == CostRow.Warning.usesDisturbed.rawValue
      }
      cells[numbers[row]] = CostCell(name: names[row], usesDisturbedRounds: uses ?? false)
    }
    return cells
  }

  /// Such as `lock add m64 line-split +61 cpu1`; what is not usual of it (lines that are not hot, work between, a setting) before the
  /// CPU.
  private static func names(_ table: StoredTable) throws(ReadFailure) -> [String] {
    let instruction = try table.filled(table.texts("instruction"))
    let width = try table.filled(table.integers("width_bytes"))
    let locked = try table.filled(table.booleans("locked"))
    let placement = try table.filled(table.texts("placement"))
    let offset = try table.filled(table.integers("offset_bytes"))
    let cpu = try table.filled(table.integers("cpu"))
    let state = try table.filled(table.texts("line_state"))
    let between = try table.filled(table.texts("between"))
    let setting = try table.filled(table.texts("setting"))
    return (0..<table.rowCount).map { row in
      // XCHG locks without a prefix.
      let prefix = locked[row] && instruction[row] != "xchg" ? "lock " : ""
      let unusual = [(state[row], "hot"), (between[row], "nothing"), (setting[row], "as-found")]
        .filter { $0 != $1 }.map { " " + $0.0 }.joined()
      return
        "\(prefix)\(instruction[row]) m\(width[row] &* 8) \(placement[row]) +\(offset[row])\(unusual) cpu\(cpu[row])"
    }
  }
}
