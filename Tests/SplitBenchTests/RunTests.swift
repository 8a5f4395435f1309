import Foundation
import Machine
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Whole runs of the built binary. Each is bounded to a few milliseconds of locked time.
@Suite(.serialized) struct RunTests {
  private static let aligned = [
    "run", "--plan", "quick", "--placement", "aligned", "--instruction", "add,load", "--rounds", "3",
    "--quiet", "--if-busy", "wait",
  ]
  private static let split = [
    "run", "--plan", "quick", "--instruction", "add,cmpxchg", "--width", "8", "--rounds", "6", "--budget",
    "0.02",
    "--quiet", "--if-busy", "wait",
  ]
  /// Python with frictionless and pandas, where `make test` has put it.
  private static let python = ProcessInfo.processInfo.environment["SPLITBENCH_PYTHON"]

  private func onlyRun(in folder: FilePath) throws -> FilePath {
    let runs = names(in: folder)
    try #require(runs.count == 1)
    return folder.appending(runs[0])
  }

  private func record(_ run: FilePath) throws -> [String: Any] {
    let data = Data(try text(run.appending("run.json")).utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func rows(_ file: FilePath) throws -> [[String: String]] {
    let lines = try text(file).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
  }

  @Test func aRunLeavesAWholeFolder() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        Self.aligned + ["--out", folder.string, "--label", "t.1", "--seed", "11"])
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.errors.isEmpty, "quiet")
      let run = try onlyRun(in: folder)
      #expect(run.lastComponent!.string.hasSuffix("-t.1"))
      #expect(names(in: run) == ["cost.csv", "datapackage.json", "run.json", "samples.csv", "summary.md"])
      let record = try record(run)
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
      let result = try await Tool.run(Self.aligned + ["--out", folder.string, "--json"])
      let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
      let cost = try #require(object?["cost"] as? [[String: Any]])
      let file = try rows(try onlyRun(in: folder).appending("cost.csv"))
      #expect(cost.count == file.count)
      #expect(Set(cost[0].keys).isSubset(of: Set(file[0].keys)))
    }
  }

  @Test(.enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"))
  func splitCellsHaveTheirControlsInTheSameRound() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(Self.split + ["--out", folder.string])
      #expect(result.code == 0, "\(result.errors)")
      let run = try onlyRun(in: folder)
      let cost = try rows(run.appending("cost.csv"))
      let samples = try rows(run.appending("samples.csv"))
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
      let locked = try #require(try record(run)["locked_time"] as? [String: Any])
      #expect(try #require(locked["spent_seconds"] as? Double) <= 0.02)
      #expect(try #require(locked["split_locks"] as? Int) > 100)
    }
  }

  /// All that takes two CPUs, as short as it can be.
  @Test(
    .enabled(
      if: SplitLocks.areHarmless && python != nil, "Linux would delay or kill split locks, or no Python"))
  func contentionLeavesTablesThatPandasReads() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        "run", "--plan", "quick", "--only", "pingpong,bystander,scaling", "--victim", "alu,l1-load",
        "--rounds", "2",
        "--budget", "0.1", "--quiet", "--if-busy", "wait", "--out", folder.string)
      #expect(result.code == 0, "\(result.errors)")
      let run = try onlyRun(in: folder)
      let valid = try await Tool.run(
        "-m", "frictionless", "validate", "datapackage.json", program: FilePath(Self.python!), folder: run)
      #expect(valid.code == 0, "\(valid.output)\(valid.errors)")
      let record = try record(run)
      #expect(try #require((record["locked_time"] as? [String: Any])?["spent_seconds"] as? Double) <= 0.11)
      guard (record["pairs"] as? [Any])?.isEmpty == false else { return }
      let script = """
        import json, pandas
        b, s = pandas.read_csv("bystander.csv"), pandas.read_csv("slices.csv")
        p, c = pandas.read_csv("pingpong.csv"), pandas.read_csv("scaling.csv")
        assert set(b.victim) == {"alu", "l1-load"} and set(s.cell) == set(b.cell)
        b = b[b.round_count > 0]  # on a busy machine no slice of two may overlap
        assert (b.achieved_rate_hz.notna() == (b.aggressor != "idle")).all(), b.to_string()
        assert b.relation_source.isin(["hwloc", "hypervisor-claim"]).all()
        left = " ".join(skipped["what"] for skipped in json.load(open("run.json"))["skipped"])
        assert set(p.placement) == {"aligned", "line-split", "page-split"} or "of pingpong" in left, left
        assert (c.verdict == "atomic").all()
        """
      let pandas = try await Tool.run("-c", script, program: FilePath(Self.python!), folder: run)
      #expect(pandas.code == 0, "\(pandas.errors)")
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
      #expect(try rows(try onlyRun(in: folder).appending("bystander.csv")).isEmpty)
    }
  }

  @Test(.enabled(if: python != nil, "make test installs frictionless and pandas and names their Python"))
  func theFolderIsAValidDataPackageThatPandasReads() async throws {
    try await withTemporaryFolder { folder in
      _ = try await Tool.run(
        (SplitLocks.areHarmless ? Self.split : Self.aligned) + ["--out", folder.string])
      let run = try onlyRun(in: folder)
      let valid = try await Tool.run(
        "-m", "frictionless", "validate", "datapackage.json", program: FilePath(Self.python!), folder: run)
      #expect(valid.code == 0, "\(valid.output)\(valid.errors)")
      let script = """
        import pandas
        cost, samples = pandas.read_csv("cost.csv"), pandas.read_csv("samples.csv")
        assert len(cost) > 3 and len(samples) > len(cost)
        assert cost.median_ns.dtype == "float64" and cost.locked.dtype == "bool" and cost.offset_bytes.dtype == "int64"
        assert (cost.median_low_ns.dropna() <= cost.median_high_ns.dropna()).all()
        """
      let pandas = try await Tool.run("-c", script, program: FilePath(Self.python!), folder: run)
      #expect(pandas.code == 0, "\(pandas.errors)")
    }
  }

  @Test(arguments: ["INT", "TERM"])
  func aSignalKeepsAValidPartialFolder(signal: String) async throws {
    try await withTemporaryFolder { folder in
      // Long enough for a round. A parent may have left SIGINT ignored, which the tool would respect: env undoes it.
      let result = try await Tool.run(
        [
          "--default-signal=\(signal)", "timeout", "--foreground", "--preserve-status", "--signal=\(signal)",
          "4",
          Tool.path.string, "run", "--placement", "aligned", "--rounds", "10000", "--quiet", "--if-busy",
          "wait", "--out",
          folder.string,
        ], program: "/usr/bin/env")
      #expect(result.code == 130, "\(result.errors)")
      let run = try onlyRun(in: folder)
      let record = try record(run)
      #expect(record["complete"] as? Bool == false && record["end"] as? String == "interrupted")
      #expect(try rows(run.appending("cost.csv")).count > 10)
      #expect(names(in: run) == ["cost.csv", "datapackage.json", "run.json", "samples.csv", "summary.md"])
    }
  }

  @Test func repetitionMakesRunsWithSeedsOfTheirOwn() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        Self.aligned.filter { $0 != "--quiet" } + [
          "--repeat", "3", "--pause", "0.1", "--seed", "5", "--json", "--out", folder.string,
        ])
      #expect(result.code == 0 && result.errors.contains("run 3 of 3"), "\(result.errors)")
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 3, "JSON Lines")
      for line in lines { _ = try JSONSerialization.jsonObject(with: Data(line.utf8)) }
      let runs = names(in: folder)
      let seeds = try runs.map { run in
        (try record(folder.appending(run))["parameters"] as? [String: Any])?["seed"] as? UInt64
      }
      #expect(runs.count == 3 && Set(seeds).count == 3 && seeds.contains(5))
      let compared = try await Tool.run("compare", "--self-check", folder.string)
      #expect(compared.code == 2 && compared.errors.contains("3 runs"))
    }
  }

  /// The first run is whole, the others never begin.
  @Test func anInterruptBetweenRunsEndsThemAll() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        [
          "--default-signal=INT", "timeout", "--foreground", "--preserve-status", "--signal=INT", "6",
          Tool.path.string,
        ] + Self.aligned + ["--repeat", "5", "--pause", "600", "--out", folder.string],
        program: "/usr/bin/env")
      #expect(result.code == 130, "\(result.errors)")
      #expect(try record(try onlyRun(in: folder))["complete"] as? Bool == true)
    }
  }

  @Test(.enabled(if: getuid() == 0, "becoming another user needs root"))
  func anUnwritableFolderAndNoRightsAreSaid() async throws {
    let copy = FilePath("/tmp/splitbench-\(UUID().uuidString)")
    try FileManager.default.copyItem(atPath: Tool.path.string, toPath: copy.string)
    defer { try? FileManager.default.removeItem(atPath: copy.string) }
    let refused = try await Tool.run(
      ["--reuid=65534", "--regid=65534", "--clear-groups", copy.string] + Self.aligned + [
        "--out", "/root/x",
      ],
      program: "/usr/bin/setpriv")
    #expect(refused.code == 2 && refused.errors.contains("cannot write /root"), "\(refused.errors)")
    let doctor = try await Tool.run(
      "--reuid=65534", "--regid=65534", "--clear-groups", copy.string, "doctor", program: "/usr/bin/setpriv")
    #expect(doctor.code == 0 && doctor.output.contains("not root"), "\(doctor.errors)")
  }
}
