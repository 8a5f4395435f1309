import CHost
import LockKernels
import Machine

/// Two CPUs that were looked at before anything is measured with them.
public struct PairSite: Sendable {
  public let pair: RelatedPair
  /// What the two show of their relation.
  public let check: PairCheck
  /// How split locks behave on the aggressor's CPU.
  public let ramp: DoseResponse

  /// Tries a few split locks on the aggressor's CPU, one, then ten, then a hundred.
  ///
  /// - Returns: nil if the other CPU did not answer.
  static func prepared(_ pair: RelatedPair, machine: MachineReport, clock: TscClock) throws -> PairSite? {
    let check = try CpuPin.pinned(to: pair.victim) { PairCheck.run(otherCpu: pair.aggressor, clock: clock) }
    guard let check else { return nil }
    let ramp = try CpuPin.pinned(to: pair.aggressor) { try climb(on: pair.aggressor, machine, clock) }
    return PairSite(pair: pair, check: check, ramp: ramp)
  }

  /// The dose ramp on `cpu`, to which the calling thread is pinned.
  static func climb(on cpu: Int, _ machine: MachineReport, _ clock: TscClock) throws -> DoseResponse {
    let lineBytes = machine.processor.lineBytes
    let memory = try OperandMemory(pageCount: 4, cpu: cpu, lineBytes: lineBytes)
    let offset = Placement.lineSplit.typicalOffset(widthBytes: 8, lineBytes: lineBytes)!
    var timer = GuardedTimer()
    let ramp = DoseRamp(
      policy: machine.policy, timerTicks: TimerCost.measure().medianTicks,
      ticksPerSecond: clock.ticks(seconds: 1))
    return ramp.climb(
      &timer, kernel: Kernel(.add, widthBytes: 8, locked: true)!,
      operand: memory.address(.lineSplit, offset: offset, spot: 1))
  }

  /// Native cost of a split lock on the aggressor's CPU, in seconds.
  func cost(_ clock: TscClock) -> Double {
    ramp.nativeTicks.map(clock.seconds) ?? DoseResponse.assumedSeconds
  }

  /// What the pair shows against what the topology claims; nil where the two agree.
  public var contradiction: String? {
    let name = "CPUs \(pair.victim) and \(pair.aggressor)"
    if check.sharesCore && pair.relation != .smtSibling {
      return
        "\(name) slow each other like SMT siblings, which the topology denies (\(pair.relation.rawValue))"
    }
    if !check.sharesCore && pair.relation == .smtSibling {
      return "\(name) do not slow each other, though the topology calls them SMT siblings"
    }
    return nil
  }
}

extension PairSite {
  /// How much longer a trip between close CPUs may take than one between distant ones before the topology is in doubt.
  private static let doubt = 1.5

  /// What pairs show against what the topology claims, each by itself and beside the others.
  static func contradictions(_ sites: [PairSite]) -> [String] {
    let rank = Dictionary(uniqueKeysWithValues: Relation.allCases.enumerated().map { ($1, $0) })
    let reversed = sites.flatMap { close in
      sites.compactMap { distant -> String? in
        guard rank[close.pair.relation]! < rank[distant.pair.relation]!,
          close.check.oneWayTicks > doubt * distant.check.oneWayTicks
        else { return nil }
        return "a line travels longer between CPUs \(close.pair.victim) and \(close.pair.aggressor)"
          + " (\(close.pair.relation.rawValue)) than between \(distant.pair.victim) and \(distant.pair.aggressor)"
          + " (\(distant.pair.relation.rawValue))"
      }
    }
    return sites.compactMap(\.contradiction) + reversed
  }
}
