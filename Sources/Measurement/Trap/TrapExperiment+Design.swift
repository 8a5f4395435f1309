import Machine

extension ExperimentId {
  public static let trap = ExperimentId(
    "trap", "what does this machine do to a program that split-locks, and on which CPU", lockedPart: 0.01,
    quick: (2, 1), standard: (10, 1), thorough: (60, 1))
}

extension TrapExperiment {
  public static var id: ExperimentId { .trap }

  public static func design(for request: inout RunRequest) -> TrapPlan? {
    return TrapPlan(
      cpus: tried((request.cpusAreGiven ? request.cpus : request.topology.cpus).map(\.id)),
      share: request.share(of: id), triesTwoOffenders: request.plan.name == .thorough)
  }

  /// The CPU that is tried most comes first: not CPU 0 where there is another.
  private static func tried(_ cpus: [Int]) -> [Int] {
    guard let first = cpus.first(where: { $0 != 0 }) else { return cpus }
    return [first] + cpus.filter { $0 != first }
  }
}
