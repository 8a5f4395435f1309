import Fleet
import Pages
import StoredRuns

/// What many machines say beside the verdicts on sides.
struct ComparedFleet {
  let fleet: Fleet
  let digest: FleetDigest
  /// What kinds are called, by group; nil where sides are none.
  let letters: [String: String]?

  /// - Parameter ofKinds: whether every side is a kind of machine.
  /// - Returns: nil of two kinds with few machines, where the verdict on them is all there is to say.
  init?(_ sides: [Side], ofKinds: Bool) throws(ReadFailure) {
    let runs = sides.flatMap(\.runs)
    guard FleetReport.suits(runs) || ofKinds && sides.count > 2 else { return nil }
    fleet = try Fleet(runs)
    letters = ofKinds ? Dictionary(uniqueKeysWithValues: sides.map { ($0.name, $0.letter) }) : nil
    digest = FleetDigest(fleet, runs, names: letters)
  }
}
