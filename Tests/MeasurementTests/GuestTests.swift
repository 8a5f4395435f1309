import CHost
import Glibc
import Machine
import Testing

@testable import Guest
@testable import Measurement

/// Single split locks of a guest, as KVM would have them end.
enum ScriptedGuest {
  static func report(
    _ end: GuestTrip.End = .ready, fault: GuestFault? = nil, nanoseconds: UInt64 = 80_000,
    slept: Bool = false,
    counted: UInt64? = nil
  ) -> GuestReport {
    var trip = GuestTrip()
    (trip.end, trip.nanoseconds, trip.slept) = (end, nanoseconds, slept)
    return GuestReport(
      trip: trip, values: [0, 0, 0, 0], fault: fault, counted: counted ?? (fault == nil ? 1 : 0))
  }

  /// The first of them took long, without a sleep that this Linux knows of.
  static func reports(held: Int, of count: Int) -> [GuestReport] {
    (0..<count).map { report(nanoseconds: $0 < held ? 10_400_000 : 80_000) }
  }

  static func fault(_ vector: Int, dr6: UInt64 = 0xFFFF_0FF0, side: GuestFault.Side = .at) -> GuestFault {
    GuestFault(vector: vector, errorCode: 0, side: side, cpl: 3, dr6: dr6)
  }
}

@Suite struct GuestAnswerTests {
  private static let answers: [(reports: [GuestReport], answer: GuestAnswer)] = [
    ([ScriptedGuest.report(), ScriptedGuest.report()], .silent),
    // A slow host is no answer; nor is a short sleep, such as a page fault's.
    (ScriptedGuest.reports(held: 1, of: 11), .silent), (ScriptedGuest.reports(held: 5, of: 11), .silent),
    ([ScriptedGuest.report(slept: true)], .silent),
    // Of a nested KVM, whose host's Linux has the sleep.
    (ScriptedGuest.reports(held: 6, of: 11), .heldUp), (ScriptedGuest.reports(held: 11, of: 11), .heldUp),
    // split_lock_warn on the vCPU's thread.
    ([ScriptedGuest.report(), ScriptedGuest.report(nanoseconds: 10_400_000, slept: true)], .delayed),
    // Reflected: the guest has CR0.AM and EFLAGS.AC, or the host no detection.
    ([ScriptedGuest.report(fault: ScriptedGuest.fault(17))], .alignmentCheck),
    // DR6 bit 11 clear: the guest's own bus-lock detection. Set: another #DB.
    ([ScriptedGuest.report(fault: ScriptedGuest.fault(1, dr6: 0xFFFF_07F0, side: .after))], .debugTrap),
    ([ScriptedGuest.report(fault: ScriptedGuest.fault(1))], .other),
    // Fatal, or a host without detection by policy: KVM_EXIT_EXCEPTION beside the signal.
    ([ScriptedGuest.report(.stopped(.exception(vector: 17, errorCode: 0)))], .given),
    ([ScriptedGuest.report(.stopped(.exception(vector: 1, errorCode: 0)))], .other),
    ([ScriptedGuest.report(.stopped(.internalError(suberror: 1)))], .other),
    ([ScriptedGuest.report(.stopped(.shutdown))], .other),
    // It came back, and its operation is not in its memory.
    ([ScriptedGuest.report(), ScriptedGuest.report(counted: 0)], .other),
    ([ScriptedGuest.report(), ScriptedGuest.report(.deadline)], .hung),
  ]

  @Test(arguments: answers.indices)
  func isToldFromWhatTheVmmSaw(index: Int) {
    #expect(GuestAnswer(Self.answers[index].reports) == Self.answers[index].answer)
  }

