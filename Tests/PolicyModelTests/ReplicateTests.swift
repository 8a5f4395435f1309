import Testing

@testable import PolicyModel

@Suite struct ReplicateTests {
  @Test(arguments: PolicyChoice.all) func theSameSeedGivesTheSame(_ policy: PolicyChoice) throws {
    let crowd = try hurriedCrowd()
    let first = policy.tally(crowd, .committed, seed: 7, replicate: 3)
    #expect(policy.tally(crowd, .committed, seed: 7, replicate: 3) == first)
  }

  @Test func replicatesDiffer() throws {
    let game = try scenario("legacy-game")
    let found = (0..<20).map { PolicyChoice.off.tally(game, .committed, seed: 1, replicate: $0).performed }
    #expect(Set(found).count > 15)
  }

  /// What cannot be, whatever the policy: split locks that nobody wanted, a bus locked for longer than there was time.
  @Test(arguments: PolicyChoice.all) func accountsBalance(_ policy: PolicyChoice) throws {
    for var scenario in Scenario.builtIn {
      if scenario.name == "crowd" { scenario = try hurriedCrowd() } else { scenario.seconds = 1 }
      let found = policy.tally(scenario, .committed, seed: 5, replicate: 0)
      let place = "\(policy.id) \(scenario.name) \(found)"
      #expect(found.performed + found.emulated <= found.demanded + found.offenders, "\(place)")
      #expect(found.busLocked == found.performed * Costs.committed.splitLock.ns, "\(place)")
      // The first split lock in a window is not made to wait for the bus.
      #expect(found.busLocked <= scenario.seconds * 1_010_000_000, "\(place)")
      #expect(found.waited <= found.worked, "\(place)")
      #expect(found.toggles <= found.msrWrites, "\(place)")
      #expect(found.detected <= found.alignmentChecks + found.busLockTraps + found.busLockExits, "\(place)")
      #expect((found.firstDetection == nil) == (found.detected == 0), "\(place)")
      #expect((found.firstDetection ?? 0) >= 0, "\(place)")
      #expect(found.spurious <= found.alignmentChecks, "\(place)")
      #expect(found.coresOff <= scenario.host.cores, "\(place)")
    }
  }

  /// All time of a lone loop goes into split locks, what they meet, and waiting: once.
  @Test(arguments: PolicyChoice.all) func timeIsSpentOnce(_ policy: PolicyChoice) throws {
    for kind in [Scenario.Actor.Kind.task, .guest] {
      var scenario = offenders(1)
      scenario.actors[0].kind = kind
      let found = policy.tally(scenario, .committed, seed: 1, replicate: 0)
      guard found.sigbusTasks + found.guestsKilled == 0 else { continue }
      let costs = Costs.committed
      let spent =
        found.waited + found.performed * costs.splitLock.ns
        + (found.alignmentChecks - found.emulated + found.busLockTraps) * costs.trap.ns
        + (found.emulated + found.busLockExits) * costs.vmExit.ns
      #expect(found.worked == 10_000_000_000)
      // What a trap at the end still takes, and a virtual CPU's exits.
      #expect(abs(spent - found.worked) < found.worked / 1000, "\(kind) \(found)")
    }
  }

  @Test func oneHostInAHundredOfTheFleetHasOffenders() throws {
    var fleet = try scenario("fleet")
    fleet.seconds = 1
    let hit = (0..<1000).count {
      PolicyChoice.fatal.tally(fleet, .committed, seed: 1, replicate: $0).offenders > 0
    }
    // Three standard deviations.
    #expect((1...20).contains(hit))
  }

  @Test(arguments: PolicyChoice.all) func everyIdIsReadBack(_ policy: PolicyChoice) {
    #expect(PolicyChoice(id: policy.id) == policy)
  }

  @Test(arguments: [
    "", "warn", "ratelimit-5.13", "ratelimit-5.13:0", "ratelimit-5.13:1001", "warn-6.2:mitigate=2",
    "off:kill",
    "oct2019-ipi:kill:kill", "kvm-bus-lock-exit:x", "v9-per-cpu-cache:as-posted:never-writes",
  ])
  func otherIdsAreRefused(_ id: String) { #expect(PolicyChoice(id: id) == nil) }
}
