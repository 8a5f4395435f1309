import RealModule
import Testing

@testable import Comparison

/// What is said of many machines: means with the spread between them, places, strays.
@Suite struct FleetStatisticsTests {
  private static func near(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-3 } ?? false }

  /// Machines with means of logarithms 2, 3 and 7, and a variance of 2 inside each.
  @Test func aMeanHasTheSpreadOfMachines() throws {
    let logs = [[1.0, 3], [2, 4], [6, 8]]
    let mean = try #require(ClusterMean(logs.map { $0.map { Double.exp($0) } } + [[]]))
    #expect(mean.machines == 3 && mean.runs == 6 && !mean.isOfOneMachine)
    #expect(Self.near(Double.log(mean.value), 4))
    // t with two degrees of freedom is 4.30265; the standard error is the root of 7 / 3.
    #expect(Self.near(mean.low.map { Double.log($0) }, 4 - 6.57242))
    #expect(Self.near(mean.high.map { Double.log($0) }, 4 + 6.57242))
    #expect(Self.near(mean.betweenMachines, Double.sqrt(6)) && Self.near(mean.betweenRuns, Double.sqrt(2)))
  }

  @Test func fewMachinesHaveNoInterval() throws {
    let two = try #require(ClusterMean([[1, 2, 3], [4, 5, 6]]))
    #expect(two.low == nil && two.high == nil && two.betweenRuns != nil)
    let one = try #require(ClusterMean([[1, 2, 3]]))
    #expect(one.isOfOneMachine && one.low != nil && one.betweenMachines == nil)
    let single = try #require(ClusterMean([[1], [2], [3]]))
    #expect(single.low != nil && single.betweenMachines == nil && single.betweenRuns == nil)
    #expect(ClusterMean([]) == nil && ClusterMean([[], []]) == nil)
  }

  /// Machines that differ by 3 %, runs by 1 %, one to five runs each. Taking all runs for independent would cover far less.
  @Test func intervalsHoldTheTruthAsOftenAsTheySay() throws {
    var random = Random(3)
    let trials = 1000
    var (covered, naive) = (0, 0)
    for _ in 0..<trials {
      let machines = (0..<6).map { index -> [Double] in
        let machine = 0.03 * random.normal()
        return (0...index % 5).map { _ in Double.exp(machine + 0.01 * random.normal()) }
      }
      let mean = try #require(ClusterMean(machines))
      if mean.low! <= 1, mean.high! >= 1 { covered += 1 }
      let pooled = try #require(ClusterMean([machines.flatMap(\.self)]))
      if pooled.low! <= 1, pooled.high! >= 1 { naive += 1 }
    }
    #expect((930...970).contains(covered), "\(covered) of \(trials)")
    #expect(naive < 900, "\(naive): the spread between machines matters in this test")
  }

  @Test func placesAreRangesWhereChanceDecides() throws {
    let groups = try [[1.00, 1.01, 1.02], [2.00, 2.02, 2.04], [1.99, 2.01, 2.05], [0.5]].map { numbers in
      try #require(ClusterMean(numbers.map { [$0] }))
    }
    let places = Ranking(groups).places
    #expect(places.map(\.index) == [3, 0, 2, 1])
    #expect(places.map(\.best) == [1, 1, 2, 2] && places.map(\.worst) == [4, 2, 4, 4])
    #expect(places.map(\.isTested) == [false, true, true, true])
  }

  /// Groups without any difference: a place that is not all places is a false claim.
  @Test func placesAreWrongAsSeldomAsTheySay() throws {
    var random = Random(5)
    let trials = 500
    let wrong = try (0..<trials).count { _ in
      let groups = try (0..<5).map { _ in
        try #require(ClusterMean((0..<6).map { _ in [Double.exp(0.02 * random.normal())] }))
      }
      return Ranking(groups).places.contains { $0.best != 1 || $0.worst != 5 }
    }
    // 5 % and three standard errors.
    #expect(wrong <= 40, "\(wrong) of \(trials)")
  }

  /// Five machines that differ as equal ones do, each measured so often that chance between its runs is nothing: no place.
  @Test func oneMachineHasNoPlace() throws {
    var random = Random(9)
    for _ in 0..<100 {
      let groups = try (0..<5).map { _ in
        let machine = 0.03 * random.normal()
        return try #require(
          ClusterMean([(0..<8).map { _ in Double.exp(machine + 0.001 * random.normal()) }]))
      }
      #expect(groups.allSatisfy { $0.isOfOneMachine && $0.low != nil })
      #expect(Ranking(groups).places.allSatisfy { $0.best == 1 && $0.worst == 5 && !$0.isTested })
    }
  }

  /// Kinds of several machines and runs, two of them equal, with one more of a single machine.
  @Test func placesOfSeveralMachinesAreRight() throws {
    var random = Random(11)
    let logs = [0, 0, 0.04, 0.4, 0.8]
    let (trials, runs) = (500, 3)
    var (right, exact) = (0, 0)
    for _ in 0..<trials {
      let groups = try logs.enumerated().map { index, log in
        try #require(
          ClusterMean(
            (0..<(index == 4 ? 1 : 5)).map { _ in
              let machine = log + 0.02 * random.normal()
              return (0..<runs).map { _ in Double.exp(machine + 0.005 * random.normal()) }
            }))
      }
      let places = Ranking(groups).places
      if places.allSatisfy({ place in
        let smaller = logs.count { $0 < logs[place.index] }
        let larger = logs.count { $0 > logs[place.index] }
        return place.best <= 1 + smaller && place.worst >= logs.count - larger
      }) {
        right += 1
      }
      if places.contains(where: { $0.index == 3 && $0.best == 4 }) { exact += 1 }
    }
    #expect(right >= trials * 93 / 100, "\(right) of \(trials)")
    #expect(exact >= trials * 9 / 10, "\(exact): what is far apart has its place")
  }

  @Test func straysDoNotHideEachOther() {
    var random = Random(7)
    var values: [Double?] = (0..<20).map { _ in Double.exp(0.01 * random.normal()) }
    values[3] = 2
    values[7] = 2.1
    values[11] = 0.6
    values[15] = nil
    let found = Strays.find(values)
    #expect(found.map(\.index).sorted() == [3, 7, 11] && found[0].index == 7)
    #expect(found.first { $0.index == 11 }!.score < 0)
  }

  @Test(arguments: [5, 8, 20, 100])
  func chanceMakesFewStrays(members: Int) {
    var random = Random(UInt64(members))
    let trials = 400
    let found = (0..<trials).count { _ in
      !Strays.find((0..<members).map { _ in Double.exp(0.02 * random.normal()) }).isEmpty
    }
    // 5 % and three standard errors.
    #expect(found <= 33, "\(found) of \(trials)")
  }

  /// Times in steps of the timer may all be the same.
  @Test func withoutAnySpreadSizeDecides() {
    let same = [Double?](repeating: 100, count: 9)
    #expect(Strays.find(same + [101]).isEmpty)
    #expect(Strays.find(same + [110]).map(\.index) == [9])
    #expect(Strays.find([100, 100, 100, 200]).isEmpty, "four do not show what is usual")
  }
}
