import Foundation
import StoredRunsChecks
import SystemPackage
import TestSupport
import Testing

/// `splitbench export`, and the tool that it writes for.
@Suite struct ExportTests {
  @Test(.enabled(if: Tool.python != nil, "no Python with pyperf"))
  func pyperfReadsIt() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run("export", SmallRun.path.string, "--format", "pyperf")
      #expect(result.code == 0, "\(result.errors)")
      let (one, other) = (folder.appending("one.json"), folder.appending("other.json"))
      try result.output.write(toFile: one.string, atomically: false, encoding: .utf8)
      // The other is half as fast again.
      let script = """
        import json, sys
        suite = json.load(open(sys.argv[1]))
        for benchmark in suite["benchmarks"]:
          for run in benchmark["runs"]:
            run["values"] = [1.5 * value for value in run["values"]]
        json.dump(suite, open(sys.argv[2], "w"))
        """
      _ = try await ask("-c", script, one.string, other.string)

      let stats = try await ask(
        "-m", "pyperf", "stats", one.string, "-b", "lock add m64 line-split +60 cpu1")
      #expect(
        stats.contains("Number of run with values: ") && stats.contains("Loop iterations per value: 32"))
      #expect(stats.contains(" us +- "), "a split lock takes about a microsecond: \(stats)")

      let compared = try await ask("-m", "pyperf", "compare_to", one.string, other.string)
      #expect(compared.contains("1.50x slower") && compared.contains("lock add m64 line-split +60 cpu1"))
      #expect(!compared.contains("faster"))

      let metadata = try await ask("-m", "pyperf", "metadata", one.string)
      for key in ["cpu_model_name: ", "linux_release: ", "splitbench_version: ", "unit: second"] {
        #expect(metadata.contains(key), "\(metadata)")
      }
      #expect(!metadata.contains("hostname"))
    }
  }

  private func ask(_ arguments: String...) async throws -> String {
    let result = try await Tool.run(arguments, program: Tool.python!)
    #expect(result.code == 0, "\(result.errors)")
    return result.output
  }

  @Test func whatCannotBeExportedIsSaid() async throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    defer { folder.remove() }
    func refusal(_ arguments: String...) async throws -> (code: Int32, errors: String) {
      let result = try await Tool.run(["export"] + arguments)
      #expect(result.output.isEmpty)
      return (result.code, result.errors)
    }
    let run = folder.path.string
    #expect(try await refusal(run, "--format", "pyperf", "--colour").code == 64)
    let format = try await refusal(run, "--format", "csv")
    #expect(format.code == 64 && format.errors.contains("pyperf"), "\(format.errors)")
    #expect(try await refusal(run).code == 64)
    for (missing, says) in [
      ("samples.csv", "samples.csv: no such file; the run measured cost, trap"),
      ("cost.csv", "cost.csv: no such file"), ("run.json", "no run.json"),
    ] {
      unlink(folder.path.appending(missing).string)
      let said = try await refusal(run, "--format", "pyperf")
      #expect(said.code == 2 && said.errors.hasPrefix("error: \(run)"), "\(said.errors)")
      #expect(said.errors.contains(says) && said.errors.split(separator: "\n").count == 1, "\(said.errors)")
    }
  }

  @Test func aPartialRunIsExportedAndSaidToBeOne() async throws {
    let folder = try WorkFolder(copyOf: SmallRun.path)
    defer { folder.remove() }
    let record = try text(folder.path.appending("run.json"))
    try folder.write(
      "run.json", Array(record.replacing("\"complete\" : true", with: "\"complete\" : false").utf8))
    let result = try await Tool.run("export", folder.path.string, "--format", "pyperf")
    #expect(result.code == 0 && result.errors.contains("note: the run is not complete"), "\(result.errors)")
  }
}
