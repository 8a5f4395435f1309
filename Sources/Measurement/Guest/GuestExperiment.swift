import CHost
import Guest
import Machine

/// The experiment `guest`: what split locks cost and meet in a guest, and what KVM lets a guest do about them.
///
/// The second half of the mail of 16 October 2019: who owns the register, what becomes of a guest whose host detects split locks, and
/// the counter for each guest. This process never opens /dev/kvm: children of ours own the guests.
public final class GuestExperiment: CoursedExperiment {
  public typealias Launch = (_ task: GuestTask, _ seconds: Double, _ line: (GuestLine) -> Void) throws ->
    GuestEnd

  public let plan: GuestPlan
  public private(set) var course: ExperimentCourse
  public let clock: TscClock
  private let machine: MachineReport
  private let files: FileTree
  private let launch: Launch
  private let seed: UInt64
  private let start: Double
  /// In the order in which they were first seen.
  private var order: [GuestCell] = []
  private var findings: [GuestCell: [GuestFinding]] = [:]

  /// - Parameter launch: has a task done; a test's own tells what it likes.
  public convenience init(plan: GuestPlan, seed: UInt64, machine: MachineReport, clock: TscClock) {
    self.init(plan: plan, seed: seed, machine: machine, files: .live, clock: clock) {
      try GuestChild.run($0, seconds: $1, line: $2)
    }
  }

  init(
    plan: GuestPlan, seed: UInt64, machine: MachineReport, files: FileTree, clock: TscClock,
    launch: @escaping Launch
  ) {
    (self.plan, self.seed, self.machine, self.files, self.clock) = (plan, seed, machine, files, clock)
    self.launch = launch
    course = ExperimentCourse(budget: plan.budget)
    start = clock.elapsed()
  }

  /// What each child may take beside the time of its rounds, in seconds: more where the plan has time for a slow machine.
  private var patience: Double { 5 + plan.wallLimit / 10 }

  public func run(progress: (Progress) -> Void, finishedRound: (GuestExperiment) throws -> Void) throws {
    guard try visit(plan.task(.look, seed: seed), progress, 0) == .exited(0), isUsable else { return }
    describe()
    for (number, trial) in trials.enumerated() {
      try answer(trial, progress, 0.1 + 0.05 * Double(number))
    }
    try finishedRound(self)
    var registers = plan.task(.hostRegisters, seed: seed)
    registers.hasMemoryControl = machine.policy.trapsWithAC
    try visit(registers, progress, 0.3)
    guard end == .finished, !nativeCpls.isEmpty else { return }
    let answers = nativeCpls.compactMap { answered(.plain(cpl: $0)) }
    // Why one is not known has been said.
    guard answers.count == nativeCpls.count else { return }
    guard answers.allSatisfy(\.leavesAlone) else {
      let found = Set(answers.map(\.rawValue)).sorted().joined(separator: ", ")
      return skip("guest's cost, vCPUs and bystander", "split locks of a guest are answered here: \(found)")
    }
    for (visit, done) in [(GuestTask.Visit.cost, 0.4), (.vcpus, 0.6), (.bystander, 0.7)] {
      guard end == .finished else { return }
      try measure(visit, progress, done)
      try finishedRound(self)
    }
  }

  // MARK: Children

  private func measure(_ visit: GuestTask.Visit, _ progress: (Progress) -> Void, _ done: Double) throws {
    var task = plan.task(visit, seed: seed)
    (task.cpls, task.hostIsFree) = (nativeCpls, machine.policy.leavesAlone)
    task.cost = costOfSplit ?? task.cost
    if visit == .bystander, task.others.isEmpty {
      return skip("guest's bystander", "no CPU is allowed that does not share the core")
    }
    if visit != .cost, !nativeCpls.contains(3) {
      return skip("guest's \(visit.rawValue)", "CPL 3 of a guest is interpreted here")
    }
    let left = plan.wallLimit - (clock.elapsed() - start)
    guard left > 0 else {
      course.end = .wallLimit
      return
    }
    // The bystander takes what the others leave.
    task.wallLimit = visit == .bystander ? left : left / 2
    try self.visit(task, progress, done)
  }

  /// - Returns: how the child ended; nil if it was not begun.
  @discardableResult private func visit(
    _ task: GuestTask, _ progress: (Progress) -> Void, _ done: Double
  ) throws -> GuestEnd? {
    course.heedInterrupt()
    guard end == .finished else { return nil }
    progress(
      Progress(
        phase: "guest, \(task.visit.rawValue)", done: done,
        secondsLeft: plan.wallLimit - (clock.elapsed() - start)))
    let ended = try launch(task, task.wallLimit + patience) { take($0, task) }
    course.heedInterrupt()
    if task.visit != .answer, end == .finished, let obstacle = ended.obstacle {
      skip("guest's \(task.visit.rawValue)", obstacle)
    }
    return ended
  }

  private func take(_ line: GuestLine, _ task: GuestTask) {
    if let finding = line.finding { note(finding) }
    if let count = line.splitLocks {
      course.budget.book(operations: count, cost: task.cost, at: clock.elapsed())
    }
    if let what = line.skipped { skip(what, line.reason ?? "no reason was given") }
  }

