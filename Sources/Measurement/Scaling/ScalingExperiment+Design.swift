import Machine

extension ExperimentId {
  public static let scaling = ExperimentId(
    "scaling", "what happens as more offenders join, and are their operations still atomic", lockedPart: 0.1,
    quick: (1, 5), standard: (10, 30), thorough: (100, 300))
}

extension ScalingExperiment {
  public static var id: ExperimentId { .scaling }

  public static func design(for request: inout RunRequest) -> ScalingPlan? {
    let offenders = request.cpusAreGiven ? request.cpus : request.topology.cpus
    guard offenders.count > 1 else {
      let reason =
        request.topology.cpus.count == 1 ? RunRequest.needsSecondCpu : "--cpu leaves one CPU only"
      request.skip(id.rawValue, reason)
      return nil
    }
    return ScalingPlan(
      cpus: offenders, share: request.share(of: id))
  }
}
