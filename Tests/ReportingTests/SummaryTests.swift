import Foundation
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
    var record = try RunRecord.empty()
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

  /// A locked cell that the budget left out is a dash, not its unlocked control.
  @Test func anUnlockedControlNeverStandsIn() throws {
    var plain = cell(.add, 4, .lineSplit, 62)
    plain.kernel = Kernel(.add, widthBytes: 4, locked: false)!
    let text = try summary([
      row(cell(.add, 8, .lineSplit, 60), ns: 1000), row(cell(.add, 4, .aligned, 0), ns: 2), row(plain, ns: 7),
    ]).text
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("4 bytes") })
    #expect(line.contains("2.00") && !line.contains("7.00") && line.contains(" - "))
  }

  private func bystander(
    _ victim: Victim, _ aggressor: Aggressor, _ fraction: Double, slowdown: Double?,
    verdict: BystanderRow.Verdict
  ) -> BystanderRow {
    let pair = RelatedPair(victim: 1, aggressor: 0, relation: .sameL3)
    return BystanderRow(
      cell: BystanderCell(pair: pair, victim: victim, aggressor: aggressor, fraction: fraction), index: 0,
      roundCount: 9, requestedRate: nil, achievedRate: nil, lockedFraction: fraction, busLocks: 1,
      controlNs: 1,
      treatedNs: 1, idleNs: 1, slowdown: slowdown.map { Estimate(value: $0, rounds: 9) }, verdict: verdict,
      warnings: [])
  }

  @Test func bystandersAreTables() throws {
    var results = RunResults()
    results.bystander = [
      bystander(.dramChase, .lineSplit, 1, slowdown: 6, verdict: .slowed),
      bystander(.dramChase, .lineSplit, 0.1, slowdown: 1.1, verdict: .undecided),
      bystander(.alu, .lineSplit, 1, slowdown: nil, verdict: .undecided),
    ]
    let text = Summary(record: try summary([]).record, results: results).text
    let lines = text.split(separator: "\n").map(String.init)
    let saturated = try #require(lines.first { $0.hasPrefix("dram-chase") })
    #expect(saturated.contains("6.00x") && !saturated.contains("?"))
    #expect(lines.contains { $0.hasPrefix("dram-chase") && $0.contains("1.10x?") })
    let alu = try #require(lines.first { $0.hasPrefix("alu") })
    #expect(!alu.contains("undecided"), "a word where a number belongs: \(alu)")
  }

  @Test func limitsNameTheirVictims() throws {
    var record = try summary([]).record
    let pair = RelatedPair(victim: 1, aggressor: 0, relation: .sameL3)
    func curve(_ victim: Victim, k: Double, width: Double) -> DoseCurve {
      DoseCurve(
        pair: pair, victim: victim,
        steps: BystanderPlan.ladder.map {
          let slowdown = 1 / (1 - k * $0)
          return .init(
            fraction: $0, slowdown: slowdown, low: slowdown / (1 + width), high: slowdown * (1 + width))
        }, cost: 1e-6)!
    }
    record.doseCurves = [curve(.dramChase, k: 0.8, width: 0.001), curve(.l3Chase, k: 0.5, width: 0.8)]
    var results = RunResults()
    results.bystander = [bystander(.dramChase, .lineSplit, 1, slowdown: 6, verdict: .slowed)]
    let text = Summary(record: record, results: results).text
    #expect(text.contains("1 %: 12000/s (dram-chase)"), "0.0099 / 0.8 / 1 us")
    let cautious = text.components(separatedBy: "cautiously ").dropFirst().first ?? ""
    #expect(
      cautious.contains("/s (l3-chase)"), "the noisier of the two bounds the limit: \(cautious.prefix(40))")
  }

  @Test func nothingMeasuredIsNoCrash() throws {
    #expect(try summary([]).text.contains("locked time: 0 s of 0.5 s, 0 split locks"))
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
