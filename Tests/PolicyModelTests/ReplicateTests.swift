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
      guard policy.obstacle(on: scenario.host) == nil else { continue }
      let found = policy.tally(scenario, .committed, seed: 5, replicate: 0)
      let place = "\(policy.id) \(scenario.name) \(found)"
      #expect(found.performed + found.emulated <= found.demanded + found.offenders, "\(place)")
      // The first split lock in a window is not made to wait for the bus.
      #expect(found.busLockedShare(seconds: scenario.seconds, .committed) <= 1_010_000, "\(place)")
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
      if policy.obstacle(on: scenario.host) != nil { scenario.host.detects = [.busLock] }
      let found = policy.tally(scenario, .committed, seed: 1, replicate: 0)
      guard found.sigbusTasks + found.sigbusInGuests + found.guestsKilled == 0 else { continue }
      let costs = Costs.committed
      let spent =
        found.waited + found.performed * costs.splitLock.ns
        + (found.alignmentChecks - found.emulated) * costs.alignmentCheck.ns
        + found.busLockTraps * costs.busLockTrap.ns
        + (found.emulated + found.busLockExits) * costs.vmExit.ns
      #expect(found.worked == 10_000_000_000)
      // What a trap at the end still takes, and a virtual CPU's exits.
      #expect(abs(spent - found.worked) < found.worked / 1000, "\(kind) \(found)")
    }
  }

  /// What was not measured leaves results open where it matters, and what a scenario states leaves nothing.
  @Test func costsThatWereNotMeasuredLeaveResultsOpen() throws {
    var scenario = offenders(1)
    scenario.host.detects = [.busLock]
    let policy = try #require(PolicyChoice(id: "bus-lock-warn-6.14"))
    let found = policy.replicate(scenario, .committed, seed: 1, number: 0)
    let (lock, most) = (Costs.committed.splitLock.ns, Costs.committed.busLockTrap.range.upperBound)
    #expect(found.tally == found.most)
    #expect((10_000_000_000 / (lock + 1)...10_000_000_000 / (lock + 1) + 1).contains(found.least.performed))
    #expect(
      (10_000_000_000 / (lock + most)...10_000_000_000 / (lock + most) + 1).contains(found.most.performed))
    let range = try #require(found.range(of: \.throughputShare))
    #expect(range.lowerBound < lock * 1_000_000 / (lock + most) + 1000 && range.upperBound > 990_000)
    scenario.costs.busLockTrapNs = 1000
    let stated = policy.replicate(scenario, .committed, seed: 1, number: 0)
    #expect(stated.least == stated.tally && stated.most == stated.tally)
    #expect(abs(stated.tally.performed - 10_000_000_000 / (lock + 1000)) <= 1)
    // #AC costs as little known, but comes 31 times a second.
    let warn = try #require(PolicyChoice(id: "warn-6.2"))
      .replicate(offenders(1), .committed, seed: 1, number: 0)
    #expect(warn.least == warn.tally)
  }

  /// 10,000 tasks for an hour work 3.6e16 ns: 256 times that is less than 2^63, and 257 times is not.
  @Test(arguments: [(10_000, 3600, 256), (1, 3600, 2_562_047), (10_000, 1, 922_337)])
  func sumsFitUpToTheLimitOfReplicates(_ tasks: Int, _ seconds: Int, _ limit: Int) {
    #expect(offenders(tasks, seconds: seconds).replicateLimit == limit)
    let worked = tasks * seconds * 1_000_000_000
    #expect(!worked.multipliedReportingOverflow(by: limit).overflow)
    #expect(worked.multipliedReportingOverflow(by: limit + 1).overflow)
  }

  @Test func v9WithoutMoreIsWhatWasPosted() {
    #expect(PolicyChoice(id: "v9-per-cpu-cache")?.id == "v9-per-cpu-cache:as-posted")
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
    "", "warn", "ratelimit-5.14", "ratelimit-5.14:0", "ratelimit-5.14:1001", "ratelimit-5.13:100",
    "warn-6.2:mitigate=2", "warn-6.2:mitigate=0:mitigate=1", "ratelimit-5.14:+7", "ratelimit-5.14:007",
    "off:kill",
    "oct2019-ipi:kill:kill", "kvm-bus-lock-exit:x", "v9-per-cpu-cache:as-posted:never-writes",
  ])
  func otherIdsAreRefused(_ id: String) { #expect(PolicyChoice(id: id) == nil) }
}
