/// Which kind of machine this is, and which of several alike, without telling its name.
public struct HostIdentity: Codable, Sendable, Equatable {
  /// See `MachineReport.group`.
  public var group: String
  /// The same in every run of one machine: 12 hexadecimal digits, from which nothing of the machine can be learned. Nil where Linux
  /// tells neither of its ids.
  public var instance: String?
  public var instanceSource: Source
  /// The same in every run since the machine was booted, of the same form. Clones of one disk share a machine-id, never this.
  public var boot: String?
  /// The host's own name, where the person asked for it.
  public var name: String?

  public enum Source: String, Codable, Sendable {
    /// /etc/machine-id (machine-id(5)).
    case machineId = "machine-id"
    /// There is none, as in many containers: the boot stands for the machine, and after the next one it looks like another.
    case bootId = "boot-id"
    case none
  }

  /// - Parameter tellingName: whether its own name is to be in it.
  public init(_ machine: MachineReport, files: FileTree = .live, tellingName: Bool = false) {
    group = machine.group
    boot = HostIdentity.hashed(files.value("/proc/sys/kernel/random/boot_id"))
    let id = HostIdentity.hashed(files.value("/etc/machine-id"))
    instance = id ?? boot
    instanceSource = id != nil ? .machineId : boot != nil ? .bootId : .none
    name = tellingName ? files.value("/proc/sys/kernel/hostname") : nil
  }

  /// For the folder of a machine's runs: the processor's slug, and what tells the machine from others.
  public func slug(_ processor: ProcessorIdentity) -> String {
    ([processor.slug] + [name ?? instance].compactMap { $0 }.map(slugWord)).joined(separator: "-")
  }

  /// As machine-id(5) wants it: HMAC-SHA256 keyed by the id over an id of this program. `systemd-id128 machine-id --app-specific`
  /// begins with the same digits. 48 bits: among ten thousand machines two are alike once in six million times.
  private static func hashed(_ id: String?) -> String? {
    let digits = (id ?? "").filter { $0 != "-" }.compactMap { $0.isASCII ? $0.hexDigitValue : nil }
    // "uninitialized" of a first boot is no id, nor is one of zeros alone.
    guard digits.count == 32, digits.contains(where: { $0 != 0 }) else { return nil }
    let key = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    return Sha256.hmac(key: key, application).prefix(6).map {
      ($0 < 16 ? "0" : "") + String($0, radix: 16)
    }.joined()
  }

  /// 65f99581-0a36-4998-9c1c-bead30100fb3.
  private static let application: [UInt8] = [
    0x65, 0xf9, 0x95, 0x81, 0x0a, 0x36, 0x49, 0x98, 0x9c, 0x1c, 0xbe, 0xad, 0x30, 0x10, 0x0f, 0xb3,
  ]
}

extension MachineReport {
  /// The same of machines that should measure the same: processor and stepping, hypervisor, microcode, packages, Linux's release and
  /// all that it does about split locks, as in `amd-epyc-f25-m17-s1-kvm-u0x1000065-1p-linux6.12.1-unsupported`, or with
  /// `warn-not-mitigated` at the end.
  public var group: String {
    let own = [
      processor.slug, "u" + slugWord(linux.microcode ?? "unknown"), "\(topology.packageCount)p",
      "linux" + slugWord(linux.release),
    ]
    return (own + policy.parts.map(slugWord)).joined(separator: "-")
  }
}

/// As part of a folder's name.
private func slugWord(_ text: String) -> String {
  String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._+-".contains($0)) ? $0 : "-" })
}
