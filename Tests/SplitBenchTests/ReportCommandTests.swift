import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct ReportCommandTests {
  private static let run = CommittedRuns.folders[0].string

  @Test func aPageIsWrittenWhole() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending("page.html")
      try Data("as it was before".utf8).write(to: URL(filePath: file.string))
      let result = try await Tool.run("report", Self.run, "--output", file.string)
      #expect(
        result.code == 0 && result.output.isEmpty && result.errors.hasPrefix("wrote \(file), "),
        "\(result.errors)")
      let page = try text(file)
      #expect(page.hasPrefix("<!doctype html>\n") && page.hasSuffix("</html>\n"))
      #expect(names(in: folder) == ["page.html"], "nothing is left behind")
      let piped = try await Tool.run("report", Self.run, "--output", "-")
      #expect(piped.code == 0 && piped.errors.isEmpty && piped.output == page)
    }
  }

  @Test func markdownGoesToStandardOutput() async throws {
    let result = try await Tool.run("report", Self.run, "--markdown")
    #expect(result.code == 0 && result.errors.isEmpty && result.output.hasPrefix("## "))
  }

  /// A page that names a device, or leads to a file by a link, does not take its place.
  @Test func whatIsNoFileStaysWhatItIs() async throws {
    try await withTemporaryFolder { folder in
      let link = folder.appending("link.html")
      try FileManager.default.createSymbolicLink(atPath: link.string, withDestinationPath: "page.html")
      try Data().write(to: URL(filePath: folder.appending("page.html").string))
      #expect(try await Tool.run("report", Self.run, "--output", link.string).code == 0)
      let kind = try FileManager.default.attributesOfItem(atPath: link.string)[.type] as? FileAttributeType
      #expect(kind == .typeSymbolicLink)
      #expect(try text(folder.appending("page.html")).hasSuffix("</html>\n"))
      #expect(try await Tool.run("report", Self.run, "--output", "/dev/null").code == 0)
      let device = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
      #expect(device == .typeCharacterSpecial)
    }
  }

  struct Refusal: Sendable {
    var arguments: [String]
    var code: Int32
    var says: [String]
  }

  static let refusals = [
    Refusal(arguments: [run], code: 64, says: ["--output FILE", "--markdown"]),
    Refusal(arguments: [run, "--output", ""], code: 64, says: ["--output"]),
    Refusal(arguments: [run, "--markdown", "--index"], code: 64, says: ["--index"]),
    Refusal(arguments: ["--output", "-"], code: 64, says: ["dir"]),
    Refusal(arguments: ["/nowhere", "--output", "-"], code: 2, says: ["/nowhere", "check the path"]),
    Refusal(arguments: ["empty", "--output", "-"], code: 2, says: ["empty", "no run in it"]),
    Refusal(arguments: ["broken", "--output", "-"], code: 2, says: ["broken/trap.csv:1:1: no column"]),
    Refusal(
      arguments: [run, "--output", "/proc/nowhere/x.html"], code: 2,
      says: ["/proc/nowhere/x.html", "--output"]),
    Refusal(arguments: [run, "--output", "empty"], code: 2, says: ["empty", "--output"]),
    Refusal(arguments: [run, "--output", "/dev/full"], code: 2, says: ["/dev/full", "No space left"]),
  ]

  @Test(arguments: refusals)
  func badInputIsRefusedInAFewWords(_ test: Refusal) async throws {
    try await withTemporaryFolder { folder in
      let files = FileManager.default
      for name in ["empty", "broken"] {
        try files.createDirectory(atPath: folder.appending(name).string, withIntermediateDirectories: true)
      }
      let broken = folder.appending("broken")
      try files.copyItem(atPath: Self.run + "/run.json", toPath: broken.appending("run.json").string)
      try Data("cpu,trigger\nmany,words,here\n".utf8).write(
        to: URL(filePath: broken.appending("trap.csv").string))
      let result = try await Tool.run(["report"] + test.arguments, folder: folder)
      #expect(result.code == test.code, "\(result.errors)")
      for word in test.says { #expect(result.errors.contains(word), "\(result.errors)") }
      #expect(result.output.isEmpty && names(in: folder) == ["broken", "empty"])
    }
  }

  /// The templates lie in the binary: it works wherever it is copied.
  @Test func theBinaryNeedsNoFilesOfItsBuildFolder() {
    #expect(
      !names(in: Tool.buildFolder).contains {
        $0.hasSuffix("_Pages.resources") || $0.hasSuffix("_Pages.bundle")
      })
  }

  /// `make results-index` makes it.
  @Test func theCommittedIndexIsWhatTheToolMakes() async throws {
    let result = try await Tool.run(
      ["report"] + CommittedRuns.paths + ["--index", "--output", "-"], folder: CommittedRuns.results)
    #expect(result.code == 0, "\(result.errors)")
    let committed = try text(CommittedRuns.results.appending("index.html"))
    #expect(committed == result.output, "make results-index writes the index anew")
    for run in CommittedRuns.paths { #expect(committed.contains("href=\"\(run)/summary.md\"")) }
  }
}
