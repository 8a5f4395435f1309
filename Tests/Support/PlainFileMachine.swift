import DetectionControl
import Foundation
import Machine
import SystemPackage

/// Plain files in place of a machine's: a register's number is its offset in `dev/cpu/N/msr`.
public final class PlainFileMachine {
  public let root: FilePath
  let cpus: Int

  public init(cpus: Int, mode: String = "warn", flags: String = "split_lock_detect bus_lock_detect") throws {
    root = FilePath(NSTemporaryDirectory()).appending("plain-\(UUID().uuidString)")
    self.cpus = cpus
    try put("flags : \(flags)\n", "proc/cpuinfo")
    try put("split_lock_detect=\(mode)\n", "proc/cmdline")
    try put("1\n", "proc/sys/kernel/split_lock_mitigate")
    try put("0\n", "proc/sys/kernel/panic_on_oops")
    try put("", "run/is-there")
    try put("this-boot\n", "proc/sys/kernel/random/boot_id")
    for cpu in 0..<cpus {
      try put("1\n", "sys/devices/system/cpu/cpu\(cpu)/online")
      try put(String(repeating: "\0", count: 0x1E1), "dev/cpu/\(cpu)/msr")
      try set(0xCF, 1 << 5, cpu: cpu)
      // As Linux leaves it.
      let isArmed = ["warn", "fatal"].contains(mode) && flags.contains("split_lock_detect")
      try set(0x33, isArmed ? 1 << 29 : 0, cpu: cpu)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  public var files: FileTree { FileTree(root: root) }
  public var journal: JournalFile { JournalFile(root.appending("run").appending("journal.json")) }

  public func put(_ text: String, _ path: String) throws {
    let url = URL(filePath: root.appending(FilePath(path).components).string)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  public func get(_ path: String) throws -> String { try files.text("/" + path) }

  public func set(_ register: Int, _ value: UInt64, cpu: Int) throws {
    let file = try FileHandle(forUpdating: URL(filePath: root.string + "/dev/cpu/\(cpu)/msr"))
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(register))
    try file.write(contentsOf: withUnsafeBytes(of: value) { Data($0) })
  }

  public func get(_ register: Int, cpu: Int) throws -> UInt64 {
    let file = try FileHandle(forReadingFrom: URL(filePath: root.string + "/dev/cpu/\(cpu)/msr"))
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(register))
    let data = try file.read(upToCount: 8) ?? Data()
    return data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
  }

  /// Everything that SplitBench may change, as text.
  public func snapshot() throws -> [String] {
    try (0..<cpus).flatMap { cpu in
      [
        "\(try get(0x33, cpu: cpu))", "\(try get(0x1D9, cpu: cpu))",
        try get("sys/devices/system/cpu/cpu\(cpu)/online"),
      ]
    } + [try get("proc/sys/kernel/split_lock_mitigate")]
  }

  /// The machine at hand with these files' registers and policy.
  public func report() throws -> MachineReport {
    var report = try MachineReport.ofThisMachine(files: files, watchMs: 0)
    report.topology = try Topology.synthetic("pack:1 l2:\(cpus) core:1 pu:1")
    report.linux.timerHz = 1000
    report.registers = (0..<cpus).map {
      DetectionRegisters(cpu: $0, files: files, detectionSupported: true)
    }
    return report
  }

  public func control(
    _ leave: DetectionControl.Leave = .init(writing: true, arming: true),
    term: DetectionControl.Term = .untilRestored
  ) throws -> DetectionControl {
    try DetectionControl(report: report(), files: files, journal: journal, leave: leave, term: term)
  }
}
