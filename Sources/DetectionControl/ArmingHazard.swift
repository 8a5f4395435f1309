import Glibc
import Machine
import SystemPackage

/// Who may die where #AC on split locks is switched on behind the back of a Linux that booted without it.
///
/// Linux then treats a user's split lock as warn does, but a split lock of its own is an oops, and one of a KVM guest sends
/// SIGBUS to its virtual-machine monitor (arch/x86/kernel/cpu/bus_lock.c, handle_guest_split_lock).
public struct ArmingHazard: Sendable, Equatable {
  /// Processes that hold a virtual machine: their number and name.
  public var monitors: [String]
  /// Virtual machines run, as KVM's modules count them, whose monitors this process cannot see.
  public var hasUnseenMachines: Bool
  /// An oops would take the machine down.
  public var panicsOnOops: Bool

  public init(files: FileTree) {
    panicsOnOops = files.value("/proc/sys/kernel/panic_on_oops").map { $0 != "0" } ?? false
    monitors = ArmingHazard.processes(files).compactMap { process in
      guard ArmingHazard.holdsVirtualMachine(process, files) else { return nil }
      return "\(process) (\(files.value("/proc/\(process)/comm") ?? "unknown"))"
    }
    // Each virtual machine holds the module.
    let count = ["kvm_intel", "kvm_amd"].compactMap {
      files.value("/sys/module/\($0)/refcnt").flatMap { Int($0) }
    }.max()
    hasUnseenMachines = (count ?? 0) > 0 && monitors.isEmpty
  }

  /// Whether arming needs leave of its own: Linux does not expect the bit set.
  public static func isArming(_ policy: DetectionPolicy) -> Bool { policy.believes(.memoryControl) != true }

  /// What may die, for the person who is asked.
  public var warnings: [String] {
    [
      "a split lock of Linux itself would be an oops"
        + (panicsOnOops ? ", which panics this machine (panic_on_oops)" : "")
    ]
      + (hasUnseenMachines
        ? ["virtual machines run here whose monitors cannot be seen, and may be killed"] : [])
      + (monitors.isEmpty
        ? ["a virtual machine started meanwhile would be killed by a split lock of its guest"]
        : ["a split lock of their guests would kill these processes: \(monitors.joined(separator: ", "))"])
  }

  public var isGrave: Bool { panicsOnOops || runsMachines }

  var runsMachines: Bool { hasUnseenMachines || !monitors.isEmpty }

  private static func processes(_ files: FileTree) -> [Int] {
    files.names("/proc").compactMap { Int($0) }.sorted()
  }

  private static func holdsVirtualMachine(_ process: Int, _ files: FileTree) -> Bool {
    let path = "/proc/\(process)/fd"
    let folder = files.root.appending(FilePath(path).components)
    return files.names(path).contains { name in
      var target = [CChar](repeating: 0, count: 64)
      let length = readlink(folder.appending(name).string, &target, target.count)
      guard length > 0 else { return false }
      return String(decoding: target.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .hasPrefix("anon_inode:kvm-vm")
    }
  }
}