  @Test(arguments: [
    (ScriptedGuest.report(.stopped(.shutdown)), "other: a triple fault"),
    (ScriptedGuest.report(.stopped(.internalError(suberror: 1))), "other: an internal error of KVM, 1"),
    (ScriptedGuest.report(fault: ScriptedGuest.fault(13)), "other: #GP"),
    (ScriptedGuest.report(counted: 0), "other: 0 of 1 operations performed"),
    (ScriptedGuest.report(.stopped(.exception(vector: 17, errorCode: 0))), "given to the VMM"),
    (ScriptedGuest.report(), "silent"),
    (ScriptedGuest.report(nanoseconds: 10_400_000), "held up, not by this Linux"),
  ])
  func isReadBackFromItsWords(report: GuestReport, words: String) {
    let answer = GuestAnswer([report])
    #expect(answer.inWords([report]) == words)
    #expect(GuestAnswer(inWords: words) == answer)
    #expect(GuestAnswer(inWords: "otherwise") == nil && GuestAnswer(inWords: "silent: #GP") == nil)
  }

  /// warn with split_lock_mitigate 0: the guest meets nothing, and Linux logs the first of a task, if it may.
  @Test func aLineInTheLogIsAnAnswer() {
    let silent = [ScriptedGuest.report(), ScriptedGuest.report()]
    #expect(GuestAnswer(silent, log: .told) == .logged)
    #expect(GuestAnswer(silent, log: .silent) == .unknown)
    let delayed = [ScriptedGuest.report(nanoseconds: 10_400_000, slept: true)]
    #expect(GuestAnswer(delayed, log: .told) == .delayed)
    for answer in [GuestAnswer.logged, .unknown, .delayed, .heldUp] { #expect(!answer.leavesAlone) }
    #expect(GuestAnswer.delayed.takesLong && GuestAnswer.heldUp.takesLong && !GuestAnswer.logged.takesLong)
  }

  /// A Linux below this one, in warn: 10 ms each, behind which detection is off for two ticks and the rest of one.
  @Test(arguments: [100.0, 250, 1000])
  func aDelayBelowThisLinuxIsNotMissedInItsOpenWindow(hertz: Double) throws {
    // In the window of another guest's.
    var (now, opened) = (0.0, 0.0)
    func pause(_ seconds: Double) { now += seconds }
    let reports = GuestWorker.singles(pause: pause) {
      let isFree = now < opened + 3 / hertz
      now += isFree ? 80e-6 : 0.0104
      if !isFree { opened = now }
      return ScriptedGuest.report(nanoseconds: isFree ? 80_000 : 10_400_000)
    }
    #expect(reports.count == GuestWorker.answerOperations && GuestAnswer(reports) == .heldUp)
  }

  @Test func singlesEndWithOneThatWasNotPerformed() {
    var left = [ScriptedGuest.report(), ScriptedGuest.report(.deadline), ScriptedGuest.report()][...]
    let reports = GuestWorker.singles(pause: { _ in }, operation: { left.removeFirst() })
    #expect(reports.count == 2 && GuestAnswer(reports) == .hung)
  }

  private static let ends: [(told: GuestAnswer?, end: GuestEnd, answer: GuestAnswer?)] = [
    (.silent, .exited(0), .silent), (nil, .exited(0), nil), (nil, .unkillable, .hung),
    (nil, .signalled(SIGBUS), .sigbus), (.silent, .signalled(SIGBUS), .sigbus),
    (nil, .signalled(SIGKILL), nil),
    (nil, .hung, .hung), (nil, .exited(1), nil), (nil, .interrupted, nil),
  ]

  @Test(arguments: ends.indices)
  func ofAChildIsToldFromItsEnd(index: Int) {
    let (told, end, answer) = Self.ends[index]
    #expect(GuestAnswer(told: told, end: end) == answer)
  }
}

@Suite struct GuestChildTests {
  /// A program in the place of our own binary.
  private func run(_ script: String, seconds: Double = 20) throws -> (end: GuestEnd, lines: [GuestLine]) {
    let path = "/tmp/splitbench-guest-child-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    let file = try #require(fopen(path, "wx"))
    fputs("#!/bin/sh\n" + script, file)
    fclose(file)
    chmod(path, 0o700)
    defer { unlink(path) }
    var lines: [GuestLine] = []
    let end = try GuestChild.run(GuestTask(.look, cpu: 0), binary: path, seconds: seconds) {
      lines.append($0)
    }
    return (end, lines)
  }

  private static let line = GuestLine(
    finding: GuestFinding(GuestCell(.loop, "register-add", .cycles, cpl: 3), 1.5, found: "native"))

