import LockKernels
import Machine
import Testing

@testable import Measurement
@testable import Reporting

@Suite struct SummaryTests {
  private func row(_ cell: Cell, ns: Double) -> CostRow {
    var record = CellRecord(cell: cell, index: 0, isHeadline: false)
    let clock = TscClock(milliseconds: 2)
    for round in 0..<8 {
      var group = Group(round: round, sequence: round)
      let ticks = UInt64(clock.ticks(seconds: ns * 1e-9 * 1000))
      group.samples = [Sample(shortOperations: 0, shortTicks: 0, longOperations: 1000, longTicks: ticks)]
      record.add(group)
    }
    return CostRow(record, aligned: nil, clock: clock)
  }

  private func summary(_ rows: [CostRow]) throws -> Summary {
    var record = RunRecord(
      toolVersion: "0", run: "r", label: nil, startedUtc: "",
      parameters: .init(
        plan: Plan(.quick), experiments: [.cost], cpus: [0], otherCpus: [], request: CellRequest(), seed: 9,
        cells: 0),
      machine: try MachineReport.ofThisMachine(watchMs: 0), skipped: [])
    record.machine.processor.lineBytes = 64
    var results = RunResults()
    results.cost = rows
    return Summary(record: record, results: results)
  }

  private func cell(_ instruction: Instruction, _ width: Int, _ placement: Placement, _ offset: Int) -> Cell {
    Cell(
      kernel: Kernel(instruction, widthBytes: width, locked: true)!, placement: placement,
      offset: offset, cpu: 0)
  }

  @Test func theTableAnswersByWidth() throws {
    let text = try summary([
      row(cell(.add, 8, .aligned, 0), ns: 2), row(cell(.add, 8, .lineSplit, 57), ns: 9999),
      row(cell(.add, 8, .lineSplit, 60), ns: 1000), row(cell(.add, 8, .pageSplit, 60), ns: 1100),
      row(cell(.xadd, 4, .lineSplit, 62), ns: 500),
    ]).text
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("8 bytes") })
    let fields = line.split(separator: " ")
    #expect(
      fields.contains("2.00") && fields.contains("1000") && fields.contains("1100") && fields.contains("1.10")
    )
    #expect(
      text.contains(
        "cheapest line split: lock xadd m32 at offset 62, 500 ns; dearest: lock add m64 at offset 57, 9999 ns"
      ))
  }

  @Test func nothingMeasuredIsNoCrash() throws {
    #expect(try summary([]).text.contains("locked time: none"))
    #expect(try summary([]).markdown.hasPrefix("# r\n"))
  }

  @Test func aTrappedCellSaysSo() throws {
    var record = CellRecord(cell: cell(.add, 8, .lineSplit, 60), index: 0, isHeadline: true)
    var group = Group(round: 0, sequence: 0)
    group.trap = Trap(code: 1, trapNumber: 17)
    record.add(group)
    let text = try summary([CostRow(record, aligned: nil, clock: TscClock(milliseconds: 1))]).text
    #expect(text.contains("trapped"))
  }
}
