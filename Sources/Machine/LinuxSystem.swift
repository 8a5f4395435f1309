import CHost
import Glibc

/// The Linux that runs here, as far as it bears on split locks.
public struct LinuxSystem: Codable, Sendable, Equatable {
  public var release: String
  /// Timer interrupts a second; a jiffy is its inverse. Nil where the clock does not tell.
  public var timerHz: Int?
  /// The boot parameters that matter here, as written; nil where /proc/cmdline cannot be read.
  public var bootParameters: [String]?
  public var microcode: String?
  public var clockSource: String?

  /// Whether Linux's clock is one that it takes where it has found the TSC wanting (arch/x86/kernel/tsc.c,
  /// kernel/time/clocksource.c), and not a hypervisor's.
  public var distrustsTsc: Bool {
    ["hpet", "acpi_pm", "pit", "refined-jiffies", "jiffies"].contains(clockSource)
  }

  public init(files: FileTree, release: String, timerHz: Int?) {
    self.release = release
    self.timerHz = timerHz
    bootParameters = files.value("/proc/cmdline").map { line in
      line.split(whereSeparator: \.isWhitespace).map(String.init)
        .filter { LinuxSystem.isOfInterest($0) }
    }
    microcode = CpuInfo(files: files)?.microcode
    clockSource = files.value("/sys/devices/system/clocksource/clocksource0/current_clocksource")
  }

  public static func ofThisMachine() -> LinuxSystem {
    var names = utsname()
    let release =
      uname(&names) == 0
      ? withUnsafeBytes(of: &names.release) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      } : "unknown"
    let hz = chost_timer_hz()
    return LinuxSystem(files: .live, release: release, timerHz: hz > 0 ? Int(hz) : nil)
  }

  private static func isOfInterest(_ parameter: String) -> Bool {
    let names = [
      "split_lock_detect", "nosmt", "isolcpus", "nohz_full", "idle", "mitigations", "tsc",
      "clocksource", "intel_pstate", "amd_pstate", "clearcpuid", "msr.allow_writes",
    ]
    return names.contains { parameter == $0 || parameter.hasPrefix($0 + "=") }
  }
}

/// The first processor's block of /proc/cpuinfo.
struct CpuInfo {
  let flags: Set<String>
  let microcode: String?

  init?(files: FileTree) {
    guard let text = try? files.text("/proc/cpuinfo") else { return nil }
    var fields: [Substring: Substring] = [:]
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { break }
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[trimmed(parts[0])] = trimmed(parts[1])
    }
    guard let flags = fields["flags"] else { return nil }
    self.flags = Set(flags.split(separator: " ").map(String.init))
    microcode = fields["microcode"].map(String.init)
  }
}

/// `text` without surrounding white space.
func trimmed(_ text: Substring) -> Substring {
  let start = text.drop(while: \.isWhitespace)
  guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
  return start[...last]
}