  @Test func linesComeThroughAndOthersAreLeftOut() throws {
    let text = try Self.line.text().replacing("\n", with: "")
    let found = try run("echo '\(text)'; echo nonsense; echo '\(text)'; printf '{\"finding\"'")
    #expect(found.end == .exited(0))
    #expect(found.lines == [Self.line, Self.line])
  }

  @Test(arguments: [
    ("exit 3", GuestEnd.exited(3)), ("kill -BUS $$", .signalled(SIGBUS)),
    ("kill -KILL $$", .signalled(SIGKILL)),
  ])
  func itsEndIsTold(script: String, end: GuestEnd) throws { #expect(try run(script).end == end) }

  @Test func aHungOneIsKilledAndLeavesNoProcess() throws {
    // The sleep keeps the pipe open, and is the script's own process.
    #expect(try run("exec sleep 600", seconds: 0.2).end == .hung)
    #expect(waitpid(-1, nil, WNOHANG) < 0)
  }

  /// It has told all and closed its end, and does not end.
  @Test func aMuteOneThatDoesNotEndIsKilled() throws {
    #expect(try run("exec >&-; exec sleep 600", seconds: 0.3).end == .hung)
    #expect(waitpid(-1, nil, WNOHANG) < 0)
  }

  @Test func childrenLeaveNothingBehind() throws {
    let scripts = ["exit 0", "exit 3", "kill -BUS $$", "exec >&-; exec sleep 600", "exec sleep 600"]
    func once(_ number: Int) throws { _ = try run(scripts[number % scripts.count], seconds: 0.05) }
    for number in scripts.indices { try once(number) }
    let before = try #require(Possessions())
    for number in 0..<100 { try once(number) }
    #expect(throws: GuestChildFailure.self) {
      try GuestChild.run(GuestTask(.look, cpu: 0), binary: "/no/such", seconds: 1) { _ in }
    }
    #expect(try #require(Possessions()).excess(over: before).isEmpty)
    #expect(waitpid(-1, nil, WNOHANG) < 0)
  }

  /// What a program that somebody else starts meanwhile must not have.
  @Test func aPipeIsClosedOnExec() {
    var ends: [Int32] = [-1, -1]
    #expect(chost_pipe(&ends) == 0)
    for end in ends {
      #expect(fcntl(end, F_GETFD) & FD_CLOEXEC != 0)
      close(end)
    }
  }

  @Test func whatIsNotThereCannotBeStarted() {
    #expect(throws: GuestChildFailure.self) {
      try GuestChild.run(GuestTask(.look, cpu: 0), binary: "/no/such", seconds: 1) { _ in }
    }
  }

  /// Split locks come first where they may be answered by a signal.
  @Test func whatSigbusMayEndLeavesNoCoreFile() async throws {
    let visits: [GuestTask.Visit] = [.look, .creation, .answer, .cost, .vcpus, .bystander, .hostRegisters]
    #expect(visits.filter(\.mayDie) == [.answer, .hostRegisters])
    // On a CPU that is not there: whatever else the child does comes behind it.
    await #expect(processExitsWith: .exitCode(0)) {
      // Swift has no C function of variable arguments. 3 is PR_GET_DUMPABLE of linux/prctl.h.
      typealias Prctl = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
      let prctl = unsafeBitCast(dlsym(nil, "prctl"), to: Prctl.self)
      try GuestWorker.serve(GuestTask(.creation, cpu: 4000)) { _ in }
      guard prctl(3, 0, 0, 0, 0) == 1 else { exit(1) }
      try GuestWorker.serve(GuestTask(.answer, cpu: 4000)) { _ in }
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
      exit(prctl(3, 0, 0, 0, 0) == 0 && limit.rlim_max == 0 ? 0 : 2)
    }
  }

  /// Rows may stand beside it: it is not the guest that was not there.
  @Test func aLaterRefusalIsTheTasksOwn() throws {
    let failure = KvmFailure("an entry", error: ENOMEM)
    func skipped(_ visit: GuestTask.Visit, _ obstacle: any Error) -> String? {
      GuestLine(obstacle: obstacle, of: GuestTask(visit, cpu: 0))?.skipped
    }
    #expect(skipped(.look, failure) == "guest" && skipped(.vcpus, failure) == "guest's vcpus")
    #expect(skipped(.look, AssistantLost(cpu: 1)) == "guest's look")
    #expect(
      skipped(.cost, GuestRefusal("so")) == "guest's cost" && skipped(.cost, CancellationError()) == nil)
  }

  @Test func aTaskSurvivesItsArgument() throws {
    for trial in [GuestTrial.plain(cpl: 0), .believes, .arms, .checks] {
      var task = GuestTask(.answer, cpu: 3)
      (task.trial, task.others, task.cost) = (trial, [1, 2], 1.5e-6)
      #expect(try GuestTask(argument: task.argument()) == task)
    }
  }
}

