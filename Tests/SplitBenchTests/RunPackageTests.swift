import SystemPackage
import TestSupport
import Testing

/// What a run leaves is a data package that pandas reads.
@Suite(.serialized) struct RunPackageTests {
  /// All that takes two CPUs, as short as it can be.
  @Test(
    .enabled(
      if: SplitLocks.areHarmless && Tool.python != nil, "Linux would delay or kill split locks, or no Python")
  )
  func contentionLeavesTablesThatPandasReads() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(
        "run", "--plan", "quick", "--only", "pingpong,bystander,scaling", "--victim", "alu,l1-load",
        "--rounds", "2",
        "--budget", "0.1", "--quiet", "--if-busy", "wait", "--out", folder.string)
      #expect(result.code == 0, "\(result.errors)")
      let run = try BriefRun.only(in: folder)
      let valid = try await Tool.run(
        "-m", "frictionless", "validate", "datapackage.json", program: Tool.python!, folder: run)
      #expect(valid.code == 0, "\(valid.output)\(valid.errors)")
      let record = try BriefRun.record(run)
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
      let pandas = try await Tool.run("-c", script, program: Tool.python!, folder: run)
      #expect(pandas.code == 0, "\(pandas.errors)")
    }
  }

  @Test(.enabled(if: Tool.python != nil, "make test installs frictionless and pandas and names their Python"))
  func theFolderIsAValidDataPackageThatPandasReads() async throws {
    try await withTemporaryFolder { folder in
      _ = try await Tool.run(
        (SplitLocks.areHarmless ? BriefRun.split : BriefRun.aligned) + ["--out", folder.string])
      let run = try BriefRun.only(in: folder)
      let valid = try await Tool.run(
        "-m", "frictionless", "validate", "datapackage.json", program: Tool.python!, folder: run)
      #expect(valid.code == 0, "\(valid.output)\(valid.errors)")
      let script = """
        import pandas
        cost, samples = pandas.read_csv("cost.csv"), pandas.read_csv("samples.csv")
        assert len(cost) > 3 and len(samples) > len(cost)
        assert cost.median_ns.dtype == "float64" and cost.locked.dtype == "bool" and cost.offset_bytes.dtype == "int64"
        assert (cost.median_low_ns.dropna() <= cost.median_high_ns.dropna()).all()
        """
      let pandas = try await Tool.run("-c", script, program: Tool.python!, folder: run)
      #expect(pandas.code == 0, "\(pandas.errors)")
    }
  }
}
