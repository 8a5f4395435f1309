import CHost
import Machine
import Measurement
import Reporting
import SystemPackage

/// One run from the first folder made to the last file written.
struct RunSession {
  private let design: RunDesign
  private let output: RunOutput

  init(_ design: RunDesign, output: RunOutput) {
    self.design = design
    self.output = output
  }

  struct Outcome {
    var record: RunRecord
    var rows: [CostRow]
    var folder: FilePath
    var end: CostExperiment.End

    var summary: String { Summary(record: record, rows: rows).text + "\nresults: \(folder)\n" }

    func json() throws -> String { try Json.text(RunDocument(record: record, rows: rows)) }
  }

  func run() throws -> Outcome {
    guard chost_interrupts_install() == 0 else { throw InterruptFailure() }
    defer { chost_interrupts_remove() }
    let folder = try RunFolder.create(
      in: FilePath(output.out), named: design.folderName(label: output.label))
    let record = RunRecord(
      toolVersion: SplitBench.version, run: folder.run, label: output.label,
      startedUtc: UtcTime.iso(),
      parameters: .init(
        plan: design.plan, cpus: design.cpus, otherCpus: design.otherCpus, request: design.request,
        seed: design.seed, cells: design.cells.count),
      machine: design.machine, skipped: design.skipped)
    var recorder = Recorder(folder: folder, record: record, bar: ProgressBar(isQuiet: output.quiet))
    do {
      try recorder.save([])
      return try measure(&recorder)
    } catch {
      recorder.bar.finish()
      if recorder.rows.isEmpty { folder.discard() }
      throw error
    }
  }

  private func measure(_ recorder: inout Recorder) throws -> Outcome {
    let experiment = CostExperiment(
      plan: design.plan, cells: design.cells, planner: design.planner, seed: design.seed,
      machine: design.machine,
      otherCpus: Dictionary(
        uniqueKeysWithValues: design.otherCpus.map { ($0.cpu, $0.otherCpu) }))
    try experiment.run(&recorder)
    recorder.bar.finish()
    let after = try MachineReport.ofThisMachine(watchMs: 0)
    recorder.record.update(from: experiment)
    recorder.record.close(
      end: experiment.end.rawValue, complete: [.finished, .wallLimit].contains(experiment.end),
      endedUtc: UtcTime.iso(),
      after: .init(after))
    try recorder.save(experiment.rows())
    try recorder.folder.close()
    return Outcome(
      record: recorder.record, rows: recorder.rows, folder: recorder.folder.path,
      end: experiment.end)
  }
}

/// Puts every round's samples on disk as it ends, the summary at most once a second, and the bar on the screen in between.
private struct Recorder: CostObserver {
  var folder: RunFolder
  var record: RunRecord
  var bar: ProgressBar
  private(set) var rows: [CostRow] = []
  private var lastSave = 0.0
  private let start = chost_monotonic_raw_ns()
  /// Seconds since the recorder was made.
  private var elapsed: Double { Double(chost_monotonic_raw_ns() - start) / 1e9 }

  init(folder: RunFolder, record: RunRecord, bar: ProgressBar) {
    self.folder = folder
    self.record = record
    self.bar = bar
  }

  mutating func finishedRound(
    _ experiment: CostExperiment, groups: [(cell: Int, group: Group)]
  ) throws {
    try folder.append(groups)
    // Rounds of a few cells take a millisecond: to sum up after each would take longer than to measure.
    guard rows.isEmpty || elapsed - lastSave >= 1 else { return }
    record.update(from: experiment)
    try save(experiment.rows())
  }

  mutating func advanced(_ progress: CostProgress) {
    bar.show(progress, at: elapsed)
  }

  mutating func save(_ rows: [CostRow]) throws {
    try folder.write(record, rows: rows)
    self.rows = rows
    lastSave = elapsed
  }
}

/// Without handlers an interrupted run could not keep its results.
struct InterruptFailure: Error, CustomStringConvertible {
  var description: String { "cannot install signal handlers: sigaction failed" }
}
