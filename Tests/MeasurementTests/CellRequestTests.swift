import LockKernels
import Testing

@testable import Measurement

@Suite struct CellRequestTests {
  @Test func aRequestNarrows() throws {
    var request = CellRequest()
    request.instructions = [.xadd]
    request.widths = [4]
    request.placements = [.lineSplit]
    request.offsets = [61, 63]
    let cells = try CellPlanner(.quick).cells(for: request)
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
    let error = #expect(throws: ImpossibleRequest.self) { try CellPlanner(.quick).cells(for: request) }
    #expect(error?.description.contains(test.says) == true, "\(error?.description ?? "")")
  }

  @Test func partsOfARequestThatCannotBeAreSaid() throws {
    var request = CellRequest()
    request.instructions = [.add, .cmpxchg16b]
    request.placements = [.lineSplit]
    #expect(CellPlanner(.quick).refusals(of: request).contains { $0.contains("#GP") })
    #expect(try !CellPlanner(.quick).cells(for: request).isEmpty)
    request.widths = [1, 8]
    #expect(CellPlanner(.quick).refusals(of: request).contains { $0.contains("one byte") })
    #expect(CellPlanner(.quick).refusals(of: request).contains { $0.contains("cmpxchg16b has no width 8") })
    #expect(CellPlanner(.quick).refusals(of: CellRequest()).isEmpty)
    request = CellRequest()
    (request.widths, request.placements, request.offsets) = ([4, 8], [.lineSplit], [57])
    #expect(CellPlanner(.quick).refusals(of: request) == ["line-split of width 4 has offsets 61...63 only"])
  }
}
