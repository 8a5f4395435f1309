import CHost
import Machine

/// Two CPUs that were looked at before anything is measured with them.
public struct PairSite: Sendable {
  public let pair: RelatedPair
  /// What the two show of their relation.
  public let check: PairCheck
  /// How split locks behave on either CPU.
  public let victimRamp: SplitLockRamps.Ramp
  public let aggressorRamp: SplitLockRamps.Ramp

  /// Why a pair is left out.
  enum Refusal: Error {
    case silent
    case policy
    case budget
    case unexplained(Double)

    var reason: String {
      switch self {
      case .silent: "the other CPU did not answer in time"
      case .policy:
        "Linux traps or delays split locks on one of the two: its policy would be measured, not the bus"
      case .budget: ExperimentEnd.outOfBudget
      case .unexplained(let seconds): "a split lock took \(Int(seconds * 1000)) ms"
      }
    }
  }

  /// Looks at the two, and tries a few split locks on either.
  static func prepared(
    _ pair: RelatedPair, ramps: SplitLockRamps, clock: TscClock, budget: inout BusBudget
  ) throws -> Result<PairSite, Refusal> {
    var found: [SplitLockRamps.Ramp] = []
    for cpu in [pair.victim, pair.aggressor] {
      guard let ramp = try ramps.ramp(on: cpu, clock: clock, budget: &budget) else {
        return .failure(.budget)
      }
      if let delay = ramp.unexplainedDelay { return .failure(.unexplained(delay)) }
      guard ramp.isCompleted else { return .failure(.policy) }
      found.append(ramp)
    }
    let check = try CpuPin.pinned(to: pair.victim) { PairCheck.run(otherCpu: pair.aggressor, clock: clock) }
    guard let check else { return .failure(.silent) }
    return .success(PairSite(pair: pair, check: check, victimRamp: found[0], aggressorRamp: found[1]))
  }

  /// Native cost of a split lock on the aggressor's CPU, in seconds.
  func cost(_ clock: TscClock) -> Double { aggressorRamp.cost(clock) }
}

extension PairSite {
  /// How much longer a trip between close CPUs may take than one between distant ones before the topology is in doubt.
  private static let doubt = 1.5

  /// What pairs show against what the topology claims, each by itself and beside others of the same kinds of core.
  public static func contradictions(_ sites: [PairSite]) -> [RelatedPair: String] {
    Dictionary(
      uniqueKeysWithValues: sites.compactMap { site in
        (site.contradiction ?? site.reversal(among: sites)).map { (site.pair, $0) }
      })
  }

  private var name: String { "CPUs \(pair.victim) and \(pair.aggressor)" }

  private var contradiction: String? {
    if check.sharesCore && pair.relation != .smtSibling {
      return
        "\(name) slow each other like SMT siblings, which the topology denies (\(pair.relation.rawValue))"
    }
    if !check.sharesCore && pair.relation == .smtSibling {
      return "\(name) do not slow each other, though the topology calls them SMT siblings"
    }
    return nil
  }

  private func reversal(among sites: [PairSite]) -> String? {
    func kinds(_ pair: RelatedPair) -> Set<CoreKind> { [pair.victimKind, pair.aggressorKind] }
    let quicker = sites.first {
      pair.relation < $0.pair.relation && kinds(pair) == kinds($0.pair)
        && check.oneWayTicks > PairSite.doubt * $0.check.oneWayTicks
    }
    return quicker.map {
      "a line travels longer between \(name) (\(pair.relation.rawValue)) than between \($0.name)"
        + " (\($0.pair.relation.rawValue))"
    }
  }
}
