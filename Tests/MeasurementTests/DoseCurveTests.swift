import LockKernels
import Machine
import Testing

@testable import Measurement

@Suite struct DoseCurveTests {
  private let pair = RelatedPair(victim: 0, aggressor: 1, relation: .sameL3)
  private let cost = 1e-6

  private func fitted(
    _ slowdown: (Double) -> Double, width: Double = 0.01, ladder: [Double] = BystanderPlan.ladder
  ) -> DoseCurve? {
    let steps = ladder.map { fraction in
      let value = slowdown(fraction)
      return DoseCurve.Step(
        fraction: fraction, slowdown: value, low: value * (1 - width), high: value * (1 + width))
    }
    return DoseCurve(pair: pair, victim: .dramChase, steps: steps, cost: cost)
  }

  @Test(arguments: [0.2, 0.5, 0.85])
  func aBystanderThatWaitsForTheBusIsExplained(k: Double) throws {
    let curve = try #require(fitted { 1 / (1 - k * $0) })
    #expect(abs(curve.stallShare - k) < 1e-6 && curve.isExplained)
    let limit = try #require(curve.limits.first { $0.tolerated == 0.05 }?.rateHz)
    // At that rate the model gives back the tolerated slow-down.
    #expect(abs(1 / (1 - k * limit * cost) - 1.05) < 1e-9)
    #expect(abs(curve.slowdownAtRatelimit - 1 / (1 - k * 0.001)) < 1e-6)
    let cautious = try #require(curve.limits.first { $0.tolerated == 0.05 }?.cautiousRateHz)
    #expect(cautious <= limit)
  }

  @Test func whatTheModelMissesIsSaid() throws {
    // Slow-down by half from the lowest rate on: not what the locked fraction explains.
    let curve = try #require(fitted { _ in 1.5 })
    #expect(!curve.isExplained && curve.largestResidual > 0.2)
  }

  @Test func aBystanderThatIsNotSlowedHasNoLimit() throws {
    let curve = try #require(fitted({ _ in 1 }, width: 0.001))
    #expect(curve.limits.allSatisfy { $0.rateHz == nil })
    #expect(curve.stallShareLow <= 0 && curve.stallShareHigh >= 0)
  }

  @Test func ratesBelowTheLadderAreExtrapolated() throws {
    let curve = try #require(fitted({ 1 / (1 - 0.8 * $0) }, ladder: [0.1, 0.3, 1]))
    #expect(curve.limits[0].tolerated == 0.01 && curve.limits[0].isExtrapolated)
    #expect(!curve.limits[2].isExtrapolated, "10 % lie between 0.1 and 0.3")
  }

  @Test func twoStepsAreNoCurve() {
    let step = DoseCurve.Step(fraction: 0.1, slowdown: 1.1, low: 1, high: 1.2)
    #expect(DoseCurve(pair: pair, victim: .alu, steps: [step, step], cost: cost) == nil)
  }
}

@Suite struct BystanderPlanTests {
  private let pair = RelatedPair(victim: 0, aggressor: 1, relation: .sameL3)

  @Test func aSliceHoldsTwentyOperations() {
    for fraction in BystanderPlan.ladder {
      let cell = BystanderCell(pair: pair, victim: .alu, aggressor: .lineSplit, fraction: fraction)
      for cost in [0.4e-6, 1.2e-6, 7e-6] {
        let (slice, _) = BystanderPlan.slice(cell, cost: cost)
        #expect(slice / (cost / fraction) >= 20 - 1e-9)
        #expect(BystanderPlan.lockedTime(cell, cost: cost) <= Plan.longestBurst)
      }
    }
  }

  @Test func splitLocksAreComparedWithAlignedOnesAndTheseWithNothing() {
    let plan = BystanderPlan(pairs: [pair], share: .init(rounds: 1, budget: 1, wallLimit: 1))
    for cell in plan.cells {
      #expect(cell.control == (cell.aggressor.takesBusLocks ? .alignedAtomic : .idle))
    }
    #expect(plan.cells.contains { $0.aggressor == .idle && $0.victim == .alu }, "the noise floor")
  }

  @Test func aVictimThatTakesBusLocksIsSparedSlowAggressors() {
    let plan = BystanderPlan(pairs: [pair], share: .init(rounds: 1, budget: 1, wallLimit: 1))
    let least = plan.cells.filter { $0.victim == .lineSplitAtomic && $0.aggressor == .lineSplit }.map(
      \.fraction
    ).min()
    #expect(least == 0.1)
  }

  @Test(
    arguments: [
      (1.1, 1.2, .slowed), (0.995, 1.005, .notSlowed), (0.8, 0.9, .faster), (0.99, 1.2, .undecided),
    ]
      as [(Double, Double, BystanderRow.Verdict)])
  func verdicts(low: Double, high: Double, verdict: BystanderRow.Verdict) {
    var estimate = Estimate(value: (low + high) / 2, rounds: 20)
    (estimate.low, estimate.high) = (low, high)
    #expect(BystanderExperiment.verdict(estimate, floor: 0.01) == verdict)
  }
}

@Suite struct ScalingPlanTests {
  @Test(arguments: [(1, [1]), (2, [1, 2]), (6, [1, 2, 4, 6]), (8, [1, 2, 4, 8])] as [(Int, [Int])])
  func powersOfTwoAndAll(cpus: Int, counts: [Int]) throws {
    let topology = try Topology.synthetic("core:\(cpus) pu:1")
    let plan = ScalingPlan(cpus: topology.cpus, share: .init(rounds: 1, budget: 1, wallLimit: 1))
    #expect(plan.counts == counts)
  }

  @Test func siblingsJoinLast() throws {
    let topology = try Topology.synthetic("core:4 pu:2")
    let plan = ScalingPlan(cpus: topology.cpus, share: .init(rounds: 1, budget: 1, wallLimit: 1))
    #expect(plan.cpus == [0, 2, 4, 6, 1, 3, 5, 7])
  }

  @Test(
    arguments: [([1, 1, 1, 1], 1), ([1, 0, 0, 0], 0.25), ([2, 1], 0.9)] as [([Double], Double)])
  func fairnessIsJains(rates: [Double], index: Double) throws {
    #expect(abs(try #require(ScalingRecord.fairness(rates)) - index) < 1e-12)
  }

  @Test func aLostAdditionIsNoticed() {
    let operand = UnsafeMutableRawPointer.allocate(byteCount: 8, alignment: 8)
    defer { operand.deallocate() }
    operand.storeBytes(of: 12 * 0x1_0000_0001, as: UInt64.self)
    #expect(ScalingExperiment.sumsAreRight([operand, operand], [5, 7]))
    #expect(!ScalingExperiment.sumsAreRight([operand, operand], [5, 8]))
  }

  @Test func tornReadsCountWhereTheArchitecturePromisesNone() {
    for (arrangement, placement, isAtomic) in [
      (ScalingCell.Arrangement.plainReader, .lineSplit, true), (.plainReader, .aligned, false),
      (.lockedReader, .lineSplit, false),
    ] as [(ScalingCell.Arrangement, Placement, Bool)] {
      var record = ScalingRecord(ScalingCell(arrangement: arrangement, placement: placement, threads: 2))
      var outcome = ScalingOutcome()
      (outcome.operations, outcome.seconds, outcome.splits) = ([10], [1], [true])
      (outcome.reads, outcome.tornReads) = (100, 1)
      record.add(outcome)
      #expect(record.isAtomic == isAtomic)
    }
  }
}
