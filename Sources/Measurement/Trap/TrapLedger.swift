/// The account of one cell: every operation must be found again.
public struct TrapLedger: Sendable, Equatable {
  /// The equation or bound of the kind, with its numbers.
  public var equation: String
  /// What differs and is explained by it, or by nothing.
  public var differences: [String] = []
  public var isBalanced: Bool
}

extension TrapRecord {
  /// A fault is not performed; a trap is, and so is what met neither. Warn mode's #AC signals nothing: the operation runs
  /// again and is performed once. The PMU counts a bus lock an operation performed. Log lines are bounds: Linux reports #AC
  /// once a task and #DB at most once an operation, both rate-limited, and nothing in an open window.
  func ledger(_ kind: TrapAnswer.Kind) -> TrapLedger {
    var ledger = equation(kind)
    if differing > 0 {
      ledger.differences.append("\(differing) traps showed other signs than the first")
      ledger.isBalanced = false
    }
    if let reports {
      let ac = reports.count { $0.exception == .ac }
      let (mostAC, mostDB) = mostReports(kind)
      ledger.equation += "; log lines \(reports.count) ≤ \(mostAC + mostDB)"
      if ac > mostAC || reports.count - ac > mostDB {
        ledger.differences.append("more log lines than operations that can cause one")
        ledger.isBalanced = false
      }
    }
    if let busLocks, cell.context == .inProcess {
      let expected = cell.isLocked && cell.placement.isSplit ? performed : 0
      ledger.equation += "; bus locks counted \(busLocks) = \(expected)"
      if abs(busLocks - expected) > max(2, expected / 100) {
        ledger.differences.append("the PMU counted \(busLocks) bus locks where \(expected) were performed")
        ledger.isBalanced = false
      }
    }
    return ledger
  }

  private func equation(_ kind: TrapAnswer.Kind) -> TrapLedger {
    if cell.context == .child {
      return TrapLedger(
        equation: "issued \(issued) = exited \(issued - killed - timedOut) + killed \(killed)",
        differences: timedOut == 0 ? [] : ["\(timedOut) did not end and were stopped"],
        isBalanced: timedOut == 0)
    }
    if first?.isAfter == true {
      return TrapLedger(
        equation: "issued \(issued) = performed \(performed) ≥ trapped \(trapped)",
        differences: trapped < issued ? ["\(issued - trapped) met no detection"] : [],
        isBalanced: performed == issued && trapped <= performed)
    }
    if trapped > 0 {
      let met = "issued \(issued) = trapped \(trapped)"
      if performed == 0 {
        return TrapLedger(equation: met + ", performed 0", isBalanced: trapped == issued)
      }
      return TrapLedger(
        equation: met + " + performed \(performed)", differences: ["\(performed) met no detection"],
        isBalanced: trapped + performed == issued)
    }
    return TrapLedger(equation: "issued \(issued) = performed \(performed)", isBalanced: performed == issued)
  }

  /// Of #AC and of #DB. Where both are armed, one operation meets #AC, runs again, and meets #DB.
  private func mostReports(_ kind: TrapAnswer.Kind) -> (ac: Int, db: Int) {
    guard kind != .silent else { return (0, 0) }
    let tasks = cell.context == .child ? issued : 1
    return (ac: tasks, db: reports?.contains { $0.exception == .db } == true ? issued : 0)
  }
}
