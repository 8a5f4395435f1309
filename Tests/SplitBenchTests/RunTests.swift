import Foundation
import SystemPackage
import TestSupport
import Testing

/// Whole runs of the built binary.
@Suite(.serialized) struct RunTests {
  @Test func aRunLeavesAWholeFolder() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        BriefRun.aligned + ["--out", folder.string, "--label", "t.1", "--seed", "11"])
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.errors.isEmpty, "quiet")
      let run = try BriefRun.only(in: folder)
      #expect(run.lastComponent!.string.hasSuffix("-t.1"))
      #expect(names(in: run) == ["cost.csv", "datapackage.json", "run.json", "samples.csv", "summary.md"])
      let record = try BriefRun.record(run)
      #expect(record["complete"] as? Bool == true && record["schema_version"] as? Int == 1)
      #expect(record["settings_changed"] as? Bool == false)
      let parameters = try #require(record["parameters"] as? [String: Any])
      #expect(parameters["seed"] as? Int == 11 && parameters["rounds"] as? Int == 3)
      #expect((record["locked_time"] as? [String: Any])?["split_locks"] as? Int == 0)
      #expect(result.output.contains("results: \(run)"))
    }
  }

  @Test func jsonOnStandardOutputIsTheSameAsTheFiles() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(BriefRun.aligned + ["--out", folder.string, "--json"])
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let cost = try #require(object?["cost"] as? [[String: Any]])
      let file = try BriefRun.rows(try BriefRun.only(in: folder).appending("cost.csv"))
      #expect(cost.count == file.count)
      #expect(Set(cost[0].keys).isSubset(of: Set(file[0].keys)))
    }
  }

  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func splitCellsHaveTheirControlsInTheSameRound() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(BriefRun.split + ["--out", folder.string])
      #expect(result.code == 0, "\(result.errors)")
      let run = try BriefRun.only(in: folder)
      let cost = try BriefRun.rows(run.appending("cost.csv"))
      let samples = try BriefRun.rows(run.appending("samples.csv"))
      #expect(Set(samples.map { $0["cell"]! }) == Set(cost.map { $0["cell"]! }))

      let split = cost.filter {
        $0["locked"] == "true" && $0["placement"] == "line-split" && $0["line_state"] == "hot"
          && $0["between"] == "nothing"
      }
      #expect(split.count == 2)
      for row in split {
        #expect(row["verdict"] == "unverified-pmu" || row["verdict"] == "split-verified")
        #expect(row["outcome"] == "completed")
        let rounds = { (cell: String) in Set(samples.filter { $0["cell"] == cell }.map { $0["round"]! }) }
        for placement in ["aligned", "within-line"] {
          let control = try #require(
            cost.first {
              $0["instruction"] == row["instruction"] && $0["locked"] == "true"
                && $0["placement"] == placement
                && $0["line_state"] == "hot" && $0["between"] == "nothing"
            })
          #expect(rounds(row["cell"]!).isSubset(of: rounds(control["cell"]!)))
        }
      }
      let locked = try #require(try BriefRun.record(run)["locked_time"] as? [String: Any])
      #expect(try #require(locked["spent_seconds"] as? Double) <= 0.02)
      #expect(try #require(locked["split_locks"] as? Int) > 100)
    }
  }

  @Test func oneCpuSkipsWhatNeedsTwoAndSaysSo() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        "-c",
        "cpu=$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//'); exec taskset -c $cpu '\(Tool.path)' run"
          + " --plan quick --only bystander,pingpong,scaling --quiet --if-busy wait --out '\(folder)'",
        program: "/bin/sh")
      #expect(result.code == 0, "\(result.errors)")
      for experiment in ["pingpong", "bystander", "scaling"] {
        #expect(result.output.contains("skipped: \(experiment): it needs a second CPU"), "\(result.output)")
      }
      #expect(try BriefRun.rows(try BriefRun.only(in: folder).appending("bystander.csv")).isEmpty)
    }
  }

  @Test(arguments: [true, false]) func whatIsLeftOutOfARequestIsSaidUnlessQuiet(isQuiet: Bool) async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        BriefRun.aligned.filter { isQuiet || $0 != "--quiet" } + [
          "--instruction", "add,bts", "--width", "1,8", "--out", folder.string,
        ])
      let refusal = "bts has no width 1, only 2, 4, 8"
      #expect(result.code == 0 && result.errors.contains("skipped: \(refusal)\n") == !isQuiet)
      #expect(result.errors.isEmpty == isQuiet, "\(result.errors)")
      let skipped = try BriefRun.record(try BriefRun.only(in: folder))["skipped"] as? [[String: String]]
      #expect(skipped?.contains { $0["reason"] == refusal } == true, "the record has it")
    }
  }

  @Test func repetitionMakesRunsWithSeedsOfTheirOwn() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        BriefRun.aligned.filter { $0 != "--quiet" } + [
          "--repeat", "3", "--pause", "0.1", "--seed", "5", "--json", "--out", folder.string,
        ])
      #expect(result.code == 0 && result.errors.contains("run 3 of 3"), "\(result.errors)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 3, "JSON Lines")
      for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
      let runs = names(in: folder)
      let seeds = try runs.map { run in
        (try BriefRun.record(folder.appending(run))["parameters"] as? [String: Any])?["seed"] as? UInt64
      }
      #expect(runs.count == 3 && Set(seeds).count == 3 && seeds.contains(5))
      let compared = try await Tool.run("compare", "--self-check", folder.string)
      #expect(compared.code == 2 && compared.errors.contains("3 runs"))
    }
  }
}