@Suite struct GuestExperimentTests {
  /// What children tell: by visit and trial.
  private struct Script {
    var loop = [0: "native", 3: "native"]
    /// Trials whose child could not do what it was asked, and told why.
    var refused: Set<GuestTrial> = []
    var answers: [GuestTrial: (GuestAnswer?, GuestEnd)] = [:]
    var offersTrap = false
    var looks = true
    var endOfLook = GuestEnd.exited(0)
    /// That an answer's child locks, and how the child that watches the host ends.
    var splitLocks = 11
    var endOfRegisters = GuestEnd.exited(0)

    func launch(_ task: GuestTask, _ line: (GuestLine) -> Void) -> GuestEnd {
      func tell(_ cell: GuestCell, _ value: Double? = nil, _ found: String? = nil) {
        line(GuestLine(finding: GuestFinding(cell, value, found: found)))
      }
      switch task.visit {
      case .look:
        guard looks else {
          line(GuestLine(skipped: "guest", reason: "no KVM"))
          return endOfLook
        }
        tell(GuestCell(.kvm, "user-space-msrs"), nil, "offered")
        tell(
          GuestCell(.cpuid, "bus-lock-detect", condition: "by-kvm"), nil,
          offersTrap ? "offered" : "not offered")
        for (cpl, found) in loop.sorted(by: { $0.key < $1.key }) {
          tell(GuestCell(.loop, "register-add", .cycles, cpl: cpl, cpu: task.cpu), 1, found)
        }
        return endOfLook
      case .answer:
        guard !refused.contains(task.trial) else {
          line(GuestLine(skipped: task.name, reason: "refused"))
          return .exited(0)
        }
        line(GuestLine(splitLocks: splitLocks))
        tell(
          GuestCell(
            .answer, "longest", .milliseconds, condition: task.trial.condition, cpl: task.trial.cpl,
            cpu: task.cpu), 0.1)
        let (answer, end) = answers[task.trial] ?? (.silent, .exited(0))
        if let answer {
          tell(
            GuestCell(
              .answer, GuestWorker.answerQuantity, condition: task.trial.condition, cpl: task.trial.cpl,
              cpu: task.cpu), nil, answer.rawValue)
        }
        return end
      case .cost:
        for cpl in task.untimedCpls {
          tell(
            GuestCell(.cost, "line-split", .nanoseconds, condition: "exits-off", cpl: cpl, cpu: task.cpu),
            9000)
          tell(GuestCell(.exit, "port-exit", .nanoseconds, cpl: cpl, cpu: task.cpu), 9000)
        }
        guard task.cpls.contains(3) else { return .exited(0) }
        for round in 1...4 {
          line(GuestLine(splitLocks: 100))
          tell(
            GuestCell(.cost, "line-split", .nanoseconds, condition: "exits-off", cpl: 3, cpu: task.cpu),
            1000 + Double(round))
          tell(
            GuestCell(.exit, "line-split-bus-locks", .count, condition: "exits-on", cpl: 3, cpu: task.cpu), 40
          )
        }
        return .exited(0)
      case .creation:
        tell(GuestCell(.kvm, "creation", .milliseconds), 0.2)
        return .exited(0)
      case .hostRegisters:
        for condition in ["before", "during", "after"] {
          tell(
            GuestCell(.hostRegister, "0x33", condition: condition, place: .host, cpu: task.cpu), nil, "0x0")
        }
        if task.budget > 100 * task.cost { line(GuestLine(splitLocks: 100)) }
        return endOfRegisters
      case .vcpus, .bystander: return .exited(0)
      }
    }
  }