  private func note(_ finding: GuestFinding) {
    if findings[finding.cell] == nil { order.append(finding.cell) }
    findings[finding.cell, default: []].append(finding)
  }

  private func skip(_ what: String, _ reason: String) {
    if !skipped.contains(where: { $0 == (what, reason) }) { course.skip(what, reason) }
  }

  // MARK: What the first child found

  /// Whether it told anything: where KVM is not usable, it told why.
  private var isUsable: Bool { !order.isEmpty }

  private func found(_ part: GuestCell.Part, where isIt: (GuestCell) -> Bool = { _ in true })
    -> [GuestFinding]
  {
    order.filter { $0.part == part && isIt($0) }.flatMap { findings[$0]! }
  }

  /// CPLs whose code a CPU runs.
  var nativeCpls: [Int] { found(.loop).filter { $0.found == "native" }.compactMap(\.cell.cpl) }
  var interpretedCpls: [Int] { found(.loop).filter { $0.found == "interpreted" }.compactMap(\.cell.cpl) }

  /// What the guest sits on.
  public enum Virtualisation: String, Sendable { case hardware, nested, interpreting }

  var virtualisation: Virtualisation {
    !interpretedCpls.isEmpty ? .interpreting : machine.processor.hypervisor != nil ? .nested : .hardware
  }

  private func describe() {
    note(GuestFinding(GuestCell(.kvm, "virtualisation"), found: virtualisation.rawValue))
    let modules = ["kvm_intel", "kvm_amd", "kvm_pvm"].filter { files.exists("/sys/module/\($0)") }
    if !modules.isEmpty {
      note(GuestFinding(GuestCell(.kvm, "module"), found: modules.joined(separator: ", ")))
    }
    let policy = machine.policy
    let mitigation = policy.mitigates.map { ", split_lock_mitigate \($0 ? 1 : 0)" } ?? ""
    note(
      GuestFinding(
        GuestCell(.kvm, "host-mode", place: .host), found: policy.mode.rawValue + mitigation))
    // Stands for the cost that is not told.
    for cpl in interpretedCpls {
      note(
        GuestFinding(
          GuestCell(.cost, "line-split", .nanoseconds, cpl: cpl, cpu: plan.cpu), found: "interpreted"))
    }
  }

  // MARK: Answers

  private var trials: [GuestTrial] {
    let offersMsrs = found(.kvm) { $0.quantity == "user-space-msrs" }.contains { $0.found == "offered" }
    let offersTrap = found(.cpuid) {
      $0.quantity == GuestCpuid.Bit.busLockDetect.rawValue && $0.condition == "by-kvm"
    }.contains { $0.found == "offered" }
    return [.plain(cpl: 3), .plain(cpl: 0)] + (offersMsrs ? [.believes] : []) + (offersTrap ? [.arms] : [])
  }

  private func answer(_ trial: GuestTrial, _ progress: (Progress) -> Void, _ done: Double) throws {
    guard Double(GuestWorker.answerOperations) * DoseResponse.assumedSeconds <= budget.left else {
      return skip("guest's answer", ExperimentEnd.outOfBudget)
    }
    guard let end = try visit(plan.task(.answer, seed: seed, trial: trial), progress, done) else { return }
    // What kills the child it could not tell.
    let told = answered(trial)
    if let answer = GuestAnswer(told: told, end: end) {
      if told == nil { note(GuestFinding(cell(trial), found: answer.rawValue)) }
    } else if self.end == .finished {
      skip("guest's answer", end.obstacle ?? "the guest's process told nothing")
    }
  }

  private func cell(_ trial: GuestTrial) -> GuestCell {
    GuestCell(
      .answer, GuestWorker.answerQuantity, condition: trial.condition, cpl: trial.cpl, cpu: plan.cpu)
  }

  func answered(_ trial: GuestTrial) -> GuestAnswer? {
    findings[cell(trial)]?.last?.found.flatMap(GuestAnswer.init)
  }

  /// Seconds, in the guest where that is native, else on the host.
  private var costOfSplit: Double? {
    let cell = order.filter { $0.part == .cost && $0.quantity == "line-split" && $0.unit == .nanoseconds }
      .first { $0.condition == "exits-off" && $0.cpl == 3 }
    return cell.flatMap { GuestRow($0, findings[$0]!).value }.map { $0 / 1e9 }
  }

  // MARK: Rows

  public func rows() -> [GuestRow] {
    GuestCell.Part.allCases.flatMap { part in
      order.filter { $0.part == part }.map { GuestRow($0, findings[$0]!) }
    }
  }

  public var warnings: [RunWarning] {
    guard !interpretedCpls.isEmpty else { return [] }
    let cpls = interpretedCpls.map(String.init).joined(separator: " and ")
    return [
      RunWarning(
        "guest-interpreted",
        "KVM interprets a guest's code at CPL \(cpls): what it takes there is no cost of silicon, and is not told",
        "run on hardware, or where the host allows nested guests")
    ]
  }
}
