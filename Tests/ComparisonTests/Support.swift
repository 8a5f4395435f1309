import Foundation
import Measurement
import RealModule

@testable import Comparison

/// Cells of one family whose sides have these numbers, by side, cell and run.
func cells(_ sides: [[[Double]]]) -> [ComparedCell] {
  sides[0].indices.map { cell in
    ComparedCell(
      family: "cost", largerIsSlower: true, sides: sides.map { side in side[cell].map(Estimate.only) })
  }
}

extension Estimate {
  /// One number without an interval; none of what is not a number.
  static func only(_ value: Double) -> Estimate? { Estimate(rounds: [value]) }
}

/// Random numbers of a few distributions, by a recorded seed.
struct Random {
  var generator: SeededGenerator
  init(_ seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Box and Muller.
  mutating func normal() -> Double {
    if let spare {
      self.spare = nil
      return spare
    }
    // Box and Muller make two at a time.
    let u = Double(generator.next() >> 11 | 1) * 0x1p-53
    let v = Double(generator.next() >> 11) * 0x1p-53
    let radius = (-2 * Double.log(u)).squareRoot()
    spare = radius * Double.sin(2 * .pi * v)
    return radius * Double.cos(2 * .pi * v)
  }
  private var spare: Double?

  /// Cells over runs, whose logarithms have spreads between runs that cells share in part.
  mutating func side(spreads: [Double], shared: Double, runs: Int) -> RunLogs {
    let luck = (0..<runs).map { _ in shared.squareRoot() * normal() }
    let own = (1 - shared).squareRoot()
    var values: [Double] = []
    for spread in spreads {
      for run in 0..<runs { values.append(spread * (luck[run] + own * normal())) }
    }
    return RunLogs(runs: runs, values: values)
  }
}

/// What real runs of one machine gave, one after another, by scripts/distil_runs.py.
struct RealRuns {
  /// By cell and run, in ns; not a number where a run has none.
  let values: [[Double]]
  var runs: Int { values[0].count }

  init(_ origin: String) throws {
    let file = Bundle.module.bundlePath + "/Fixtures/\(origin).csv"
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").dropFirst()
    values = lines.map { line in
      line.split(separator: ",", omittingEmptySubsequences: false).dropFirst().map { Double($0) ?? .nan }
    }
  }

  var logs: RunLogs { RunLogs(cells([values]), side: 0) }
}

/// p of every cell, adjusted by Holm's method; at least right up to 0.05.
func adjusted(_ first: RunLogs, _ second: RunLogs) -> [Double] {
  let tests = RunTests.tests(first, second, families: [Array(0..<first.cells)])
  return Adjustment.holm.adjusted(tests.compactMap { $0?.pWhereItMatters })
}

/// Cells that seem to differ.
func claims(_ first: RunLogs, _ second: RunLogs) -> Int { adjusted(first, second).count { $0 <= 0.05 } }

extension RunLogs {
  /// One cell made dearer.
  func shifting(_ cell: Int, by log: Double) -> RunLogs {
    RunLogs(
      runs: runs, values: (0..<cells).flatMap { index in of(index).map { $0 + (index == cell ? log : 0) } })
  }

  /// As it would come from result folders.
  var side: [[Double]] { (0..<cells).map { of($0).map { Double.exp($0) } } }
}
