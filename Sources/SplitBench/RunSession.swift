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
  private let files: FileTree
  /// Why no lock keeps other runs away; nil where one does.
  private let unlocked: String?

  init(
    _ design: RunDesign, output: RunOutput, changer: MachineChanger?, files: FileTree, unlocked: String?
  ) {
    self.design = design
    self.output = output
    self.changer = changer
    self.files = files
    self.unlocked = unlocked
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
    var record = RunRecord(
      toolVersion: SplitBench.version, run: "", label: output.label, startedUtc: UtcTime.iso(),
      parameters: .init(
        plan: design.plan, experiments: design.experiments, cpus: design.cpus, otherCpus: design.otherCpus,
        request: design.request, seed: design.seed, cells: design.cells.count, victims: design.victims,
        victimNode: design.victimNode, allPairs: design.allPairs),
      machine: design.machine, skipped: design.skipped)
    let folder = try RunFolder.create(
      in: FilePath(output.out), named: design.folderName(label: output.label),
      experiments: design.experiments, relationSource: record.relationSource)
    record.run = folder.run
    record.host = HostIdentity(design.machine, files: files, tellingName: output.hostName)
    if let unlocked { record.note(unlocked: unlocked) }
    var recorder = Recorder(folder: folder, record: record, bar: ProgressBar(isQuiet: output.quiet))
    do {
      try recorder.save()
      try changer?.begin()
      return try measure(&recorder)
    } catch {
      recorder.bar.finish()
      let notRestored = (try? changer?.restore())?.notRestored ?? []
      for line in notRestored { complain("error: not as it was: \(line)") }
      if recorder.results.isEmpty {
        folder.discard()
      } else {
        recorder.record.note(notRestored: notRestored)
        recorder.record.fail(endedUtc: UtcTime.iso())
        // The error may be that nothing can be written.
        try? recorder.save()
      }
      throw error
    }
  }

  private func measure(_ recorder: inout Recorder) throws -> Outcome {
    var end = ExperimentEnd.finished
    let ramps = SplitLockRamps(machine: design.machine)
    for experiment in design.experiments where end == .finished || end == .wallLimit {
      let ended = try run(experiment, ramps, &recorder)
      // One that ran out of time must not be forgotten over one that did not.
      if ended != .finished { end = ended }
    }
    recorder.bar.finish()
    let (after, notRestored) =
      try changer?.restore()
      ?? (RunRecord.Settings(try MachineReport.ofThisMachine(files: files, watchMs: 0)), [])
    for line in notRestored { complain("error: not as it was: \(line)") }
    recorder.record.note(notRestored: notRestored)
    recorder.record.taint = changer?.tainting
    recorder.record.close(
      end: end.rawValue, complete: end == .finished || end == .wallLimit, endedUtc: UtcTime.iso(),
      after: after)
    try recorder.save()
    try recorder.folder.close()
    return Outcome(
      record: recorder.record, results: recorder.results, folder: recorder.folder.path, end: end,
      notRestored: notRestored)
  }

  private func run(
    _ id: ExperimentId, _ ramps: SplitLockRamps, _ recorder: inout Recorder
  ) throws -> ExperimentEnd {
    let (machine, seed) = (design.machine, design.seed)
    switch id {
    case .cost:
      let experiment = CostExperiment(
        plan: design.costPlan, cells: design.cells, planner: design.planner, seed: seed, machine: machine,
        otherCpus: Dictionary(uniqueKeysWithValues: design.otherCpus.map { ($0.cpu, $0.otherCpu) }))
      try experiment.run(&recorder)
      try recorder.take(experiment)
      return experiment.end
    case .pingpong:
      guard let plan = design.pingpong else { return .finished }
      return try run(
        PingPongExperiment(plan: plan, seed: seed, machine: machine, ramps: ramps, clock: TscClock()),
        &recorder)
    case .bystander:
      guard let plan = design.bystander else { return .finished }
      let experiment = BystanderExperiment(
        plan: plan, seed: seed, machine: machine, ramps: ramps, clock: TscClock(),
        victimNode: design.victimNode)
      try experiment.run(
        progress: { recorder.advanced($0) },
        finishedRound: { experiment, slices in
          try recorder.folder.append(slices)
          try recorder.take(experiment, unlessRecent: true)
        })
      try recorder.take(experiment)
      return experiment.end
    case .scaling:
      guard let plan = design.scaling else { return .finished }
      return try run(
        ScalingExperiment(plan: plan, seed: seed, machine: machine, ramps: ramps, clock: TscClock()),
        &recorder)
    case .trap:
      guard let plan = design.trap else { return .finished }
      let experiment = TrapExperiment(plan: plan, machine: machine, clock: TscClock())
      try experiment.run { recorder.advanced($0) }
      try recorder.take(experiment)
      return experiment.end
    case .guest:
      guard let plan = design.guest else { return .finished }
      return try run(
        GuestExperiment(plan: plan, seed: seed, machine: machine, clock: TscClock()), &recorder)
    case .settings:
      guard let changer, let plan = design.control.settings else { return .finished }
      return try run(
        SettingsExperiment(
          plan: plan, seed: seed, machine: machine, control: changer.control, clock: TscClock()), &recorder)
    case .hotplug:
      guard let changer, let plan = design.control.hotplug else { return .finished }
      return try run(
        HotplugExperiment(plan: plan, machine: machine, control: changer.control, clock: TscClock()),
        &recorder)
    case .leak:
      guard let changer, let plan = design.control.leak else { return .finished }
      return try run(
        LeakExperiment(
          plan: plan, seed: seed, machine: machine, control: changer.control, clock: TscClock()), &recorder)
    case .toggle:
      guard let changer, let plan = design.control.toggle else { return .finished }
      return try run(
        ToggleExperiment(
          plan: plan, seed: seed, machine: machine, control: changer.control, clock: TscClock()), &recorder)
    case .scope:
      guard let changer else { return .finished }
      let share = design.plan.share(of: .scope, among: design.experiments)
      let plan = ScopePlan(
        topology: machine.topology, bits: changer.scopeBits,
        wallLimit: share.wallLimit)
      let experiment = ScopeExperiment(
        plan: plan, machine: machine, control: changer.control, budget: share.budget, clock: TscClock())
      try experiment.run { recorder.advanced($0) }
      try recorder.take(experiment)
      return experiment.end
    }
  }

  /// One that reports round by round.
  private func run<Experiment: ReportedExperiment & RoundedExperiment>(
    _ experiment: Experiment, _ recorder: inout Recorder
  ) throws -> ExperimentEnd {
    try experiment.run(
      progress: { recorder.advanced($0) }, finishedRound: { try recorder.take($0, unlessRecent: true) })
    try recorder.take(experiment)
    return experiment.end
  }
}

/// Without handlers an interrupted run could not keep its results.
struct InterruptFailure: Error, CustomStringConvertible {
  var description: String { "cannot install signal handlers: sigaction failed" }
}
