import CHost
import Glibc
import Machine
import SystemPackage
import Testing

@testable import Guest
@testable import Measurement

/// What the child does, by this process.
@Suite(.serialized, .enabled(if: (try? Kvm()) != nil, "needs a usable /dev/kvm")) struct GuestWorkerTests {
  private func lines(
    _ task: GuestTask, files: FileTree = .live, at: @escaping (GuestLine) -> Void = { _ in }
  ) throws -> [GuestLine] {
    var lines: [GuestLine] = []
    let worker = try GuestWorker(task, files: files) {
      let line = try #require(GuestLine($0.utf8))
      at(line)
      lines.append(line)
    }
    // A worker pins the calling thread: a child of its own may stay pinned.
    try CpuPin.pinned(to: task.cpu) { try worker.run() }
    return lines
  }

  private func findings(_ task: GuestTask, _ part: GuestCell.Part) throws -> [GuestFinding] {
    try lines(task).compactMap(\.finding).filter { $0.cell.part == part }
  }

  private static var cpus: [Int] {
    var cpus = [Int32](repeating: 0, count: 4096)
    let count = chost_get_affinity(&cpus, Int32(cpus.count))
    return cpus.prefix(Int(count)).map(Int.init)
  }

  private func task(_ visit: GuestTask.Visit, rounds: Int = 1) -> GuestTask {
    var task = GuestTask(visit, cpu: Self.cpus[0])
    (task.rounds, task.budget, task.wallLimit, task.cpls) = (rounds, 0.01, 60, [3])
    (task.others, task.hostIsFree) = (Array(Self.cpus.dropFirst().prefix(1)), false)
    return task
  }

  @Test func guestsThatGoLeaveNothingBehind() throws {
    let found = try findings(task(.creation, rounds: 50), .kvm)
    #expect(found.count { $0.cell.quantity == "creation" && $0.value! > 0 } == 50)
    let left = try #require(found.first { $0.cell.quantity == "left-behind" })
    #expect(left.value == 0 && left.found == "nothing" && left.operations == 50)
  }

  /// Whatever performs the guest's instructions: each privilege level is looked at, and counts are exact.
  @Test func theLookIsWhole() throws {
    let lines = try self.lines(task(.look)).compactMap(\.finding)
    let loops = lines.filter { $0.cell.part == .loop }
    #expect(loops.map(\.cell.cpl) == [0, 3])
    #expect(loops.allSatisfy { $0.found.flatMap(GuestExecution.init) != nil })
    #expect(lines.filter { $0.cell.part == .count }.map(\.found) == ["exact", "exact"])
    let aligned = lines.filter { $0.cell.part == .alignment }
    #expect(aligned.map(\.cell.cpl) == [0, 3] && aligned[0].found == "performed")
    // Each bit as it was given, also of a subleaf that KVM does not have; or it is marked.
    for cpl in [0, 3] {
      let bits = lines.filter { $0.cell.part == .cpuid && $0.cell.cpl == cpl }
      #expect(bits.count == 6)
      for (_, words) in Dictionary(grouping: bits, by: \.cell.quantity).mapValues({ $0.map { $0.found! } }) {
        let isAnyway = words[0] == words[1] && words[0].hasSuffix(SeenBit.anyway)
        #expect(words == ["seen", "not seen"] || isAnyway, "\(words)")
      }
    }
  }

  @Test func aCheckedSplitLockFaultsOrIsPerformed() throws {
    var task = task(.answer)
    task.trial = .checks
    let found = try findings(task, .answer)
    let answer = try #require(found.first { $0.cell.quantity == "line-split" })
    #expect(answer.cell.condition == "eflags-ac" && answer.cell.cpl == 3)
    let performed = try #require(found.first { $0.cell.quantity == "performed" })
    // QEMU's own emulation has no such #AC.
    let isChecked = answer.found == GuestAnswer.alignmentCheck.rawValue
    #expect(performed.value == (isChecked ? 0 : Double(GuestWorker.answerOperations)))
    #expect(found.contains { $0.cell.quantity == "rip" && $0.found == "at" } == isChecked)
  }

  @Test func aBelieverHasReadItsRegisterBack() throws {
    guard try Kvm().hasUserSpaceMsrs else { return }
    var task = task(.answer)
    task.trial = .believes
    #expect(try lines(task).allSatisfy { $0.skipped == nil })
  }

  @Test func costsAndExitsAnswer() throws {
    var task = task(.cost)
    task.untimedCpls = [0]
    let lines = try self.lines(task).compactMap(\.finding)
    let costs = lines.filter { $0.cell.part == .cost && $0.cell.unit == .nanoseconds }
    #expect(Set(costs.map(\.cell.cpl)) == [nil, 0, 3])
    let exit = try #require(lines.first { $0.cell.quantity == "port-exit" })
    #expect(exit.operations == 50 && exit.value! > 0)
  }

  @Test(.enabled(if: cpus.count > 1, "needs two CPUs"))
  func vcpusSayHowMuchTheyOverlapped() throws {
    let found = try findings(task(.vcpus, rounds: 3), .vcpus)
    let overlaps = found.filter { $0.cell.quantity == "overlap" }
    #expect(overlaps.count == 3 && overlaps.allSatisfy { $0.cell.vcpus == 2 && $0.cell.cpl == 3 })
    #expect(overlaps.allSatisfy { $0.value.map { (0...1).contains($0) } ?? false })
    let together = overlaps.count { $0.value! >= VcpuOverlap.enough }
    let costs = found.filter { $0.cell.quantity == "line-split" && $0.cell.vcpus == 2 }
    #expect(costs.count { $0.value != nil } == 2 * together)
    #expect(together > 0 || costs.map(\.found) == ["never at one time", "never at one time"])
    #expect(costs.filter { $0.value != nil }.allSatisfy { $0.found == "exact" })
  }

  /// What keeps a task from being done is a line, not a crash.
  @Test func aCpuThatIsNotThereIsALine() throws {
    var lines: [GuestLine] = []
    try GuestWorker.serve(GuestTask(.look, cpu: 4000)) {
      let line = try #require(GuestLine($0.utf8))
      lines.append(line)
    }
    #expect(lines.map(\.skipped) == ["guest's look"])
    #expect(try #require(lines[0].reason).contains("cannot pin to CPU 4000"))
  }

  // MARK: The host's registers

  /// The msr driver's device of each CPU, as files: a register's number is its offset.
  private func withRegisters<R>(_ body: (FileTree) throws -> R) throws -> R {
    let root = "/tmp/splitbench-guest-registers-\(getpid())"
    var made = [root]
    for part in ["dev", "cpu"] { made.append(made.last! + "/" + part) }
    let cpus = Self.cpus.prefix(2).map { "\(made[2])/\($0)" }
    for folder in made + cpus { mkdir(folder, 0o700) }
    defer {
      for folder in (cpus + made.reversed()) {
        unlink(folder + "/msr")
        rmdir(folder)
      }
    }
    for folder in cpus {
      let file = try #require(fopen(folder + "/msr", "w"))
      for (register, value) in [(0x33, UInt64(1) << 29), (0xCF, 1 << 5), (0x1D9, 0)] {
        fseek(file, register, SEEK_SET)
        withUnsafeBytes(of: value) { _ = fwrite($0.baseAddress!, 8, 1, file) }
      }
      fclose(file)
    }
    return try body(FileTree(root: FilePath(root)))
  }

  @Test(arguments: [true, false])
  func theHostIsReadAroundAndDuringEntries(isApart: Bool) throws {
    guard try Kvm().hasUserSpaceMsrs, !isApart || Self.cpus.count > 1 else { return }
    var task = task(.hostRegisters)
    if !isApart { task.others = [task.cpu] }
    let lines = try withRegisters { try self.lines(task, files: $0) }
    let found = lines.compactMap(\.finding)
    let conditions =
      isApart
      ? ["before", "during", "after", "during-split-locks", "after-split-locks"]
      : ["before", "after", "after-split-locks"]
    #expect(found.filter { $0.cell.quantity == "0x33" }.map(\.cell.condition) == conditions)
    for finding in found where finding.operations > 0 {
      #expect(finding.found == (finding.cell.quantity == "0x33" ? "0x20000000" : "0x0"))
    }
    #expect(try #require(found.first { $0.cell.condition == conditions[1] }).operations > 0)
    #expect(lines.contains { $0.skipped == "guest's host registers during entries" } == !isApart)
    // It split-locked in either case, and had told before what that could cost it its life to tell.
    let after = try #require(lines.lastIndex { $0.finding?.cell.condition == "after" })
    #expect(try #require(lines.firstIndex { $0.splitLocks ?? 0 > 0 }) > after)
  }

  /// Of 100 us each, so that few make a burst of 10 ms.
  @Test(arguments: [(false, 100), (true, 1)])
  func theHostsBusRestsBetweenBursts(isDelayed: Bool, burst: Int) throws {
    guard try Kvm().hasUserSpaceMsrs else { return }
    var task = task(.hostRegisters)
    (task.others, task.cost, task.budget, task.isDelayed) = ([task.cpu], 1e-4, 0.05, isDelayed)
    let clock = TscClock()
    var begun: [Double] = []
    var bursts: [Int] = []
    _ = try withRegisters {
      try self.lines(task, files: $0) { line in
        guard let count = line.splitLocks else { return }
        begun.append(clock.elapsed())
        bursts.append(count)
      }
    }
    #expect(bursts.count > 3 && bursts[0] == burst && bursts.allSatisfy { $0 <= burst })
    #expect(Double(bursts.reduce(0, +)) * task.cost <= task.budget)
    for (index, (one, next)) in zip(begun, begun.dropFirst()).enumerated() {
      #expect(next - one >= Double(bursts[index]) * task.cost)
    }
  }

  /// No burst is left out in silence.
  @Test func withoutBudgetNothingIsReadDuringSplitLocks() throws {
    guard try Kvm().hasUserSpaceMsrs else { return }
    var task = task(.hostRegisters)
    (task.others, task.budget) = ([task.cpu], 0)
    let lines = try withRegisters { try self.lines(task, files: $0) }
    #expect(lines.contains { $0.skipped == "guest's host registers during split locks" })
    #expect(!lines.contains { $0.finding?.cell.condition?.hasSuffix("split-locks") ?? false })
    #expect(!lines.contains { $0.splitLocks != nil })
  }
}
