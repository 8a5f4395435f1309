import CHost
import Machine
import Measurement
import Reporting
import SystemPackage

/// One run from the first folder made to the last file written.
struct RunSession {
  private let design: RunDesign
  private let output: RunOutput
  private let changer: MachineChanger?
  /// What the lock against other runs cannot do; nil where it keeps all away.
  private let lockWarning: RunWarning?

  init(
    _ design: RunDesign, output: RunOutput, changer: MachineChanger?, lockWarning: RunWarning?
  ) {
    self.design = design
    self.output = output
    self.changer = changer
    self.lockWarning = lockWarning
  }

  struct Outcome {
    var record: RunRecord
    var results: RunResults
    var folder: FilePath
    var end: ExperimentEnd
    /// What is not as it was before the run.
    var notRestored: [String] = []

    var summary: String { Summary(record: record, results: results).text + "\nresults: \(folder)\n" }

    func json(onOneLine: Bool) throws -> String {
      let document = RunDocument(record: record, results: results)
      return onOneLine ? try Json.line(document) : try Json.text(document)
    }
  }

  func run() throws -> Outcome {
    let machine = design.request.machine
    var record = RunRecord(
      toolVersion: SplitBench.version, run: "", label: output.label, startedUtc: UtcTime.iso(),
      parameters: .init(design.request, seed: design.seed, cells: design.overview.cells),
      machine: machine, skipped: design.skipped)
    let folder = try RunFolder.create(
      in: FilePath(output.out), named: design.folderName(label: output.label),
      experiments: design.request.experiments, relationSource: machine.relationSource)
    record.run = folder.run
    record.host = HostIdentity(machine, files: design.request.files, tellingName: output.hostName)
    if let lockWarning { record.note(lockWarning) }
    var recorder = Recorder(folder: folder, record: record, bar: ProgressBar(isQuiet: output.quiet))
    do {
      try recorder.save()
      try changer?.begin(isQuiet: output.quiet)
      return try measure(&recorder)
    } catch {
      recorder.bar.finish()
      let notRestored = (try? changer?.restore())?.notRestored ?? []
      for line in notRestored { complain("error: not as it was: \(line)") }
      if recorder.results.isEmpty {
        folder.discard()
      } else {
        recorder.record.note(notRestored: notRestored)
        recorder.record.note(planned: design.planned.map(\.id))
        recorder.record.fail(endedUtc: UtcTime.iso())
        // The error may be that nothing can be written.
        try? recorder.save()
      }
      throw error
    }
  }

  private func measure(_ recorder: inout Recorder) throws -> Outcome {
    var end = ExperimentEnd.finished
    let bench = Bench(machine: design.request.machine, seed: design.seed, control: changer?.control)
    for experiment in design.planned where end == .finished || end == .wallLimit {
      let ended = try experiment.run(on: bench, &recorder)
      // One that ran out of time must not be forgotten over one that did not.
      if ended != .finished { end = ended }
    }
    recorder.bar.finish()
    let (after, notRestored) =
      try changer?.restore()
      ?? (RunRecord.Settings(try MachineReport.ofThisMachine(files: design.request.files, watchMs: 0)), [])
    for line in notRestored { complain("error: not as it was: \(line)") }
    recorder.record.note(notRestored: notRestored)
    recorder.record.taint = changer?.tainting
    recorder.record.note(planned: design.planned.map(\.id))
    recorder.record.close(
      end: end.rawValue, complete: end == .finished || end == .wallLimit, endedUtc: UtcTime.iso(),
      after: after)
    try recorder.save()
    try recorder.folder.close()
    return Outcome(
      record: recorder.record, results: recorder.results, folder: recorder.folder.path, end: end,
      notRestored: notRestored)
  }
}

/// Without handlers an interrupted run could not keep its results.
struct InterruptFailure: Error, CustomStringConvertible {
  var description: String { "cannot heed signals: sigaction or pthread_sigmask failed" }
}
