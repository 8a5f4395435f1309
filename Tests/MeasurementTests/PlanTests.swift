import LockKernels
import Testing

@testable import Measurement

@Suite struct CellPlannerTests {
  private func planner(_ plan: Plan.Name, lineBytes: Int = 64, otherCpu: Bool = true) -> CellPlanner {
    CellPlanner(plan: plan, lineBytes: lineBytes, cpus: [1], hasOtherCpu: otherCpu)
  }

  @Test(arguments: Plan.Name.allCases)
  func everyKernelIsMeasuredAtEveryPlacementItHas(plan: Plan.Name) throws {
    let cells = try planner(plan).cells(for: CellRequest())
    #expect(Set(cells).count == cells.count)
    for kernel in Kernel.all {
      for placement in Placement.allCases where placement.impossibility(for: kernel) == nil {
        #expect(
          cells.contains { $0.kernel == kernel && $0.placement == placement },
          "\(kernel.name) \(placement.rawValue)")
      }
    }
  }

  @Test(arguments: Plan.Name.allCases)
  func everySplitCellHasItsControls(plan: Plan.Name) throws {
    let cells = Set(try planner(plan).cells(for: CellRequest()))
    for cell in cells where cell.takesBusLock {
      #expect(cells.contains(cell.aligned))
      if cell.between == .nothing, let plain = cell.plain { #expect(cells.contains(plain)) }
      if cell.between == .nothing {
        #expect(
          cells.contains {
            $0.kernel == cell.kernel && $0.placement == .withinLine && $0.lineState == cell.lineState
          })
      }
    }
  }

  @Test func standardSweepsEveryOffsetOfThreeInstructions() throws {
    let cells = try planner(.standard).cells(for: CellRequest())
    func offsets(_ instruction: Instruction, _ placement: Placement) -> [Int] {
      cells.filter {
        $0.kernel == Kernel(instruction, widthBytes: 8, locked: true) && $0.placement == placement
          && $0.lineState == .hot && $0.between == .nothing
      }.map(\.offset).sorted()
    }
    for instruction in [Instruction.add, .xchg, .cmpxchg] {
      #expect(offsets(instruction, .lineSplit) == Array(57...63))
      #expect(offsets(instruction, .pageSplit) == Array(57...63))
    }
    #expect(offsets(.xadd, .lineSplit) == [60])
  }

  @Test func thoroughSweepsEverything() throws {
    let cells = try planner(.thorough).cells(for: CellRequest())
    for kernel in Kernel.all where kernel.isLocked && kernel.instruction != .cmpxchg16b {
      let offsets = cells.filter {
        $0.kernel == kernel && $0.placement == .lineSplit && $0.lineState == .hot && $0.between == .nothing
      }
      .map(\.offset)
      #expect(Set(offsets) == Set(Placement.lineSplit.offsets(widthBytes: kernel.widthBytes, lineBytes: 64)))
    }
  }

  @Test func lineSizeIsNotDecreed() throws {
    let cells = try planner(.quick, lineBytes: 128).cells(for: CellRequest())
    #expect(cells.contains { $0.offset == 124 && $0.placement == .lineSplit && $0.kernel.widthBytes == 8 })
    #expect(!cells.contains { $0.offset == 60 && $0.placement == .lineSplit })
  }

  @Test func aNarrowRunHasHeadlinesOfItsOwn() throws {
    let planner = planner(.standard)
    var request = CellRequest()
    request.instructions = [.xadd]
    request.widths = [4]
    let headlines = planner.headlines(among: try planner.cells(for: request))
    #expect(headlines.count == 3 && headlines.allSatisfy { $0.kernel.isLocked && $0.kernel.widthBytes == 4 })
    request.instructions = [.xadd, .sub, .neg, .not]
    #expect(planner.headlines(among: try planner.cells(for: request)).isEmpty, "too many to become precise")
  }

  @Test func headlinesAreSix() throws {
    let planner = planner(.standard)
    let headlines = planner.headlines(among: try planner.cells(for: CellRequest()))
    #expect(headlines.count == 6)
    #expect(Set(headlines.map(\.kernel.instruction)) == [.add, .xchg, .cmpxchg])
    #expect(headlines.count { $0.placement == .lineSplit && $0.offset == 60 } == 3)
  }

  @Test func lineStatesAndWorkAreThere() throws {
    let cells = try planner(.standard).cells(for: CellRequest())
    for state in [LineState.cold, .otherCpuModified] {
      for placement in [Placement.aligned, .lineSplit, .pageSplit] {
        #expect(cells.contains { $0.lineState == state && $0.placement == placement && $0.kernel.isLocked })
      }
    }
    #expect(cells.contains { $0.between == .independentAdds && $0.takesBusLock })
    #expect(cells.allSatisfy { $0.between == .nothing || $0.kernel.functions.loopWithWork != nil })
  }

  @Test func oneCpuHasNoOtherToModifyLines() throws {
    let cells = try planner(.standard, otherCpu: false).cells(for: CellRequest())
    #expect(!cells.contains { $0.lineState == .otherCpuModified })
    #expect(cells.contains { $0.lineState == .cold })
  }

  @Test func aRequestNarrows() throws {
    var request = CellRequest()
    request.instructions = [.xadd]
    request.widths = [4]
    request.placements = [.lineSplit]
    request.offsets = [61, 63]
    let cells = try planner(.quick).cells(for: request)
    #expect(cells.allSatisfy { $0.kernel.instruction == .xadd && $0.kernel.widthBytes == 4 })
    #expect(Set(cells.filter(\.takesBusLock).map(\.offset)) == [61, 63])
    #expect(cells.contains { $0.placement == .aligned && $0.kernel.isLocked }, "the control comes along")
  }

  struct Impossible: Sendable {
    var instruction: Instruction
    var width: Int
    var placement: Placement?
    var offset: Int?
    var says: String
  }

  @Test(arguments: [
    Impossible(instruction: .cmpxchg16b, width: 16, placement: .lineSplit, says: "#GP"),
    Impossible(instruction: .add, width: 1, placement: .pageSplit, says: "one byte"),
    Impossible(instruction: .bts, width: 1, says: "bts has 2, 4, 8"),
    Impossible(instruction: .add, width: 8, placement: .lineSplit, offset: 10, says: "57...63"),
    Impossible(instruction: .add, width: 8, offset: 64, says: "no operand lies at offset 64"),
  ])
  func impossibleRequestsSayWhy(_ test: Impossible) {
    var request = CellRequest()
    request.instructions = [test.instruction]
    request.widths = [test.width]
    request.placements = test.placement.map { [$0] } ?? []
    request.offsets = test.offset.map { [$0] } ?? []
    let error = #expect(throws: ImpossibleRequest.self) { try planner(.quick).cells(for: request) }
    #expect(error?.description.contains(test.says) == true, "\(error?.description ?? "")")
  }

  @Test func partsOfARequestThatCannotBeAreSaid() throws {
    var request = CellRequest()
    request.instructions = [.add, .cmpxchg16b]
    request.placements = [.lineSplit]
    #expect(planner(.quick).refusals(of: request).contains { $0.contains("#GP") })
    #expect(try !planner(.quick).cells(for: request).isEmpty)
    request.widths = [1, 8]
    #expect(planner(.quick).refusals(of: request).contains { $0.contains("one byte") })
    #expect(planner(.quick).refusals(of: request).contains { $0.contains("cmpxchg16b has no width 8") })
    #expect(planner(.quick).refusals(of: CellRequest()).isEmpty)
    request = CellRequest()
    (request.widths, request.placements, request.offsets) = ([4, 8], [.lineSplit], [57])
    #expect(planner(.quick).refusals(of: request) == ["line-split of width 4 has offsets 61...63 only"])
  }

  @Test func aCpuWithoutCmpxchg16bIsSpared() throws {
    let planner = CellPlanner(
      plan: .quick, lineBytes: 64, cpus: [0], hasOtherCpu: false, hasCmpxchg16b: false)
    #expect(try !planner.cells(for: CellRequest()).contains { $0.kernel.instruction == .cmpxchg16b })
  }

  @Test func plansKeepTheirBounds() {
    #expect(Plan(.quick).budget == 0.5 && Plan(.quick).wallLimit == 10)
    #expect(Plan(.standard).budget == 2 && Plan(.standard).wallLimit == 60)
    #expect(Plan(.thorough).budget == 20)
    #expect(Plan(.standard).rounds >= 15)
  }
}

