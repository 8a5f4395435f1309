import Reporting

/// The few figures that stand for a run, or for a group of them.
struct HeadlineFigures {
  private let costs: [HeadlineCost]
  private let worst: [BystanderEntry]
  private let group: RunGroup

  init(_ group: RunGroup) {
    self.group = group
    costs = group.runs.compactMap(HeadlineCost.init)
    worst = group.runs.compactMap(OneBystander.worst)
  }

  /// Of one run without its interval, which says nothing of others.
  private func ranged(_ values: [Double]) -> Ranged? { Ranged(of: values.map { Ranged(value: $0) }) }

  var split: Ranged? { ranged(costs.map(\.split.median!.value)) }
  var ratio: Ranged? { ranged(costs.compactMap { $0.split.ratio?.value }) }

  /// The slow-down of the bystander that suffers most, with its name.
  var bystander: String? {
    ranged(worst.map { $0.slowdown!.value }).map {
      "\($0.text(.factor)) (\(worst.map(\.victim).distinct.joined(separator: ", ")))"
    }
  }

  /// Split locks a second that leave every bystander within 1 %: the strictest of the runs.
  var limit: String? {
    DoseLimits(group.runs.flatMap { $0.record.doseCurves ?? [] }).strictest(0.01)?.rate
  }

  /// What becomes of a program that split-locks.
  var fate: String? {
    let fates = group.runs.compactMap(TrapSection.fate).distinct
    return fates.isEmpty ? nil : fates.joined(separator: "; in other runs it ")
  }

  /// Nil where none of this was measured.
  var sentence: String? {
    let cost = split.map { split in
      "a split \(Words.list(costs.map(\.split.kernel).distinct)) takes \(split.text(.nanoseconds))"
        + (ratio.map { ", \($0.text(.factor)) as long as an aligned one" } ?? "")
    }
    let said = [
      cost, bystander.map { "the slowest bystander takes \($0) as long" },
      limit.map { "split locks at \($0) leave every bystander with a dose curve within 1 %" },
      fate.map { "a program that split-locks \($0)" },
    ].compactMap { $0 }
    return said.isEmpty ? nil : "\(group.label): \(said.joined(separator: "; "))"
  }
}
