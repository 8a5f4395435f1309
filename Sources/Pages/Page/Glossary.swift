import DetectionControl
import LockKernels
import Measurement

/// What ids mean, as `splitbench list` has it, of those that a part of the page uses.
enum Glossary {
  static func instructions(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(Instruction.allCases.map { ($0.rawValue, $0.summary) }, used)
  }
  static func placements(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(Placement.allCases.map { ($0.rawValue, $0.summary) }, used)
  }
  static func lineStates(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(LineState.allCases.map { ($0.rawValue, $0.summary) }, used)
  }
  static func victims(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(Victim.allCases.map { ($0.rawValue, $0.summary) }, used)
  }
  static func arrangements(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(ScalingCell.Arrangement.allCases.map { ($0.rawValue, $0.summary) }, used)
  }
  static func triggers(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(TrapCell.Trigger.allCases.map { ($0.rawValue, $0.summary) }, used)
  }
  static func settings(_ used: some Sequence<String>) -> [PageTable.Meaning] {
    meanings(Setting.Change.allCases.map { ($0.rawValue, $0.summary) }, used)
  }

  private static func meanings(
    _ known: [(id: String, meaning: String)], _ used: some Sequence<String>
  ) -> [PageTable.Meaning] {
    let used = Set(used)
    return known.filter { used.contains($0.id) }.map { PageTable.Meaning(name: $0.id, text: $0.meaning) }
  }
}
