import FoundationEssentials
import StoredRuns

/// The samples of `cost` as pyperf has them (https://pyperf.readthedocs.io/en/latest/api.html, JSON format 1.0): a benchmark a cell,
/// a run a round, a value a sample, in seconds an operation.
///
/// Singly timed operations are no values, except of cells that were timed in no other way.
public struct PyperfSuite: Encodable {
  private let version = "1.0"
  private let metadata: Metadata
  private let benchmarks: [Benchmark]
  /// What of the run is not in the suite, in words; empty where all is.
  public let notices: [String]

  private enum CodingKeys: CodingKey { case version, metadata, benchmarks }

  /// What holds for the whole run. There is no name of the host in it.
  private struct Metadata: Encodable {
    let unit = "second"
    let cpuModelName: String
    let cpuCount: Int
    let hypervisor: String?
    let linuxRelease: String
    let splitbenchVersion: String
    let splitbenchRun: String

    private enum CodingKeys: String, CodingKey {
      case unit, hypervisor
      case cpuModelName = "cpu_model_name"
      case cpuCount = "cpu_count"
      case linuxRelease = "linux_release"
      case splitbenchVersion = "splitbench_version"
      case splitbenchRun = "splitbench_run"
    }
  }

  private struct Benchmark: Encodable {
    let metadata: [String: String]
    let runs: [Run]
  }

  private struct Run: Encodable {
    /// `loops`: how many operations a value is the mean of, so that pyperf knows how long was timed.
    let metadata: [String: Int]?
    let values: [Double]
  }

  /// - Throws: where a table is missing or wrong, or no sample counts.
  public init(_ run: StoredRun) throws(ReadFailure) {
    let cells = try CostCell.all(of: run)
    let samples = try CellSamples(of: run, cells: cells)
    guard !samples.rounds.isEmpty else {
      throw ReadFailure(
        run.path.appending("samples.csv"), "no sample that counts", remedy: "choose a run with more rounds")
    }
    let machine = run.record.machine
    metadata = Metadata(
      cpuModelName: machine.processor.brand, cpuCount: machine.topology.onlineCount,
      hypervisor: machine.processor.hypervisor, linuxRelease: machine.linux.release,
      splitbenchVersion: run.record.toolVersion, splitbenchRun: run.name)
    benchmarks = cells.sorted { $0.key < $1.key }.compactMap { number, cell in
      samples.rounds[number].map { rounds in
        Benchmark(
          metadata: ["name": cell.name],
          runs: rounds.map { Run(metadata: $0.operations.map { ["loops": $0] }, values: $0.seconds) })
      }
    }
    var notices: [String] = []
    let empty = cells.count - benchmarks.count
    if !run.isComplete {
      notices.append("the run is not complete (\(run.record.end)): its rounds so far are exported")
    }
    if empty > 0 { notices.append("\(empty) of \(cells.count) cells have no sample that counts") }
    if samples.leftOut > 0 {
      notices.append(
        "\(samples.leftOut) samples are not above zero (the shorter of two batches was held up); pyperf takes no such values"
      )
    }
    self.notices = notices
  }

  /// - Throws: `EncodingError`.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
