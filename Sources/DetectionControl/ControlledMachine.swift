import Machine
import SystemPackage

/// The files through which a machine's detection is read and changed: the msr driver's, a sysctl, and the switches of CPUs.
public struct ControlledMachine: Sendable {
  public let files: FileTree
  /// Timer interrupts a second; 100, the slowest of Linux's, where unknown.
  let timerHz: Int

  static func online(_ cpu: Int) -> String { "/sys/devices/system/cpu/cpu\(cpu)/online" }

  public init(files: FileTree = .live, timerHz: Int?) {
    self.files = files
    self.timerHz = timerHz ?? 100
  }

  // MARK: Reading

  /// - Parameter bits: those to read; one that cannot be read is left out.
  public func state(of bits: [DetectionBit], cpus: [Int]) -> DetectionState {
    DetectionState(
      bits: bits.compactMap { bit in
        guard let value = try? register(of: bit, .readOnly).read() else { return nil }
        return DetectionState.Bit(bit: bit, isSet: value & bit.kind.mask != 0)
      },
      mitigates: SplitLockMitigate.isOn(files),
      online: cpus.compactMap { cpu in
        files.value(ControlledMachine.online(cpu)).map {
          DetectionState.Online(cpu: cpu, isOnline: $0 == "1")
        }
      })
  }

  /// The state that holds still: when Linux's work of re-arming is done, two readings alike. Nil if it never does.
  public func settledState(of bits: [DetectionBit], cpus: [Int]) -> DetectionState? {
    let (state, isSettled) = settled { self.state(of: bits, cpus: cpus) }
    return isSettled ? state : nil
  }

  /// Reads until two readings in a row are alike, a rest of Linux before each.
  ///
  /// - Returns: the last reading, and whether it equals the one before.
  public func settled<Reading: Equatable, Failure: Error>(
    _ read: () throws(Failure) -> Reading
  ) throws(Failure) -> (Reading, isSettled: Bool) {
    waitForLinux()
    var last = try read()
    for _ in 1..<ControlledMachine.settlingTries {
      waitForLinux()
      let reading = try read()
      if reading == last { return (reading, true) }
      last = reading
    }
    return (last, false)
  }

  private static let settlingTries = 10

  /// Longer than a task that split-locked sleeps, and than Linux then leaves detection off: 10 ms and two jiffies, two more
  /// jiffies, and the worker's delay (arch/x86/kernel/cpu/bus_lock.c, split_lock_warn).
  public func waitForLinux() { sleepUninterrupted(seconds: 0.010 + 7 / Double(timerHz)) }

  /// Whether nothing differs from `state` for a fifth of a second: tasks that met detection while we had it on may still
  /// sleep or queue, and Linux arms their cores behind each.
  func holds(_ state: DetectionState) -> Bool {
    for _ in 0..<10 {
      sleepUninterrupted(seconds: 0.020)
      guard
        self.state(of: state.bits.map(\.bit), cpus: state.online.map(\.cpu)).differences(from: state).isEmpty
      else { return false }
    }
    return true
  }

  // MARK: Writing

  public enum WriteOutcome: Sendable, Equatable {
    case took
    /// It was so before; nothing was written.
    case wasSo
    /// The CPU took the write, and reads back as before.
    case didNotTake
    case refused(String)

    public var isEffective: Bool { self == .took || self == .wasSo }

    public var inWords: String {
      switch self {
      case .took: "done"
      case .wasSo: "was so"
      case .didNotTake: "did not take: the bit reads back as before"
      case .refused(let reason): reason
      }
    }
  }

  /// Changes that one bit, from its own CPU, so that what others change of the register meanwhile is not undone.
  public func set(_ bit: DetectionBit, to isOn: Bool) -> WriteOutcome {
    let change = { () -> WriteOutcome in
      do throws(RegisterFailure) {
        let register = try register(of: bit, .readWrite)
        let before = try register.read()
        let after = isOn ? before | bit.kind.mask : before & ~bit.kind.mask
        if before == after { return .wasSo }
        try register.write(after)
        return try register.read() & bit.kind.mask == after & bit.kind.mask ? .took : .didNotTake
      } catch {
        return .refused(error.description)
      }
    }
    if let outcome = try? CpuPin.pinned(to: bit.cpu, change) { return outcome }
    // MSR 0x33 has one other writer, Linux's re-arming, which is at rest. IA32_DEBUGCTL has perf, ptrace and KVM.
    return bit.kind == .splitLock
      ? change()
      : .refused("CPU \(bit.cpu) is outside this process's CPU set: widen it (taskset, cgroup cpuset)")
  }

  public func setMitigation(_ isOn: Bool) -> WriteOutcome {
    write(isOn ? "1" : "0", to: SplitLockMitigate.path)
  }

  public func setOnline(_ isOnline: Bool, cpu: Int) -> WriteOutcome {
    write(isOnline ? "1" : "0", to: ControlledMachine.online(cpu))
  }

  private func write(_ value: String, to path: String) -> WriteOutcome {
    if files.value(path) == value { return .wasSo }
    do {
      let file = try FileDescriptor.open(
        files.root.appending(FilePath(path).components), .writeOnly, options: [.truncate, .closeOnExec])
      defer { try? file.close() }
      try file.writeAll((value + "\n").utf8)
    } catch {
      return .refused("cannot write \(path): \(error)")
    }
    return files.value(path) == value ? .took : .didNotTake
  }

  private func register(
    of bit: DetectionBit, _ mode: FileDescriptor.AccessMode
  ) throws(RegisterFailure) -> MsrRegister {
    try MsrRegister(bit.kind.register, cpu: bit.cpu, files: files, mode)
  }
}
