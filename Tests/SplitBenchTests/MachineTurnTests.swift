import DetectionControl
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a run does while another one holds the machine: here the test itself does, in a folder of plain files.
@Suite(.serialized) struct MachineTurnTests {
  private static let arguments = [
    "run", "--plan", "quick", "--placement", "aligned", "--instruction", "add", "--rounds", "3",
  ]

  private struct Host {
    let machine: PlainFileMachine
    var out: FilePath { machine.root.appending("out") }
    var place: [String] { ["--root", machine.root.string, "--out", out.string] }

    init(hasLocks: Bool = true) throws {
      machine = try PlainFileMachine(cpus: 2)
      guard hasLocks else { return }
      try machine.put("", "run/lock/is-there")
      chmod(machine.root.appending("run").appending("lock").string, 0o1777)
    }

    func run(_ more: String...) async throws -> Tool.Result {
      try await Tool.run(MachineTurnTests.arguments + place + more)
    }

    func start(_ more: String...) throws -> (process: Process, errors: Pipe) {
      let (process, errors) = (Process(), Pipe())
      // A parent may have left SIGINT ignored, which the tool would respect.
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments =
        ["--default-signal=INT,TERM", Tool.path.string] + MachineTurnTests.arguments + place + more
      process.standardOutput = FileHandle.nullDevice
      process.standardError = errors
      try process.run()
      return (process, errors)
    }
  }

  @Test func failNamesTheHolderAndLeavesNothing() async throws {
    let host = try Host()
    let held = try HostLock(host.machine.files)
    for arguments in [["--quiet"], ["--if-busy", "fail"]] {
      let result = try await Tool.run(Self.arguments + host.place + arguments)
      #expect(result.code == 2 && result.output.isEmpty)
      #expect(result.errors.hasPrefix("error: process \(getpid()) measures on this machine since 20"))
      #expect(result.errors.contains("--if-busy wait"))
    }
    #expect(names(in: host.out).isEmpty)
    withExtendedLifetime(held) {}
  }

  @Test func skipSaysSoInALineAndLeavesNothing() async throws {
    let host = try Host()
    let held = try HostLock(host.machine.files)
    let result = try await host.run("--if-busy", "skip")
    #expect(result.code == 0 && result.output.isEmpty && names(in: host.out).isEmpty)
    #expect(
      result.errors.hasPrefix("skipped: process \(getpid()) ")
        && result.errors.count(where: { $0 == "\n" }) == 1)
    let quiet = try await host.run("--if-busy", "skip", "--quiet")
    #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    withExtendedLifetime(held) {}
  }

  @Test func waitBeginsWhenTheOtherHasEnded() async throws {
    let host = try Host()
    var held: HostLock? = try HostLock(host.machine.files)
    let (process, errors) = try host.start("--if-busy", "wait")
    let line = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
    #expect(line.hasPrefix("waiting: process \(getpid()) "))
    #expect(process.isRunning && names(in: host.out).isEmpty)
    withExtendedLifetime(held) {}
    held = nil
    process.waitUntilExit()
    #expect(process.terminationStatus == 0 && names(in: host.out).count == 1)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aWaitingRunCanBeInterrupted(signal: Int32) throws {
    let host = try Host()
    let held = try HostLock(host.machine.files)
    let (process, errors) = try host.start("--if-busy", "wait")
    _ = errors.fileHandleForReading.availableData
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130 && names(in: host.out).isEmpty)
    withExtendedLifetime(held) {}
  }

  /// What cannot be need not wait.
  @Test func aRequestThatCannotBeIsRefusedAtOnce() async throws {
    let host = try Host()
    let held = try HostLock(host.machine.files)
    let result = try await host.run("--if-busy", "wait", "--cpu", "4000")
    #expect(result.code == 64, "\(result.errors)")
    let plan = try await host.run("--dry-run")
    #expect(plan.code == 0, "a plan takes no turn: \(plan.errors)")
    withExtendedLifetime(held) {}
  }

  @Test func aRunThatIsKilledLetsGo() async throws {
    let host = try Host()
    let (process, _) = try host.start("--rounds", "10000")
    while (try? host.machine.get("run/lock/splitbench.lock"))?.isEmpty != false { usleep(5000) }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    let result = try await host.run()
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test func withoutALockTheRunIsMadeAndSaysSo() async throws {
    let host = try Host(hasLocks: false)
    let result = try await host.run()
    #expect(result.code == 0 && result.errors.contains("warning: no lock keeps other runs away: /run/lock"))
    let record = try text(host.out.appending(names(in: host.out)[0]).appending("run.json"))
    #expect(record.contains("\"id\" : \"unlocked\""))
  }

  @Test func aLockThatMayNotBeTheHostsIsSaidSo() async throws {
    let host = try Host(hasLocks: false)
    try host.machine.put("", "tmp/is-there")
    chmod(host.machine.root.appending("tmp").string, 0o1777)
    try host.machine.put("30 22 8:1 / /tmp rw - tmpfs tmpfs rw\n", "proc/self/mountinfo")
    let result = try await host.run()
    #expect(
      result.code == 0 && result.errors.contains("may not keep all other runs away: /tmp is a mount"),
      "\(result.errors)")
    let record = try text(host.out.appending(names(in: host.out)[0]).appending("run.json"))
    #expect(record.contains("\"id\" : \"locked-in-part\""))
  }

  @Test func nothingIsChangedUnderARun() async throws {
    let host = try Host()
    let held = try HostLock(host.machine.files)
    let before = try host.machine.snapshot()
    let result = try await Tool.run(
      "msr", "set", "--sld", "off", "--allow-msr-writes", "--root", host.machine.root.string, "--journal",
      host.machine.journal.path.string)
    #expect(result.code == 2 && result.errors.contains("process \(getpid()) measures"), "\(result.errors)")
    #expect(try host.machine.snapshot() == before)
    withExtendedLifetime(held) {}
  }
}
