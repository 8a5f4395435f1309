import DetectionControl
import Foundation
import Machine
import TestSupport
import Testing

/// A run that writes registers is killed at a random moment, its guardian with it or not: everything is as it was afterwards.
/// Plain files stand for the registers and the switches of CPUs.
@Suite(.serialized) struct KillTests {
  enum Killed: CaseIterable { case run, guardian, both }

  private static let experiments = ["scope", "toggle", "scope", SplitLocks.areHarmless ? "hotplug" : "scope"]

  /// Kills of each kind.
  private static let kills = ProcessInfo.processInfo.environment["SPLITBENCH_KILLS"].flatMap { Int($0) } ?? 8

  private static func start(_ machine: PlainFileMachine, _ experiment: String) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: Tool.path.string)
    process.arguments = [
      "run", "--only", experiment, "--allow-msr-writes", "--allow-hotplug", "--quiet", "--root",
      machine.root.string, "--journal",
      machine.journal.path.string, "--out", machine.root.appending("out").string,
    ]
    // Here #AC is a bit in a file.
    if experiment == "toggle" { process.arguments! += ["--allow-arming", "--rounds", "1"] }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// The guardian of a run, by its command line; nil if there is none.
  private static func guardian(of run: pid_t) -> pid_t? {
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return folders.compactMap { pid_t($0) }.first { process in
      guard let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return false }
      let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return words.contains("guardian") && words.contains("\(run)")
    }
  }

  private static func wait(_ seconds: Double = 10, until isSo: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<Int(seconds / 0.005) {
      if try isSo() { return true }
      usleep(5000)
    }
    return false
  }

  @Test(arguments: Killed.allCases)
  func everythingIsAsItWas(_ killed: Killed) async throws {
    var generator = SystemRandomNumberGenerator()
    var caught = 0
    for number in 0..<Self.kills {
      let machine = try PlainFileMachine(cpus: 2, mode: "off")
      try machine.set(0x1D9, 1 << 2 | 1, cpu: 0)
      // Where nothing is delayed, toggle issues no split lock.
      try machine.put("0\n", "proc/sys/kernel/split_lock_mitigate")
      let start = try machine.snapshot()
      let run = try Self.start(machine, Self.experiments[number % Self.experiments.count])
      let pid = run.processIdentifier
      // A kill before the journal is there would show nothing; one a little later meets a change or its undoing.
      _ = try Self.wait { try machine.journal.ofRun.read() != nil || !run.isRunning }
      usleep(useconds_t.random(in: 0..<60_000, using: &generator))
      let guardian = Self.guardian(of: pid)
      if killed != .run, let guardian { kill(guardian, SIGKILL) }
      if killed != .guardian { kill(pid, SIGKILL) }
      run.waitUntilExit()
      if killed == .guardian {
        // 2: it died before it watched, and nothing was changed.
        #expect(run.terminationReason == .exit && [0, 2].contains(run.terminationStatus))
      }
      if try machine.snapshot() != start { caught += 1 }
      // The guardian has nobody to tell that it is done.
      #expect(Self.wait { Self.guardian(of: pid) == nil }, "the guardian ends")
      if killed == .both {
        let undone = try await Tool.run(
          "msr", "restore", "--root", machine.root.string, "--journal", machine.journal.path.string)
        #expect(undone.code == 0, "\(undone.errors)")
      }
      #expect(try machine.snapshot() == start)
      #expect(try machine.journal.ofRun.read() == nil)
    }
    if Self.kills >= 100, killed == .both { #expect(caught > 0, "no kill met a changed machine") }
  }
}
