import Glibc

/// What on this machine may disturb a measurement.
public struct Noise: Codable, Sendable, Equatable {
  /// cpufreq governors in use, none where the frequency is out of Linux's hands.
  public var governors: [String]
  public var turbo: Bool?
  public var smt: String?
  public var loadAverage: Double?
  /// Share of all CPU time that a hypervisor withheld since boot, 0 to 1.
  public var stealSinceBoot: Double?
  /// CPU time that control groups leave this process, in CPUs, such as 0.2; nil without a limit.
  public var cpuQuota: Double?
  /// CPUs busy with other work, by id, as shares of the time looked at.
  public var busyCpus: [Int: Double]
  /// How long was looked, in ms; 0 where only totals since boot were read.
  public var windowMs: Int

  /// - Parameter windowMs: how long to watch /proc/stat for busy CPUs.
  public init(files: FileTree, cpus: [Int], windowMs: Int) {
    var governors: Set<String> = []
    for cpu in cpus {
      let path = "/sys/devices/system/cpu/cpu\(cpu)/cpufreq/scaling_governor"
      guard let governor = files.value(path) else { continue }
      governors.insert(governor)
    }
    self.governors = governors.sorted()
    if let off = files.value("/sys/devices/system/cpu/intel_pstate/no_turbo") {
      turbo = off == "0"
    } else if let on = files.value("/sys/devices/system/cpu/cpufreq/boost") {
      turbo = on == "1"
    }
    smt = files.value("/sys/devices/system/cpu/smt/control")
    loadAverage = files.value("/proc/loadavg")
      .flatMap { $0.split(separator: " ").first }.flatMap { Double($0) }.flatMap {
        $0 >= 0 && $0.isFinite ? $0 : nil
      }

    cpuQuota = CpuQuota.cpus(files)
    self.windowMs = windowMs
    let before = CpuTimes.read(files)
    stealSinceBoot = before?.total.stealShare
    guard windowMs > 0, let before else {
      busyCpus = [:]
      return
    }
    usleep(UInt32(windowMs) * 1000)
    let after = CpuTimes.read(files)
    var busy: [Int: Double] = [:]
    for cpu in cpus {
      guard let a = before.byCpu[cpu], let b = after?.byCpu[cpu] else { continue }
      let share = b.since(a).busyShare
      if share > 0.2 { busy[cpu] = share }
    }
    busyCpus = busy
  }
}

/// The `cpu` lines of /proc/stat, in clock ticks (proc(5)).
public struct CpuTimes {
  struct Ticks: Equatable {
    var busy: UInt64
    var idle: UInt64
    var steal: UInt64

    func since(_ earlier: Ticks) -> Ticks {
      // iowait, and with it idle, may run backwards (proc(5)).
      func growth(_ field: KeyPath<Ticks, UInt64>) -> UInt64 {
        let (now, then) = (self[keyPath: field], earlier[keyPath: field])
        return now > then ? now - then : 0
      }
      return Ticks(busy: growth(\.busy), idle: growth(\.idle), steal: growth(\.steal))
    }
    private var all: Double { Double(busy) + Double(idle) + Double(steal) }
    var busyShare: Double { all > 0 ? (Double(busy) + Double(steal)) / all : 0 }
    var stealShare: Double { all > 0 ? Double(steal) / all : 0 }
  }
  var total: Ticks
  var byCpu: [Int: Ticks]

  /// Clock ticks that a hypervisor withheld from these CPUs since boot; nil where /proc/stat cannot be read.
  public static func stolenTicks(_ files: FileTree, cpus: [Int]) -> UInt64? {
    read(files).map { times in cpus.reduce(0) { $0 + (times.byCpu[$1]?.steal ?? 0) } }
  }

  static func read(_ files: FileTree) -> CpuTimes? {
    guard let text = try? files.text("/proc/stat") else { return nil }
    var total: Ticks?
    var byCpu: [Int: Ticks] = [:]
    for line in text.split(separator: "\n") where line.hasPrefix("cpu") {
      let words = line.split(separator: " ")
      let numbers = words.dropFirst().compactMap { UInt64($0) }
      guard numbers.count >= 8 else { continue }
      // user nice system idle iowait irq softirq steal; no sum of real ones overflows.
      func sum(_ fields: Int...) -> UInt64 { fields.reduce(0) { $0 &+ numbers[$1] } }
      let ticks = Ticks(busy: sum(0, 1, 2, 5, 6), idle: sum(3, 4), steal: sum(7))
      if words[0] == "cpu" { total = ticks } else { byCpu[Int(words[0].dropFirst(3)) ?? -1] = ticks }
    }
    return total.map { CpuTimes(total: $0, byCpu: byCpu) }
  }
}
