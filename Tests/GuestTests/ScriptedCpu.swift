@testable import Guest

/// A vCPU whose entries end as a test says.
struct ScriptedCpu: VirtualCpu {
  var entries: [VcpuEntry]
  var address: UInt64 = 0
  /// Entries that Linux puts the thread to sleep in.
  var sleepsIn: Set<Int> = []
  /// Entries from which on the deadline has passed.
  var deadlineAt = Int.max
  private(set) var answers: [UInt64?] = []
  private(set) var entered = 0
  private(set) var sleeps: UInt64 = 0
  private(set) var workedNanoseconds: UInt64 = 0
  /// That each entry is on a CPU.
  var workOfEntry: UInt64 = 0
  private(set) var isUnderDeadline = false

  init(_ entries: [VcpuEntry], address: UInt64 = 0) { (self.entries, self.address) = (entries, address) }

  mutating func enter() throws(KvmFailure) -> VcpuEntry {
    guard entered < entries.count else { throw KvmFailure("KVM_RUN", error: -5) }
    if sleepsIn.contains(entered) { sleeps += 1 }
    entered += 1
    workedNanoseconds += workOfEntry
    return entries[entered - 1]
  }

  mutating func answerMsr(_ value: UInt64?) { answers.append(value) }
  func instructionPointer() -> UInt64 { address }
  mutating func beginDeadline(milliseconds: UInt32) { isUnderDeadline = true }
  var deadlineHasPassed: Bool { entered > deadlineAt }
  mutating func endDeadline() { isUnderDeadline = false }
}
