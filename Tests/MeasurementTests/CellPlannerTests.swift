import LockKernels
import Testing

@testable import Measurement

@Suite struct CellPlannerTests {
  @Test(arguments: Plan.Name.allCases)
  func everyKernelIsMeasuredAtEveryPlacementItHas(plan: Plan.Name) throws {
    let cells = try CellPlanner(plan).cells(for: CellRequest())
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
    let cells = Set(try CellPlanner(plan).cells(for: CellRequest()))
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
    let cells = try CellPlanner(.standard).cells(for: CellRequest())
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
    let cells = try CellPlanner(.thorough).cells(for: CellRequest())
    for kernel in Kernel.all where kernel.isLocked && kernel.instruction != .cmpxchg16b {
      let offsets = cells.filter {
        $0.kernel == kernel && $0.placement == .lineSplit && $0.lineState == .hot && $0.between == .nothing
      }
      .map(\.offset)
      #expect(Set(offsets) == Set(Placement.lineSplit.offsets(widthBytes: kernel.widthBytes, lineBytes: 64)))
    }
  }

  @Test func lineSizeIsNotDecreed() throws {
    let cells = try CellPlanner(.quick, lineBytes: 128).cells(for: CellRequest())
    #expect(cells.contains { $0.offset == 124 && $0.placement == .lineSplit && $0.kernel.widthBytes == 8 })
    #expect(!cells.contains { $0.offset == 60 && $0.placement == .lineSplit })
  }

  @Test func aNarrowRunHasHeadlinesOfItsOwn() throws {
    let planner = CellPlanner(.standard)
    var request = CellRequest()
    request.instructions = [.xadd]
    request.widths = [4]
    let headlines = planner.headlines(among: try planner.cells(for: request))
    #expect(headlines.count == 3 && headlines.allSatisfy { $0.kernel.isLocked && $0.kernel.widthBytes == 4 })
    request.instructions = [.xadd, .sub, .neg, .not]
    #expect(planner.headlines(among: try planner.cells(for: request)).isEmpty, "too many to become precise")
  }

  @Test func headlinesAreSix() throws {
    let planner = CellPlanner(.standard)
    let headlines = planner.headlines(among: try planner.cells(for: CellRequest()))
    #expect(headlines.count == 6)
    #expect(Set(headlines.map(\.kernel.instruction)) == [.add, .xchg, .cmpxchg])
    #expect(headlines.count { $0.placement == .lineSplit && $0.offset == 60 } == 3)
  }

  @Test func lineStatesAndWorkAreThere() throws {
    let cells = try CellPlanner(.standard).cells(for: CellRequest())
    for state in [LineState.cold, .otherCpuModified] {
      for placement in [Placement.aligned, .lineSplit, .pageSplit] {
        #expect(cells.contains { $0.lineState == state && $0.placement == placement && $0.kernel.isLocked })
      }
    }
    #expect(cells.contains { $0.between == .independentAdds && $0.takesBusLock })
    #expect(cells.allSatisfy { $0.between == .nothing || $0.kernel.functions.loopWithWork != nil })
  }

  @Test func oneCpuHasNoOtherToModifyLines() throws {
    let cells = try CellPlanner(.standard, hasOtherCpu: false).cells(for: CellRequest())
    #expect(!cells.contains { $0.lineState == .otherCpuModified })
    #expect(cells.contains { $0.lineState == .cold })
  }

  @Test func aCpuWithoutCmpxchg16bIsSpared() throws {
    let planner = CellPlanner(
      plan: .quick, lineBytes: 64, cpus: [0], hasOtherCpu: false, hasCmpxchg16b: false)
    #expect(try !planner.cells(for: CellRequest()).contains { $0.kernel.instruction == .cmpxchg16b })
  }
}

extension CellPlanner {
  /// For one CPU.
  init(_ plan: Plan.Name, lineBytes: Int = 64, hasOtherCpu: Bool = true) {
    self.init(plan: plan, lineBytes: lineBytes, cpus: [1], hasOtherCpu: hasOtherCpu)
  }
}
