import Machine
import Synchronization
import SystemPackage

/// A switch of detection that is held open, so that one read or one write of it is one system call and can be timed.
///
/// Only a `DetectionControl` hands it out, of what its journal holds; when that control restores, it writes no more.
public protocol DetectionToggle: Sendable {
  func read() throws(RegisterFailure) -> Bool
  func write(_ isOn: Bool) throws(RegisterFailure)
}

/// Bit 29 of one CPU's MSR 0x33, through the msr driver; usable from any CPU and thread.
///
/// The register's other bits are written as they were when it was opened. So does its one other writer, Linux, with those it
/// found at boot (arch/x86/kernel/cpu/bus_lock.c, sld_update_msr). IA32_DEBUGCTL, which others write all the time, has no such
/// toggle.
public final class BitToggle: DetectionToggle {
  public let cpu: Int
  private let register: MsrRegister
  private let others: UInt64
  private let lease: ToggleLease
  private static let kind = DetectionBit.Kind.splitLock

  init(cpu: Int, files: FileTree, lease: ToggleLease) throws(RegisterFailure) {
    (self.cpu, self.lease) = (cpu, lease)
    register = try MsrRegister(BitToggle.kind.register, cpu: cpu, files: files, .readWrite)
    others = try register.read() & ~BitToggle.kind.mask
  }

  public func read() throws(RegisterFailure) -> Bool { try register.read() & BitToggle.kind.mask != 0 }

  public func write(_ isOn: Bool) throws(RegisterFailure) {
    try lease.check()
    try register.write(isOn ? others | BitToggle.kind.mask : others)
  }
}

/// kernel.split_lock_mitigate.
public final class MitigationToggle: DetectionToggle {
  private let file: FileDescriptor
  private let lease: ToggleLease
  private static let name = "kernel.split_lock_mitigate"

  init(files: FileTree, lease: ToggleLease) throws(RegisterFailure) {
    self.lease = lease
    do {
      file = try FileDescriptor.open(
        files.root.appending(FilePath(SplitLockMitigate.path).components), .readWrite,
        options: [.closeOnExec])
    } catch {
      throw RegisterFailure(name: MitigationToggle.name, reason: "cannot open it: \(error)")
    }
  }

  deinit { try? file.close() }

  public func read() throws(RegisterFailure) -> Bool {
    var digit: UInt8 = 0
    do {
      _ = try withUnsafeMutableBytes(of: &digit) { try file.read(fromAbsoluteOffset: 0, into: $0) }
    } catch {
      throw RegisterFailure(name: MitigationToggle.name, reason: "cannot read it: \(error)")
    }
    return digit == UInt8(ascii: "1")
  }

  public func write(_ isOn: Bool) throws(RegisterFailure) {
    try lease.check()
    var digit = UInt8(ascii: isOn ? "1" : "0")
    do {
      _ = try withUnsafeBytes(of: &digit) { try file.write(toAbsoluteOffset: 0, $0) }
    } catch {
      throw RegisterFailure(name: MitigationToggle.name, reason: "cannot write it: \(error)")
    }
  }
}

/// How long toggles may write: until their control restores. A thread that comes back late changes nothing.
final class ToggleLease: Sendable {
  private let isOver = Atomic<Bool>(false)

  func end() { isOver.store(true, ordering: .releasing) }

  func check() throws(RegisterFailure) {
    guard !isOver.load(ordering: .acquiring) else {
      throw RegisterFailure(name: "a detection toggle", reason: "not written: the machine was put back")
    }
  }
}

extension DetectionControl {
  /// Bit 29 of a CPU's MSR 0x33, to be flipped again and again.
  ///
  /// - Precondition: `check` with it switched on, and `begin`.
  /// - Throws: `ControlRefusal` where the journal does not hold it, or leave to switch it on is missing; `RegisterFailure`.
  public func bitToggle(cpu: Int) throws -> BitToggle {
    if let refusal = refusal(DetectionBit(.splitLock, cpu: cpu), true) {
      throw ControlRefusal(refusal.inWords)
    }
    return try BitToggle(cpu: cpu, files: machine.files, lease: lease)
  }

  /// kernel.split_lock_mitigate, to be written again and again.
  ///
  /// - Precondition: `begin` with `mitigation`.
  /// - Throws: `ControlRefusal` where the journal does not hold it; `RegisterFailure`.
  public func mitigationToggle() throws -> MitigationToggle {
    guard journal?.before.mitigates != nil else {
      throw ControlRefusal("not written: kernel.split_lock_mitigate is not in the journal")
    }
    return try MitigationToggle(files: machine.files, lease: lease)
  }
}
