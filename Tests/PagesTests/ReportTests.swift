import Foundation
import StoredRuns
import SystemPackage
import TestSupport
import Testing

@testable import Pages

@Suite struct ReportTests {
  private static let tables = ["cost", "samples", "bystander", "pingpong", "scaling", "trap"]

  /// The page of the committed run.
  private static let whole: (html: String, markdown: String) = {
    let report = try! Report([StoredRun(RunFixture.committed)])
    return (report.html, report.markdown)
  }()

  private func headings(_ html: String) -> [String] {
    html.matches(of: /<h2[^>]*>([^<]*)<\/h2>/).map { String($0.1) }
  }

  @Test func aWholeRunHasEveryPart() {
    let html = Self.whole.html
    #expect(
      headings(html) == [
        "Summary", "Machine", "Cost of an operation", "Cost by offset", "Bystanders", "From CPU to CPU",
        "More offenders",
        "What a program meets", "In a KVM guest", "Distribution of samples",
        "Warnings, and what was not measured",
        "How it was measured",
      ])
    // Its own numbers, from its tables.
    for text in [
      "1200\u{A0}ns", "571×", "11.5×", "9300/s", "AMD EPYC", "3630919845310004258",
      "not measured: bus_locks_per_op",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(html.utf8.count < 2_000_000)
  }

  /// Nothing is left out silently, and nothing empty is shown.
  @Test(arguments: tables)
  func withoutATableItsPartIsLeftOut(_ missing: String) async throws {
    try await withTemporaryFolder { folder in
      let kept = Self.tables.filter { $0 != missing }
      let fixture = try RunFixture(in: folder, tables: kept) { record in
        record["skipped"] = [["what": missing, "reason": "there is one CPU"]]
      }
      let html = try Report([fixture.run]).html
      let parts = [
        "cost": "Cost of an operation", "samples": "Distribution of samples", "bystander": "Bystanders",
        "pingpong": "From CPU to CPU", "scaling": "More offenders", "trap": "What a program meets",
      ]
      #expect(!headings(html).contains(parts[missing]!))
      #expect(html.contains("not measured: \(missing): there is one CPU"))
      // Without costs nothing tells which cells are headlines, nor the curve of offsets.
      let gone = missing == "cost" ? ["cost", "samples"] : [missing]
      for (table, part) in parts where !gone.contains(table) {
        #expect(headings(html).contains(part), "\(part)")
      }
    }
  }

