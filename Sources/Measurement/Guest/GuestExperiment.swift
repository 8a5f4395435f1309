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
  public let clock = TscClock()
  let machine: MachineReport
  let files: FileTree
  private let launch: Launch
  let seed: UInt64
  /// Split locks of the child's last line.
  private var announced = 0
  /// In the order in which they were first seen.
  private(set) var order: [GuestCell] = []
  private(set) var findings: [GuestCell: [GuestFinding]] = [:]

  public convenience init(_ plan: GuestPlan, on bench: Bench) {
    self.init(plan, on: bench, files: .live) { try GuestChild.run($0, seconds: $1, line: $2) }
  }

  /// - Parameter launch: has a task done; a test's own tells what it likes.
  init(_ plan: GuestPlan, on bench: Bench, files: FileTree, launch: @escaping Launch) {
    (self.plan, seed, machine) = (plan, bench.seed, bench.machine)
    (self.files, self.launch) = (files, launch)
    course = ExperimentCourse(plan.share, at: clock.elapsed())
  }

  /// What each child may take beside the time of its rounds, in seconds: more where the plan has time for a slow machine.
  private var patience: Double { 5 + plan.share.wallLimit / 10 }

  public func run(progress: (Progress) -> Void, finishedRound: (GuestExperiment) throws -> Void) throws {
    guard try visit(plan.task(.look, seed: seed), progress, 0) == .exited(0), isUsable else { return }
    describe()
    try ask(progress, finishedRound)
    var creation = plan.task(.creation, seed: seed)
    creation.wallLimit = max(0, left)
    try visit(creation, progress, 0.9)
    try finishedRound(self)
  }

  /// What becomes of it, and where split locks are left alone, what they cost.
  private func ask(_ progress: (Progress) -> Void, _ finishedRound: (GuestExperiment) throws -> Void) throws {
    for (number, trial) in trials.enumerated() {
      try answer(trial, progress, 0.1 + 0.04 * Double(number))
    }
    try finishedRound(self)
    var registers = plan.task(.hostRegisters, seed: seed)
    registers.hasMemoryControl = machine.policy.trapsWithAC
    registers.isDelayed = [GuestTrial.plain(cpl: 3), .believes].contains { answered($0)?.takesLong == true }
    try visit(registers, progress, 0.3)
    guard end == .finished else { return }
    let asked = nativeCpls.isEmpty ? cpls : nativeCpls
    let answers = asked.compactMap { answered(.plain(cpl: $0)) }
    // Why one is not known has been said.
    guard answers.count == asked.count else { return }
    guard answers.allSatisfy(\.leavesAlone) else {
      let found = Set(answers.map(\.rawValue)).sorted().joined(separator: ", ")
      return skip("guest's cost, vCPUs and bystander", "split locks of a guest are answered here: \(found)")
    }
    for (visit, done) in [(GuestTask.Visit.cost, 0.4), (.vcpus, 0.6), (.bystander, 0.7)] {
      guard end != .interrupted else { return }
      try measure(visit, progress, done)
      try finishedRound(self)
    }
  }

  /// Of the wall time, in seconds.
  private var left: Double { course.secondsLeft(at: clock.elapsed()) }

  // MARK: Children

  private func measure(_ visit: GuestTask.Visit, _ progress: (Progress) -> Void, _ done: Double) throws {
    var task = plan.task(visit, seed: seed)
    task.cpls = nativeCpls
    task.untimedCpls = cpls.filter {
      !task.cpls.contains($0) && answered(.plain(cpl: $0))?.leavesAlone == true
    }
    task.hostIsFree = machine.policy.leavesAlone
    task.cost = costOfSplit ?? task.cost
    let isTimed = visit == .cost ? !nativeCpls.isEmpty : nativeCpls.contains(3)
    if visit == .bystander, task.others.isEmpty {
      return skip(task.name, "no CPU is allowed that does not share the core")
    }
    if visit == .bystander, !isTimed {
      return skip(task.name, "CPL 3 of a guest is not known to run natively here")
    }
    // What is not timed is done once, for its way and its counts.
    if !isTimed { task.rounds = 1 }
    let left = left
    guard left > 0 else {
      course.end = .wallLimit
      return skip(task.name, ExperimentEnd.outOfTime)
    }
    task.wallLimit = left / 2
    try self.visit(task, progress, done)
  }

  /// - Returns: how the child ended; nil if it was not begun.
  @discardableResult func visit(
    _ task: GuestTask, _ progress: (Progress) -> Void, _ done: Double
  ) throws -> GuestEnd? {
    course.heedInterrupt()
    // Where time ran out, guests still come and go, once.
    guard end != .interrupted else { return nil }
    progress(
      Progress(phase: "guest, \(task.visit.rawValue)", done: done, secondsLeft: left))
    // A child begins with a budget of its own, and knows of no burst before.
    sleepInterruptibly(seconds: course.budget.rest(at: clock.elapsed()))
    defer { book(task) }
    let ended = try launch(task, task.wallLimit + patience) { take($0, task) }
    course.heedInterrupt()
    if task.visit != .answer, end != .interrupted, let obstacle = ended.obstacle {
      skip(task.name, obstacle)
    }
    return ended
  }

  private func take(_ line: GuestLine, _ task: GuestTask) {
    book(task)
    if let finding = line.finding { note(finding) }
    announced = line.splitLocks ?? 0
    if let what = line.skipped { skip(what, line.reason ?? "no reason was given") }
  }

  /// What a child has told of may still be going on until it tells more, or ends.
  private func book(_ task: GuestTask) {
    course.budget.book(operations: announced, cost: task.cost, at: clock.elapsed())
    announced = 0
  }

  func note(_ finding: GuestFinding) {
    if findings[finding.cell] == nil { order.append(finding.cell) }
    findings[finding.cell, default: []].append(finding)
  }

  func skip(_ what: String, _ reason: String) { course.skip(what, reason) }

  // MARK: What the first child found

  /// Whether it told anything: where KVM is not usable, it told why.
  private var isUsable: Bool { !order.isEmpty }

  func found(_ part: GuestCell.Part, where isIt: (GuestCell) -> Bool = { _ in true })
    -> [GuestFinding]
  {
    order.filter { $0.part == part && isIt($0) }.flatMap { findings[$0]! }
  }
}
