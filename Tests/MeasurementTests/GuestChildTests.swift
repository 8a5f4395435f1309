import CHost
import Glibc
import Testing

@testable import Guest
@testable import Measurement

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