  private func run(
    _ script: Script, budget: Double = 0.1, wallLimit: Double = 1000, hypervisor: String? = nil,
    launch: ((GuestTask, (GuestLine) -> Void) -> GuestEnd)? = nil
  ) throws -> (GuestExperiment, [GuestTask]) {
    var machine = try MachineReport.ofThisMachine(watchMs: 0)
    machine.processor.hypervisor = hypervisor
    let plan = GuestPlan(
      cpu: machine.topology.cpus[0], beside: machine.topology.cpus.last?.id,
      among: machine.topology.cpus, in: machine.topology, rounds: 4,
      budget: budget, wallLimit: wallLimit)
    var tasks: [GuestTask] = []
    let experiment = GuestExperiment(plan: plan, seed: 1, machine: machine, files: .live, clock: TscClock()) {
      task, _, line in
      tasks.append(task)
      return launch?(task, line) ?? script.launch(task, line)
    }
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    return (experiment, tasks)
  }

  private func row(
    _ experiment: GuestExperiment, _ part: GuestCell.Part, _ quantity: String, cpl: Int
  ) -> GuestRow? {
    experiment.rows().first { $0.cell.part == part && $0.cell.quantity == quantity && $0.cell.cpl == cpl }
  }

  @Test func everyVisitIsMadeAndRoundsAreSummedUp() throws {
    let (experiment, tasks) = try run(Script())
    #expect(
      tasks.map(\.visit)
        == [.look, .answer, .answer, .answer, .answer, .hostRegisters, .cost, .vcpus, .bystander, .creation])
    #expect(
      tasks.filter { $0.visit == .answer }.map(\.trial)
        == [.plain(cpl: 3), .plain(cpl: 0), .checks, .believes])
    #expect(tasks.last!.rounds == 1000 && tasks.last!.wallLimit > 900)
    // The cost of the guest's split locks is known from there on.
    #expect(abs(tasks.dropLast().last!.cost - 1.0025e-6) < 1e-9)
    let cost = try #require(row(experiment, .cost, "line-split", cpl: 3))
    #expect(cost.roundCount == 4 && abs(cost.value! - 1002.5) < 0.1 && cost.low! < cost.value!)
    #expect(experiment.rows().first { $0.cell.part == .exit }?.value == 160)
    #expect(experiment.budget.operations == 544)
    #expect(experiment.virtualisation == .hardware)
    #expect(experiment.end == .finished && experiment.warnings.isEmpty)
  }

  /// Run once for its way; told without its times, and marked wherever a CPU's would be.
  @Test(arguments: [("interpreted", "guest-interpreted"), ("not known", "guest-execution-unknown")])
  func codeThatNoCpuIsKnownToRunHasNoCost(execution: String, warning: String) throws {
    var script = Script()
    script.loop[0] = execution
    let (experiment, tasks) = try run(script)
    let timed = tasks.filter { !$0.cpls.isEmpty }
    #expect(timed.map(\.visit) == [.cost, .vcpus, .bystander])
    #expect(timed.allSatisfy { $0.cpls == [3] && $0.untimedCpls == [0] })
    #expect(experiment.virtualisation == (execution == "interpreted" ? .interpreting : .unknown))
    #expect(experiment.warnings.map(\.id) == [warning])
    for (part, quantity) in [(GuestCell.Part.cost, "line-split"), (.exit, "port-exit")] {
      let found = try #require(row(experiment, part, quantity, cpl: 0))
      #expect(found.value == nil && found.low == nil && found.roundsNotAboveZero == nil)
      #expect(found.found == execution)
    }
    #expect(row(experiment, .cost, "line-split", cpl: 0)?.cell.condition == "exits-off")
    #expect(row(experiment, .answer, "line-split", cpl: 0)?.found == "silent, \(execution)")
    #expect(row(experiment, .answer, "line-split", cpl: 3)?.found == "silent")
    #expect(row(experiment, .cost, "line-split", cpl: 3)?.value != nil)
    let loop = try #require(row(experiment, .loop, "register-add", cpl: 0))
    #expect(loop.found == execution && loop.value == 1)
    // What enters and leaves by CPL 0, whatever else is in it.
    let whole = experiment.rows().filter { $0.cell.unit == .milliseconds }
    #expect(Set(whole.map(\.cell.quantity)) == ["creation", "longest"] && whole.count == 5)
    #expect(whole.allSatisfy { $0.value == nil && $0.low == nil })
    // Beside the loop of CPL 3, which is native, the row's own code is not what is blamed.
    for row in whole {
      #expect(row.found == (row.cell.cpl == 0 ? execution : "not told: CPL 0, \(execution), is in it"))
    }
  }

  @Test func whereCpl0AloneIsNativeItsCallsAreTimed() throws {
    var script = Script()
    script.loop[3] = "interpreted"
    let whole = try run(script).0.rows().filter { $0.cell.unit == .milliseconds }
    let told = Dictionary(grouping: whole, by: \.cell.cpl).mapValues { Set($0.map(\.found)) }
    #expect(told == [0: [nil], 3: ["interpreted"], nil: ["not told: CPL 3, interpreted, is in it"]])
  }

  @Test func codeThatCpusRunHasItsTimes() throws {
    let whole = try run(Script()).0.rows().filter { $0.cell.unit == .milliseconds }
    #expect(whole.count == 5 && whole.allSatisfy { $0.value != nil && $0.found == nil })
  }

  @Test func whereCpl3IsInterpretedNothingIsTimed() throws {
    var script = Script()
    script.loop = [0: "interpreted", 3: "interpreted"]
    let (experiment, tasks) = try run(script)
    let untimed = tasks.filter { !$0.untimedCpls.isEmpty }
    #expect(untimed.map(\.visit) == [.cost, .vcpus])
    #expect(untimed.allSatisfy { $0.rounds == 1 && $0.cpls.isEmpty && $0.untimedCpls == [0, 3] })
    #expect(!experiment.rows().contains { $0.cell.part == .cost && $0.value != nil })
    let whole = experiment.rows().filter { $0.cell.unit == .milliseconds }
    #expect(whole.count == 5 && whole.allSatisfy { $0.found == "interpreted" })
    #expect(experiment.skipped.contains { $0.what == "guest's bystander" })
  }

  /// Loops look native in QEMU's emulation, and host and guest are interpreted alike.
  @Test func anEmulatedMachineHasNoCosts() throws {
    let (experiment, tasks) = try run(Script(), hypervisor: "TCGTCGTCGTCG")
    #expect(experiment.virtualisation == .interpreting)
    #expect(experiment.nativeCpls.isEmpty && tasks.allSatisfy(\.cpls.isEmpty))
    for cpl in [0, 3] {
      #expect(row(experiment, .loop, "register-add", cpl: cpl)?.found == "interpreted")
      #expect(row(experiment, .answer, "line-split", cpl: cpl)?.found == "silent, interpreted")
    }
    #expect(!experiment.rows().contains { $0.cell.unit.isTime && $0.cell.part != .loop && $0.value != nil })
    #expect(experiment.warnings.map(\.id) == ["guest-interpreted"])
  }

  /// #GP at its WRMSR: no answer of a guest that detects is told, and one line says why.
  @Test func whatTheGuestCouldNotSetIsNotAnswered() throws {
    var script = Script()
    script.offersTrap = true
    script.refused = [.arms, .believes]
    let (experiment, _) = try run(script)
    #expect(experiment.answered(.arms) == nil && experiment.answered(.believes) == nil)
    #expect(
      experiment.skipped.filter { $0.what.contains("answer") }.map(\.what)
        == ["guest's answer, guest-set-sld", "guest's answer, guest-set-bld"])
    #expect(experiment.skipped.filter { $0.what.contains("answer") }.allSatisfy { $0.reason == "refused" })
  }

  @Test(arguments: [GuestAnswer.delayed, .heldUp])
  func aGuestThatIsDelayedIsNotTimed(answer: GuestAnswer) throws {
    var script = Script()
    script.answers[.plain(cpl: 3)] = (answer, .exited(0))
    let (experiment, tasks) = try run(script)
    #expect(!tasks.contains { $0.visit == .cost || $0.visit == .bystander })
    #expect(experiment.skipped.contains { $0.reason.contains(answer.rawValue) })
    #expect(tasks.filter(\.isDelayed).map(\.visit) == [.hostRegisters])
  }

  /// Fatal: KVM has SIGBUS sent to the VMM, which tells nothing any more; the run goes on.
  @Test func aVmmThatIsKilledIsAnAnswer() throws {
    var script = Script()
    for cpl in [0, 3] { script.answers[.plain(cpl: cpl)] = (nil, .signalled(SIGBUS)) }
    script.answers[.believes] = (nil, .hung)
    let (experiment, _) = try run(script)
    #expect(experiment.answered(.plain(cpl: 3)) == .sigbus)
    #expect(experiment.answered(.plain(cpl: 0)) == .sigbus)
    #expect(experiment.answered(.believes) == .hung)
    #expect(experiment.end == .finished)
  }

  /// Fatal, and the register on: the half of the visit that is told before it split-locks stays.
  @Test func aVmmThatIsKilledAsItWatchesTheHostKeepsWhatItTold() throws {
    var script = Script()
    script.endOfRegisters = .signalled(SIGBUS)
    let (experiment, _) = try run(script)
    let kept = experiment.rows().filter { $0.cell.part == .hostRegister }
    #expect(kept.map(\.cell.condition) == ["before", "during", "after"])
    #expect(kept.allSatisfy { $0.found == "0x0" })
    #expect(
      experiment.skipped.contains {
        $0 == ("guest's host-registers", "the guest's process was killed by signal \(SIGBUS)")
      })
    // What it announced counts.
    #expect(experiment.budget.operations == 544)
  }

  /// 10 ms each: a child knows of no burst of the one before.
  @Test func theBusRestsFromOneChildToTheNext() throws {
    var script = Script()
    script.splitLocks = Int(0.01 / DoseResponse.assumedSeconds)
    let (begun, ended) = try times(script)
    for (end, begin) in zip(ended, begun.dropFirst()).filter({ $0.0.visit == .answer }) {
      #expect(begin.at - end.at >= 0.01)
    }
    #expect(ended.count { $0.visit == .answer } == 4)
  }

  private typealias Moment = (visit: GuestTask.Visit, at: Double)

  private func times(_ script: Script) throws -> (begun: [Moment], ended: [Moment]) {
    let clock = TscClock()
    var (begun, ended): ([Moment], [Moment]) = ([], [])
    _ = try run(script) { task, line in
      begun.append((task.visit, clock.elapsed()))
      defer { ended.append((task.visit, clock.elapsed())) }
      return script.launch(task, line)
    }
    return (begun, ended)
  }

  @Test func aGuestThatMayDetectBusLocksIsAskedTo() throws {
    var script = Script()
    script.offersTrap = true
    script.answers[.arms] = (.debugTrap, .exited(0))
    let (experiment, tasks) = try run(script)
    #expect(tasks.contains { $0.trial == .arms })
    #expect(experiment.answered(.arms) == .debugTrap)
  }

  @Test func withoutKvmALineSaysWhy() throws {
    var script = Script()
    script.looks = false
    let (experiment, tasks) = try run(script)
    #expect(tasks.map(\.visit) == [.look])
    #expect(experiment.skipped.map(\.what) == ["guest"] && experiment.skipped.map(\.reason) == ["no KVM"])
    #expect(experiment.rows().isEmpty && experiment.end == .finished)
    script.endOfLook = .hung
    let (hung, _) = try run(script)
    #expect(hung.skipped.contains { $0.reason == "the guest hung, and was killed" })
  }

  /// A very busy machine.
  @Test func withoutTimeItSaysThatNoGuestsWereCreated() throws {
    let (experiment, tasks) = try run(Script(), wallLimit: 0)
    #expect(experiment.end == .wallLimit && !tasks.contains { $0.visit == .creation })
    #expect(experiment.skipped.contains { $0 == ("guest's creation", ExperimentEnd.outOfTime) })
  }

  @Test func nothingIsIssuedWithoutBudget() throws {
    let (experiment, tasks) = try run(Script(), budget: 1e-6)
    #expect(!tasks.contains { $0.visit == .answer || $0.visit == .cost })
    #expect(experiment.budget.operations == 0)
  }
}
