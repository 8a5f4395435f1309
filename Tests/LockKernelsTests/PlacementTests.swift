import LockKernels
import Testing

@Suite struct PlacementTests {
  struct Case: Sendable {
    var placement: Placement
    var width: Int
    var line: Int
    var offsets: [Int]
  }

  static let cases = [
    Case(placement: .aligned, width: 8, line: 64, offsets: [0, 8, 16, 24, 32, 40, 48, 56]),
    Case(placement: .lineSplit, width: 1, line: 64, offsets: []),
    Case(placement: .lineSplit, width: 2, line: 64, offsets: [63]),
    Case(placement: .lineSplit, width: 4, line: 64, offsets: [61, 62, 63]),
    Case(placement: .pageSplit, width: 8, line: 64, offsets: [57, 58, 59, 60, 61, 62, 63]),
    Case(placement: .lineSplit, width: 8, line: 128, offsets: [121, 122, 123, 124, 125, 126, 127]),
    Case(placement: .withinLine, width: 1, line: 64, offsets: []),
    Case(
      placement: .withinLine, width: 16, line: 32,
      offsets: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
  ]

  @Test(arguments: cases)
  func offsets(_ test: Case) {
    #expect(test.placement.offsets(widthBytes: test.width, lineBytes: test.line) == test.offsets)
  }

  @Test(arguments: [1, 2, 4, 8, 16], Placement.allCases)
  func everyOffsetMeansWhatThePlacementSays(width: Int, placement: Placement) {
    for offset in placement.offsets(widthBytes: width, lineBytes: 64) {
      #expect((offset + width > 64) == placement.isSplit)
      #expect(offset.isMultiple(of: width) == (placement == .aligned))
    }
    if let typical = placement.typicalOffset(widthBytes: width, lineBytes: 64) {
      #expect(placement.offsets(widthBytes: width, lineBytes: 64).contains(typical) || width == 1)
    }
  }

  @Test func impossibleCombinationsSayWhy() throws {
    let wide = try #require(Kernel(.cmpxchg16b, widthBytes: 16, locked: true))
    let byte = try #require(Kernel(.add, widthBytes: 1, locked: true))
    let word = try #require(Kernel(.add, widthBytes: 2, locked: true))
    #expect(Placement.lineSplit.impossibility(for: wide)?.contains("#GP") == true)
    #expect(Placement.withinLine.impossibility(for: wide)?.contains("#GP") == true)
    #expect(Placement.pageSplit.impossibility(for: byte)?.contains("one byte") == true)
    #expect(Placement.aligned.impossibility(for: wide) == nil)
    #expect(Placement.lineSplit.impossibility(for: word) == nil)
  }
}

@Suite struct OperandMemoryTests {
  @Test(arguments: Placement.allCases)
  func operandsLieWhereTheyShould(placement: Placement) throws {
    let memory = try OperandMemory(pageCount: 8, cpu: 0, lineBytes: 64)
    for spot in 0..<1000 {
      for offset in placement.offsets(widthBytes: 8, lineBytes: 64) {
        let address = UInt(bitPattern: memory.address(placement, offset: offset, spot: spot))
        #expect(address % 64 == UInt(offset))
        let crossesPage = address / 4096 != (address + 7) / 4096
        #expect(crossesPage == (placement == .pageSplit))
      }
    }
  }

  @Test func operandsAndNeighboursAreOurs() throws {
    let memory = try OperandMemory(pageCount: 4, cpu: 0, lineBytes: 64)
    for spot in 0..<500 {
      let operand = memory.address(.pageSplit, offset: 60, spot: spot)
      (operand - 64).storeBytes(of: 1, as: UInt8.self)
      (operand + 64).storeBytes(of: 1, as: UInt8.self)
    }
  }

  @Test func spotsSpreadOverPagesAndLines() throws {
    let memory = try OperandMemory(pageCount: 34, cpu: 0, lineBytes: 64)
    let addresses = Set((0..<1984).map { UInt(bitPattern: memory.address(.aligned, offset: 0, spot: $0)) })
    #expect(addresses.count == 1984, "32 pages x 62 lines")
  }

  @Test func twoMemoriesAliveAtOnceAreDistinct() throws {
    let first = try OperandMemory(pageCount: 4, cpu: 0, lineBytes: 64)
    let second = try OperandMemory(pageCount: 4, cpu: 0, lineBytes: 64)
    #expect(
      first.address(.aligned, offset: 0, spot: 0) != second.address(.aligned, offset: 0, spot: 0))
  }
}
