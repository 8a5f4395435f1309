/// What things cost, in ns, with where each number comes from.
public struct Costs: Sendable, Equatable {
  public struct Cost: Sendable, Equatable {
    public var ns: Int
    /// What it may be where it was not measured by itself; else `ns` alone.
    public var range: ClosedRange<Int>
    public var source: String

    public init(ns: Int, in range: ClosedRange<Int>? = nil, source: String) {
      (self.ns, self.range, self.source) = (ns, range ?? ns...ns, source)
    }

    /// How far its ends are apart.
    var span: Int { range.upperBound - range.lowerBound }

    var inWords: String {
      let found =
        span == 0
        ? "\(ns) ns"
        : range.lowerBound == Costs.unknown
          ? "at most \(range.upperBound) ns" : "\(ns) ns, or \(range.lowerBound) to \(range.upperBound)"
      return "\(found) (\(source))"
    }
  }

  /// The run that was measured.
  public var run: String
  /// A split lock that nothing hinders; the bus is locked meanwhile.
  public var splitLock: Cost
  /// From a split lock into Linux by #AC, and back.
  public var alignmentCheck: Cost
  /// From behind a split lock into Linux by #DB, and back.
  public var busLockTrap: Cost
  /// A write of MSR 0x33.
  public var msrWrite: Cost
  /// From a guest to KVM and back.
  public var vmExit: Cost
  /// Share of its speed that a bystander loses while the bus is locked, in millionths, by victim: k of the dose curve
  /// throughput = 1 - k x locked share.
  public var stallShares: [String: Int]

  /// The least that a cost is where nothing more is known: an event takes its time.
  static let unknown = 1

  /// - Parameters:
  ///   - signal: the round trip by #AC to a signal's handler. #AC and #DB without a signal take less: how much less was not measured, and the
  ///     model takes the whole of it.
  ///   - vmExit: where it was measured.
  public init(
    run: String, splitLock: Cost, signal: Cost, vmExit: Cost? = nil, stallShares: [String: Int]
  ) {
    (self.run, self.splitLock, self.stallShares) = (run, splitLock, stallShares)
    let atMost = Costs.unknown...signal.ns
    alignmentCheck = Cost(ns: signal.ns, in: atMost, source: signal.source + ", with a signal")
    busLockTrap = Cost(ns: signal.ns, in: atMost, source: "not measured: #AC's with a signal")
    msrWrite = Costs.assumedMsrWrite
    self.vmExit = vmExit ?? Costs.assumedVmExit
  }

  /// WRMSR is some hundred cycles of microcode. Half a µs is an assumption, and so are its ends.
  static let assumedMsrWrite = Cost(ns: 500, in: 50...1000, source: "assumed")
  /// An EPYC took 1,376 cycles for VMRUN and back, 2,528 with KVM's ioctl around it (linux-kernel, December 2020,
  /// https://lkml.iu.edu/hypermail/linux/kernel/2012.2/00527.html): 0.5 to 1.3 µs; an instruction that KVM then interprets takes some more.
  static let assumedVmExit = Cost(ns: 1500, in: 500...4000, source: "assumed")

  /// The victim that loses most; of two alike the first by name.
  var worstVictim: String? {
    stallShares.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// Slow-down of a victim while the bus is locked for a share of the time, both in millionths; a bus locked all the time leaves it a
  /// thousandth of its speed at least.
  public func slowdown(of victim: String, lockedShare: Int) -> Int? {
    guard let share = stallShares[victim] else { return nil }
    let lost = Fixed.scaled(max(0, share), by: min(lockedShare, Fixed.million), over: Fixed.million)
    return Fixed.scaled(Fixed.million, by: Fixed.million, over: max(1000, Fixed.million - lost))
  }

  /// The victim whose slow-down a scenario asks for.
  public func victim(of scenario: Scenario) -> String? { scenario.bystander ?? worstVictim }

  /// Each cost with where it comes from, for people.
  public var sources: [String] {
    [
      ("split lock", splitLock), ("#AC", alignmentCheck), ("#DB", busLockTrap), ("MSR write", msrWrite),
      ("VM exit", vmExit),
    ].map { "\($0) \($1.inWords)" }
  }
}