@Suite struct BusBudgetTests {
  @Test func booksOperationsTimesCost() {
    var budget = BusBudget(limit: 1)
    budget.book(operations: 1000, cost: 1e-6, at: 5)
    #expect(abs(budget.spent - 0.001) < 1e-12)
    #expect(budget.operations == 1000)
  }

  @Test func restsAsLongAsTheBusWasLocked() {
    var budget = BusBudget(limit: 1)
    budget.book(operations: 5000, cost: 1e-6, at: 10)
    #expect(abs(budget.rest(at: 10) - 0.005) < 1e-9)
    #expect(abs(budget.rest(at: 10.004) - 0.001) < 1e-9)
    #expect(budget.rest(at: 11) == 0)
  }

  @Test func noBurstIsLongerThanTenMilliseconds() {
    let budget = BusBudget(limit: 100)
    #expect(budget.burst(ofCost: 1e-6) == 10_000)
    #expect(budget.burst(ofCost: 0.02) == 0)
  }

  @Test func nothingIsGrantedBeyondTheLimit() {
    var budget = BusBudget(limit: 0.002)
    #expect(budget.burst(ofCost: 1e-6) == 1800, "a tenth is kept for what turns out dearer")
    budget.book(operations: 2000, cost: 1e-6, at: 0)
    #expect(budget.left == 0)
    #expect(budget.burst(ofCost: 1e-6) == 0)
  }
}