  /// Of a new experiment, or of a later SplitBench.
  @Test func anExperimentWithoutAPartOfItsOwnHasItsTableShown() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder, tables: ["cost"]) {
        $0[path: "parameters", "experiments"] = ["cost", "novel", "missing"]
      }
      try fixture.write("run,where,value_ns\nrun,<b>here</b>,1.25\nrun,there,\n", to: "novel")
      try Data(
        """
        {"resources": [{"name": "novel", "schema": {"fields": [{"name": "value_ns", "type": "number"}]}}]}
        """.utf8
      ).write(to: URL(filePath: fixture.folder.appending("datapackage.json").string))
      let report = try Report([fixture.run])
      #expect(headings(report.html).contains("Other experiments"))
      #expect(report.html.contains("&lt;b&gt;here&lt;/b&gt;") && report.html.contains("1.25"))
      #expect(
        headings(try Report([StoredRun(RunFixture.committed)]).html).contains("Other experiments") == false)
    }
  }

  @Test func aRunOfNothingIsAPage() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder) { record in
        record["complete"] = false
        record["end"] = "interrupted"
        for key in ["dose_curves", "headlines", "clock", "disturbance", "locked_time"] { record[key] = nil }
      }
      let html = try Report([fixture.run]).html
      #expect(headings(html).first == "Summary" && html.contains("not complete (interrupted)"))
      #expect(try Report([fixture.run]).markdown.contains("not complete \\(interrupted)") == false)
      #expect(try Report([fixture.run]).markdown.contains("not complete"))
    }
  }

  /// Empty fields are not measured, and tables of a header alone say nothing.
  @Test func emptyTablesAndFieldsAreNoCrash() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder, tables: Self.tables)
      for table in Self.tables {
        let header = try fixture.text(of: table).prefix { $0 != "\n" }
        try fixture.write(header + "\n", to: table)
      }
      #expect(!headings(try Report([fixture.run]).html).contains("Bystanders"))
      let bare = try RunFixture(in: folder, named: "bare", tables: Self.tables)
      for (table, numbers) in [
        ("cost", ["median_ns", "median_low_ns", "median_high_ns", "ratio_to_aligned"]),
        (
          "bystander", ["slowdown", "slowdown_low", "slowdown_high", "requested_fraction", "locked_fraction"]
        ),
        ("scaling", ["operations_per_second", "split_operations_per_second"]),
      ] {
        for column in numbers { try bare.empty(column, of: table) }
      }
      let html = try Report([bare.run]).html
      #expect(!html.contains("nan") && !html.contains("inf "))
    }
  }

  @Test func severalRunsAreLinedUpByMachineAndBootMode() async throws {
    try await withTemporaryFolder { folder in
      let modes = ["warn", "off", "fatal"]
      let runs = try modes.enumerated().map { index, mode in
        try RunFixture(in: folder, named: mode, tables: ["cost", "bystander", "trap"]) { record in
          record[path: "machine", "policy", "mode"] = mode
          record[path: "machine", "processor", "model"] = index == 2 ? 18 : 17
          record["started_utc"] = "2026-11-23T06:24:2\(index)Z"
        }.run
      }
      let html = try Report(runs).html
      let shown = html.matches(of: /<text class="(heading|y)"[^>]*>([^<]*)<\/text>/).map { String($0.2) }
      let ladder = Array(shown.prefix(5))
      #expect(
        ladder == ["amd-epyc-f25-m17-s1-kvm", "amd-epyc-f25-m18-s1-kvm", "off", "warn", "fatal"],
        "by machine, then by boot mode: \(ladder)")
      #expect(headings(html).contains("Machines") && html.contains("3 runs of 2 machines"))
    }
  }

  @Test func namesOfTheParts() {
    let html = Self.whole.html
    let ids = html.matches(of: /\sid="([^"]*)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count, "an id is one element's")
    for reference in html.matches(of: /\s(?:aria-labelledby|href)="#?([^"]*)"/).map({ String($0.1) })
    where !reference.hasPrefix("data:") {
      #expect(ids.contains(reference), "\(reference)")
    }
    // Every plot has a title and its numbers as a table.
    let figures = html.components(separatedBy: "<figure ").dropFirst()
    #expect(figures.count > 10)
    for figure in figures {
      #expect(
        figure.contains("<h3>") && figure.contains("<details>") && figure.contains("href=\"data:text/csv"))
      #expect(!figure.contains("<svg class=\"plot") || figure.contains("role=\"img\" aria-labelledby="))
    }
  }

  @Test func nothingIsFetched() {
    let html = Self.whole.html
    for match in html.matches(of: /(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]{0,9})/) {
      #expect(match.1.hasPrefix("#") || match.1.hasPrefix("data:"), "\(match.0)")
    }
    #expect(!html.contains("@import") && !html.contains("<script") && html.contains("default-src 'none'"))
  }

  @Test func theSamePageComesTwice() throws {
    let again = try Report([StoredRun(RunFixture.committed)])
    #expect(again.html == Self.whole.html && again.markdown == Self.whole.markdown)
  }

  /// In warn mode operations that Linux put to sleep stand far to the right of the others.
  @Test func delaysAreASecondHump() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try RunFixture(in: folder, tables: ["cost"])
      let cell = try #require(
        try CostEntry.read(fixture.run).first { $0.isHeadline && $0.placement == "line-split" }?.cell)
      let header =
        "cell,round,sequence,timing,short_operations,short_tsc_cycles,long_operations,long_tsc_cycles,"
        + "core_cycles_per_tsc_cycle,disturbance\n"
      let ticks = (0..<500).map { $0 % 50 == 0 ? 26_000_000 : 3000 + $0 }
      try fixture.write(header + ticks.map { "\(cell),0,0,single,,,1,\($0),1.3,\n" }.joined(), to: "samples")
      let html = try Report([fixture.run]).html
      let axis = try #require(html.components(separatedBy: "<figure id=\"distribution-1\"").dropFirst().first)
      #expect(axis.contains(">10\u{A0}ms</text>") && axis.contains("line-split, one by one"))
    }
  }

  @Test func markdownFitsAPost() {
    let text = Self.whole.markdown
    #expect(text.utf8.count < 12_000, "\(text.utf8.count)")
    #expect(
      text.hasPrefix("## AMD EPYC\n") && text.contains("| l2-chase |")
        && text.contains("again with: splitbench run"))
    for line in text.split(separator: "\n") where line.hasPrefix("|") { #expect(line.hasSuffix("|")) }
  }
}
