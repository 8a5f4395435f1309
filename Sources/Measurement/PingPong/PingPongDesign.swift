import LockKernels
import Machine

/// One pair of CPUs passing a counter to and fro at one placement: a row of `pingpong.csv`.
public struct PingPongCell: Sendable, Hashable {
  public var pair: RelatedPair
  public var placement: Placement
}

/// Which pairs of CPUs pass a counter, and how often.
public struct PingPongDesign: Sendable {
  public var pairs: [RelatedPair]
  public var share: Plan.Share

  public init(pairs: [RelatedPair], share: Plan.Share) {
    (self.pairs, self.share) = (pairs, share)
  }

  public var cells: [PingPongCell] {
    pairs.flatMap { pair in
      [Placement.aligned, .lineSplit, .pageSplit].map { PingPongCell(pair: pair, placement: $0) }
    }
  }
}

extension ExperimentId {
  public static let pingpong = ExperimentId(
    "pingpong", "how long does a locked compare-and-exchange take from CPU to CPU, aligned and split",
    lockedPart: 0.05, quick: (1, 10), standard: (5, 40), thorough: (50, 300))
}

extension PingPongExperiment {
  public static var id: ExperimentId { .pingpong }

  public static func design(for request: inout RunRequest) -> PingPongDesign? {
    let pairs = undirected(request.pairs())
    guard !pairs.isEmpty else {
      request.skip(id.rawValue, RunRequest.needsSecondCpu)
      return nil
    }
    return PingPongDesign(
      pairs: pairs, share: request.share(of: id))
  }

  /// Each pair once: passing to and fro has no direction.
  static func undirected(_ pairs: [RelatedPair]) -> [RelatedPair] {
    var seen: Set<Set<Int>> = []
    return pairs.filter { seen.insert([$0.victim, $0.aggressor]).inserted }
  }
}
