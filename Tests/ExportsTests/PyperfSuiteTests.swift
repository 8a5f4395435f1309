import Foundation
import Measurement
import StoredRuns
import StoredRunsChecks
import SystemPackage
import TestSupport
import Testing

@testable import Exports

@Suite struct PyperfSuiteTests {
  private struct Suite: Decodable {
    struct Benchmark: Decodable {
      var metadata: [String: String]
      var runs: [Run]
    }
    struct Run: Decodable {
      var metadata: [String: Int]?
      var values: [Double]
    }
    var benchmarks: [Benchmark]
  }

  private func read(_ suite: PyperfSuite) throws -> [String: Suite.Benchmark] {
    let benchmarks = try JSONDecoder().decode(Suite.self, from: Data(suite.json().utf8)).benchmarks
    return Dictionary(uniqueKeysWithValues: benchmarks.map { ($0.metadata["name"]!, $0) })
  }

  /// The medians of the rounds give the cost that the run itself found, and the values are as many as its samples.
  @Test func theValuesAreThoseBehindTheCost() throws {
    for run in try RunCollection.find(CommittedRuns.folders + [SmallRun.path]).runs {
      let suite = try PyperfSuite(run)
      let benchmarks = try read(suite)
      let cost = try run.table("cost")
      let (median, samples) = (try cost.numbers("median_ns"), try cost.filled(cost.integers("samples")))
      let headline = try cost.filled(cost.booleans("headline"))
      let cells = try CostCell.all(of: run)
      let numbers = try cost.filled(cost.integers("cell"))
      var compared = 0
      for row in 0..<cost.rowCount {
        guard let benchmark = benchmarks[cells[numbers[row]]!.name] else {
          #expect(samples[row] == 0)
          continue
        }
        let values = benchmark.runs.map(\.values)
        let count = values.reduce(0) { $0 + $1.count }
        #expect(count <= samples[row])
        // Where samples below zero are left out, or a round has several visits, medians are others.
        guard count == samples[row], !headline[row] else { continue }
        let estimate = Estimate(rounds: values.map { Order.median($0)! })!.value * 1e9
        let expected = try #require(median[row])
        #expect(abs(estimate / expected - 1) < 6e-6, "\(benchmark.metadata): \(estimate), not \(expected)")
        compared += 1
      }
      #expect(compared * 2 > cost.rowCount, "\(compared) of \(cost.rowCount)")
      let all = benchmarks.values.flatMap(\.runs).flatMap(\.values)
      #expect(all.count + (try CellSamples(of: run, cells: cells)).leftOut == samples.reduce(0, +))
      #expect(all.allSatisfy { $0 > 0 && $0 < 1e-3 }, "seconds")
    }
  }

  @Test func cellsHaveNamesThatTellThemApart() throws {
    let names = try read(PyperfSuite(StoredRun(SmallRun.path))).keys
    #expect(names.contains("lock add m64 line-split +60 cpu1"))
    #expect(names.contains("add m64 aligned +0 cpu1"))
    #expect(names.contains("lock add m64 page-split +60 cold cpu1"))
    #expect(names.contains("lock add m64 line-split +60 independent-adds cpu1"))
  }

  @Test func aRoundSaysHowManyOperationsAValueIsTheMeanOf() throws {
    let runs = try read(PyperfSuite(StoredRun(SmallRun.path)))["lock add m64 line-split +60 cpu1"]!.runs
    #expect(runs.allSatisfy { $0.metadata == ["loops": 32] })
  }

  struct Fault: Sendable {
    var file = "samples.csv"
    var text: String
    var says: String
  }

  private static let header =
    "cell,round,sequence,timing,short_operations,short_tsc_cycles,long_operations,long_tsc_cycles,disturbance\n"

  @Test(arguments: [
    Fault(text: header, says: "samples.csv: no sample that counts"),
    Fault(text: header + "0,0,0,slope,1,10,3,30,gap\n", says: "no sample that counts"),
    Fault(text: header + "0,0,0,slope,1,30,3,10,\n", says: "no sample that counts"),
    Fault(
      text: header + "0,0,0,slope,1,10,3,30,\n99,0,1,slope,1,10,3,30,\n",
      says: ":3:1: cell 99 is not in cost.csv"),
    Fault(text: header + "0,0,0,slope,3,10,3,30,\n", says: ":2:1: its batches"),
    Fault(text: header + "0,0,0,slope,-9223372036854775807,10,3,30,\n", says: ":2:1: its batches"),
    Fault(text: header + "0,0,0,slope,1,-10,3,30,\n", says: ":2:1: its batches"),
    Fault(text: header + "0,0,0,slope,,,3,30,\n", says: ":2:1: its batches"),
    Fault(text: header + "0,0,0,single,,,0,30,\n", says: ":2:1: its batches"),
    Fault(text: header + "0,0,0,twice,1,10,3,30,\n", says: ":2:1: timing is \"twice\""),
    Fault(text: header + "0,0,,slope,1,10,3,30,\n", says: ":2:1: column sequence is empty"),
    Fault(text: "cell,round\n", says: "samples.csv:1:1: no column"),
    Fault(file: "cost.csv", text: "cell\n0\n", says: "cost.csv:1:1: no column"),
  ])
  func whatIsNoMeasurementIsSaid(_ fault: Fault) throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    defer { folder.remove() }
    try folder.write(fault.file, Array(fault.text.utf8))
    let error = try #require(throws: ReadFailure.self) { try PyperfSuite(StoredRun(folder.path)) }
    #expect(error.description.contains(fault.says), "\(error)")
  }

  @Test func disturbedSamplesCountWhereTheRowSaysSo() throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    defer { folder.remove() }
    let rows = """
      0,0,0,slope,1,10,3,30,
      0,0,1,slope,1,10,3,50,gap
      0,1,2,slope,1,10,3,70,gap
      0,2,3,slope,1,10,3,90,
      0,2,3,single,,,1,5,

      """
    try folder.write("samples.csv", Array((Self.header + rows).utf8))
    /// TSC ticks an operation, by round.
    func ticks() throws -> [[Double]] {
      let run = try StoredRun(folder.path)
      let rate = run.record.clock!.tscTicksPerNanosecond
      return try read(PyperfSuite(run))["lock add m64 aligned +0 cpu1"]!.runs.map { round in
        round.values.map { ($0 * 1e9 * rate * 1000).rounded() / 1000 }
      }
    }
    #expect(try ticks() == [[10], [40]])
    let cost = String(decoding: try WorkFolder.bytes(folder.path.appending("cost.csv")), as: UTF8.self)
    let line = try #require(cost.split(separator: "\n").first { $0.hasSuffix(",0") })
    let names = try StoredRun(folder.path).table("cost").columnNames
    var fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let warnings = try #require(names.firstIndex(of: "warnings"))
    fields[warnings] = "few-rounds;uses-disturbed-rounds"
    try folder.write("cost.csv", Array(cost.replacing(line, with: fields.joined(separator: ",")).utf8))
    #expect(try ticks() == [[10], [30], [40]])
  }
}
