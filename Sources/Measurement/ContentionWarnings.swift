import LockKernels
import Machine

extension RunWarning {
  /// The warnings of several experiments, each once, the most important first.
  public static func merged(_ lists: [[RunWarning]]) -> [RunWarning] {
    var seen: Set<String> = []
    let all = lists.joined().filter { seen.insert($0.id).inserted }
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    return all.enumerated().sorted {
      (rank[$0.element.id, default: order.count], $0.offset) < (
        rank[$1.element.id, default: order.count], $1.offset
      )
    }.map(\.element)
  }

  /// Those that may be in the way of believing anything, before those of a few rows.
  private static let order = [
    "unexplained-delay", "not-atomic", "trapped", "delayed", "linux-traps", "relation-contradicted",
  ]

  static func contradictions(_ sites: [PairSite]) -> [RunWarning] {
    let contradictions = PairSite.contradictions(sites)
    let found = sites.compactMap { contradictions[$0.pair] }
    guard let first = found.first else { return [] }
    return [
      RunWarning(
        "relation-contradicted", found.count == 1 ? first : "\(first); and \(found.count - 1) more",
        "do not believe the topology here; see pairs in run.json")
    ]
  }

  static func unexplained(_ delay: Double?) -> [RunWarning] {
    delay.map {
      [
        RunWarning(
          "unexplained-delay",
          "a split lock took \(Int($0 * 1000)) ms and nothing here explains it: the run ended there",
          "look for a hypervisor's policy or SMIs; splitbench doctor lists what is known")
      ]
    } ?? []
  }

  /// What the memory that victims read lacks.
  static func victimMemory(_ shortcomings: Set<VictimMemory.Shortcoming>) -> [RunWarning] {
    var warnings: [RunWarning] = []
    if shortcomings.contains(.noHugePages) {
      warnings.append(
        RunWarning(
          "no-huge-pages", "victims' memory lies in small pages: chases meet TLB misses, too",
          "allow transparent huge pages (madvise or always), or free contiguous memory"))
    }
    if shortcomings.contains(.fitsCache) {
      warnings.append(
        RunWarning(
          "dram-set-fits-cache",
          "too little memory is free for a working set beyond the L3: dram victims read caches",
          "free some memory, or raise the cgroup's limit"))
    }
    if shortcomings.contains(.cacheAssumed) {
      warnings.append(
        RunWarning(
          "cache-size-assumed", "the L2 or L3 size is unknown: l2-chase and l3-chase may read another level",
          "in a guest, have the hypervisor pass the cache topology through"))
    }
    if shortcomings.contains(.noNumaPolicy) {
      warnings.append(
        RunWarning(
          "victim-memory-unbound",
          "victims' memory lies where Linux put it, not on the node that was asked for",
          "run where NUMA policy works (CONFIG_NUMA, no seccomp filter against mbind)"))
    }
    return warnings
  }

  static func notAtomic(_ what: String?) -> [RunWarning] {
    what.map {
      [
        RunWarning(
          "not-atomic", "locked operations were not atomic: \($0)",
          "an emulator, or bit 31 of MSR 0x33 (split locks without bus lock): trust no other figure here")
      ]
    } ?? []
  }
}

extension PingPongExperiment {
  public var warnings: [RunWarning] {
    let wrong = records.reduce(0) { $0 + $1.wrongCounts }
    return RunWarning.unexplained(course.unexplainedDelay) + RunWarning.contradictions(sites)
      + [RunWarning.quota(machine)].compactMap(\.self)
      + RunWarning.notAtomic(wrong > 0 ? "a counter passed to and fro missed passes \(wrong) times" : nil)
  }
}

extension BystanderExperiment {
  public var warnings: [RunWarning] {
    var warnings =
      RunWarning.unexplained(course.unexplainedDelay) + RunWarning.contradictions(sites)
      + RunWarning.victimMemory(memoryShortcomings) + [RunWarning.quota(machine)].compactMap(\.self)
    if end == .finished, roundsDone < BystanderExperiment.enoughRounds, !sites.isEmpty {
      warnings.append(
        RunWarning(
          "bystander-few-rounds", "\(roundsDone) rounds over all bystanders: their intervals are wide",
          "raise --budget, or choose fewer with --victim or --cpu"))
    }
    return warnings
  }

  static let enoughRounds = 5
}

extension ScalingExperiment {
  public var warnings: [RunWarning] {
    let wrong = records.filter { !$0.isAtomic }
    let what = wrong.first.map {
      "\($0.cell.threads) threads, \($0.cell.arrangement.rawValue), \($0.cell.placement.rawValue):"
        + " \($0.wrongSums) wrong sums, \($0.tornReads) torn reads"
    }
    return RunWarning.unexplained(course.unexplainedDelay) + RunWarning.notAtomic(what)
      + [RunWarning.quota(machine)].compactMap(\.self)
  }
}
