import Comparison

/// What a reader must know before the numbers.
enum ComparisonNotes {
  /// - Parameter ofKinds: whether sides stand for all machines like theirs.
  static func all(_ sides: [Side], _ matched: MatchedCells, ofKinds: Bool) -> [String] {
    var notes: [String] = []
    if matched.heldAgainstPerformance {
      notes.append("cores of one kind are held against the other machine's performance cores")
    }
    notes += machines(sides, ofKinds: ofKinds)
    for side in sides.dropFirst() { notes += order(sides[0], side) + basis(sides[0], side) }
    return notes
  }

  /// Where a side has several machines they are what is repeated.
  private static func machines(_ sides: [Side], ofKinds: Bool) -> [String] {
    let several = sides.filter { $0.machineCount > 1 }
    guard ofKinds || !several.isEmpty else { return [] }
    let counts = several.map { "\($0.machineCount) in \($0.letter)" }.joined(separator: ", ")
    let counted =
      "of several machines (\(counts)) each counts once, by the mean of its runs, and what is said of the number of runs is meant of machines"
    return (several.isEmpty ? [] : [counted])
      + sides.filter { $0.machineCount == 1 }.map {
        "\($0.letter) is one machine, and what is said of it is not said of its kind: others may differ by more than its runs do"
      }
  }

  /// Runs of one machine, first all of one side and then all of the other: drift looks like a difference.
  private static func order(_ first: Side, _ second: Side) -> [String] {
    guard first.machine.processor == second.machine.processor, min(first.units.count, second.units.count) > 1
    else {
      return []
    }
    let (a, b) = (first.runs.map(\.record.startedUtc), second.runs.map(\.record.startedUtc))
    guard a.max()! < b.min()! || b.max()! < a.min()! else { return [] }
    let (early, late) = a.max()! < b.min()! ? (first, second) : (second, first)
    return [
      "all runs of \(early.letter) came before those of \(late.letter): if this is one machine, what changed with time counts as a difference; take turns"
    ]
  }

  private static func basis(_ first: Side, _ second: Side) -> [String] {
    switch SidePair.Basis(first.units.count, second.units.count) {
    case .runs: []
    case .rounds:
      [
        "\(first.letter) and \(second.letter) are one run each: the most that can be said is that these runs differ. Their rounds resemble each other, and cannot see what differs between runs of one machine; for a verdict on machines measure \(Rules.fewestRuns) a side or more: splitbench run --repeat 5 --pause 60"
      ]
    case .nothing(let fewest):
      [
        "\(first.letter) has \(first.units.count) \(first.unitsName) and \(second.letter) \(second.units.count) \(second.unitsName): nothing is decided from \(fewest); \(Rules.fewestRuns) a side are the fewest: splitbench run --repeat \(Rules.fewestRuns) --pause 60"
      ]
    }
  }
}
