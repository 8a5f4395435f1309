import CHost
import Glibc
import Guest
import Machine

/// What the child does: owns a guest, and tells line by line what it finds.
public final class GuestWorker {
  let task: GuestTask
  let kvm: Kvm
  let clock: TscClock
  var random: SeededGenerator
  var budget: BusBudget
  /// The host's: a test's own tells what it likes.
  let files: FileTree
  private let begun: Double
  private let write: (String) throws -> Void

  /// - Parameter write: takes whole lines.
  /// - Throws: `KvmFailure` where KVM is not usable.
  init(_ task: GuestTask, files: FileTree = .live, write: @escaping (String) throws -> Void) throws {
    (self.task, self.files, self.write) = (task, files, write)
    kvm = try Kvm()
    clock = TscClock()
    random = SeededGenerator(seed: task.seed)
    budget = BusBudget(limit: task.budget)
    begun = clock.elapsed()
  }

  /// Has the task done, by the process `splitbench guest`; of what could not be done a line says why.
  public static func serve(_ task: GuestTask, write: @escaping (String) throws -> Void) throws {
    // Not where it is not needed: without a dump, /proc/self is root's, and what guests leave behind cannot be counted.
    if task.visit.mayDie { chost_leave_no_dump() }
    do {
      try GuestWorker(task, write: write).run()
    } catch {
      guard let line = GuestLine(obstacle: error, of: task) else { throw error }
      try write(line.text())
    }
  }

  func run() throws {
    try CpuPin.pin(to: task.visit == .bystander || task.visit == .hostRegisters ? task.others[0] : task.cpu)
    switch task.visit {
    case .look: try look()
    case .creation: try create()
    case .answer: try answer()
    case .cost: try measureCost()
    case .vcpus: try runVcpus()
    case .bystander: try disturb()
    case .hostRegisters: try watchHost()
    }
  }

  var hasTime: Bool { clock.elapsed() - begun < task.wallLimit }

  func tell(_ finding: GuestFinding) throws { try write(GuestLine(finding: finding).text()) }
  func skip(_ what: String, _ reason: String) throws {
    try write(GuestLine(skipped: what, reason: reason).text())
  }

  /// Before split locks: leaves the bus the rest that is due.
  func rest() { sleepInterruptibly(seconds: budget.rest(at: clock.elapsed())) }

  /// Behind them.
  func book(_ splitLocks: Int) throws {
    spend(splitLocks)
    try announce(splitLocks)
  }

  /// The two halves of it: ahead of what may kill this process, and behind it.
  func announce(_ splitLocks: Int) throws { try write(GuestLine(splitLocks: splitLocks).text()) }
  func spend(_ splitLocks: Int) {
    budget.book(operations: splitLocks, cost: task.cost, at: clock.elapsed())
  }
}
