import Machine

extension ExperimentId {
  public static let guest = ExperimentId(
    "guest", "what does a split lock cost and meet in a KVM guest, and what may a guest do about it",
    lockedPart: 0.07, quick: (2, 5), standard: (15, 15), thorough: (150, 60))
}

extension GuestExperiment {
  public static var id: ExperimentId { .guest }

  public static func design(for request: inout RunRequest) -> GuestPlan? {
    return GuestPlan(
      cpu: request.cpu, beside: request.otherCpu?.id,
      among: request.cpusAreGiven ? request.cpus : request.topology.cpus, in: request.topology,
      share: request.share(of: id))
  }
}
