import ArgumentParser
import DetectionControl
import LockKernels
import Machine
import Measurement
import Reporting

extension SplitBench {
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List instructions, placements, experiments, victims and all else that has a stable id.")

    @Flag(help: "Print JSON.")
    var json = false

    func run() throws {
      try exitingCleanly {
        let catalogue = Catalogue()
        try emit(json ? try Json.text(catalogue) : catalogue.text)
      }
    }
  }
}

/// Everything that has an id.
private struct Catalogue: Encodable {
  struct Entry: Encodable {
    var id: String
    var meaning: String
  }
  struct ExperimentEntry: Encodable {
    var id: String
    var meaning: String
    var changesMachine: Bool
  }
  struct InstructionEntry: Encodable {
    var id: String
    var widthsBytes: [Int]
    var lockedForm: Bool
    var plainForm: Bool
    var meaning: String
  }

  let instructions = Instruction.allCases.map {
    InstructionEntry(
      id: $0.rawValue, widthsBytes: $0.widths, lockedForm: $0.hasLockedForm,
      plainForm: $0.hasPlainForm, meaning: $0.summary)
  }
  let placements = Placement.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let lineStates = LineState.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let experiments = ExperimentId.allCases.map {
    ExperimentEntry(id: $0.rawValue, meaning: $0.question, changesMachine: $0.changesMachine)
  }
  let victims = Victim.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let aggressors = Aggressor.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let arrangements = ScalingCell.Arrangement.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let triggers = TrapCell.Trigger.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let settings =
    [Entry(id: Setting.asFound.id, meaning: "the machine as it is")]
    + Setting.Change.allCases.map { Entry(id: $0.rawValue, meaning: $0.summary) }
  let kernelCount = Kernel.all.count
  /// The files of result folders; for programs, since they are long.
  let tables = RunResults.tables

  var text: String {
    var table = TextTable(columns: ["instruction", "widths", "locked", "plain", "what it does"])
    table.rows = instructions.map {
      [
        $0.id, $0.widthsBytes.map(String.init).joined(separator: ","), $0.lockedForm ? "yes" : "no",
        $0.plainForm ? "yes" : "no", $0.meaning,
      ]
    }
    let lists = [
      ("placement", placements), ("line state", lineStates),
      ("experiment", experiments.map { Entry(id: $0.id, meaning: $0.meaning) }),
      ("victim", victims), ("aggressor", aggressors), ("arrangement", arrangements), ("trigger", triggers),
      ("setting", settings),
    ]
    let others = lists.map { title, entries in
      var table = TextTable(columns: [title, "meaning"])
      table.rows = entries.map { [$0.id, $0.meaning] }
      return table.leftAligned
    }
    return ([table.leftAligned] + others).joined(separator: "\n") + "\n\(kernelCount) kernels\n"
  }
}