@Suite struct SplitLockQuotaTests {
  private let cell = Cell(
    kernel: Kernel(.sub, widthBytes: 8, locked: true)!, placement: .lineSplit, offset: 60, cpu: 0)

  private func quota(budget: Double) -> SplitLockQuota {
    var plan = Plan(.quick)
    plan.budget = budget
    plan.singlesPerRound = 8
    var quota = SplitLockQuota(plan: plan)
    quota.learnFirst(cpu: 0, placement: .lineSplit, seconds: 1e-6)
    return quota
  }

  private func busLocks(_ singles: Int) -> Int { 65 + singles }

  @Test func cellsShareEqually() {
    let records = (0..<10).map { CellRecord(cell: cell, index: $0, isHeadline: false) }
    for (budget, singles) in [(0.01, 8), (0.0035, 4), (0.0033, 0)] {
      var quota = quota(budget: budget)
      quota.beginRound(records, roundsLeft: 5)
      #expect(
        quota.grant(records[0], draw: 0.99, busLocks: busLocks) == singles, "of \(budget) s in 50 parts")
    }
  }

  @Test(arguments: [(0.2, true), (0.5, false)])
  func aShareTooSmallForASampleIsSavedUp(draw: Double, measured: Bool) {
    var quota = quota(budget: 0.0001)
    let record = CellRecord(cell: cell, index: 0, isHeadline: false)
    quota.beginRound([record], roundsLeft: 4)
    #expect((quota.grant(record, draw: draw, busLocks: busLocks) != nil) == measured, "25 of 65 us")
  }

  @Test func nothingIsGrantedBeyondTheBudget() {
    var quota = quota(budget: 0.001)
    quota.book(operations: 1000, cost: 1e-6, at: 0)
    let record = CellRecord(cell: cell, index: 0, isHeadline: true)
    #expect(quota.grant(record, draw: 0, busLocks: busLocks) == nil)
  }

  @Test func oneDisturbedSampleDoesNotStarveACell() {
    var quota = quota(budget: 1)
    quota.learn(cell, seconds: 0.010)
    #expect(quota.cost(of: cell) == 4e-6)
    let record = CellRecord(cell: cell, index: 0, isHeadline: true)
    #expect(quota.grant(record, draw: 0, busLocks: busLocks) != nil)
  }

  @Test func headlinesAreKeptAPart() {
    var quota = quota(budget: 0.1)
    var headline = CellRecord(cell: cell, index: 0, isHeadline: true)
    let other = CellRecord(cell: cell, index: 1, isHeadline: false)
    quota.beginRound([headline, other], roundsLeft: 1)
    #expect(quota.grant(headline, draw: 0, busLocks: busLocks) == 8)
    var group = Group(round: 0, sequence: 0)
    group.operations = 20_000
    headline.add(group)
    #expect(quota.grant(headline, draw: 0, busLocks: busLocks) == nil, "its bus locks are used up")
  }
}
