import Foundation
import SystemPackage
import TestSupport
import Testing

/// Copies for other people: what was planted is nowhere in them, and what was measured is all there.
@Suite struct AnonymiseTests {
  @Test func whatIsPlantedIsNowhere() async throws {
    try await withTemporaryFolder { folder in
      let original = try PlantedRun.write(in: folder, 1, instance: "0badc0ffee11")
      let before = try text(original.appending("run.json"))
      let out = folder.appending("out")
      let result = try await Tool.run(
        "anonymise", folder.appending("src").string, "--out", out.string, "--word", "acme")
      #expect(result.code == 0 && result.errors.contains("notes.txt"), "\(result.errors)")
      let copies = files(below: out)
      #expect(result.errors.contains("summary.md") && !copies.contains { $0.hasSuffix("summary.md") })
      #expect(copies.filter { $0.hasSuffix("run.json") || $0.hasSuffix("trap.csv") }.count == 2)
      for file in copies where !file.hasSuffix("/") {
        guard let content = try? text(out.appending(FilePath(file).components)) else { continue }
        for secret in PlantedRun.secrets {
          #expect(!content.lowercased().contains(secret) && !file.contains(secret), "\(secret) in \(file)")
        }
      }
      let copy = try text(FilePath(result.output.trimmingCharacters(in: .newlines)).appending("run.json"))
      #expect(copy.replacing("\\/", with: "/").contains(PlantedRun.kept))
      #expect(try text(original.appending("run.json")) == before, "the original stays")
      let page = try await Tool.run("report", out.string, "--markdown")
      #expect(page.code == 0, "the copy is a run: \(page.errors)")
    }
  }

  /// A flood of lines, one a folder, hides what is unlike the others.
  @Test func whatMostFoldersHaveIsSaidOnce() async throws {
    try await withTemporaryFolder { folder in
      for number in 1...3 {
        let run = try BuiltRun(number: number).write(in: folder.appending("src"))
        try FileManager.default.copyItem(
          atPath: BuiltRun.committed.appending("summary.md").string,
          toPath: run.appending("summary.md").string)
        guard number == 3 else { continue }
        try Data("x".utf8).write(to: URL(filePath: run.appending("notes.txt").string))
      }
      let result = try await Tool.run(
        "anonymise", folder.appending("src").string, "--out", folder.appending("out").string)
      #expect(result.code == 0)
      let lines = result.errors.split(separator: "\n")
      try #require(lines.count == 2, "\(result.errors)")
      #expect(lines[0].hasPrefix("left out of 2 of 3 folders, "))
      #expect(lines[0].hasSuffix(": summary.md") && lines[1].hasSuffix(": notes.txt, summary.md"))
    }
  }

  @Test func whatWasMeasuredStays() async throws {
    try await withTemporaryFolder { folder in
      let original = try PlantedRun.write(in: folder, 2, instance: "0badc0ffee11")
      let out = folder.appending("out")
      let result = try await Tool.run("anonymise", original.string, "--out", out.string)
      let copy = FilePath(result.output.trimmingCharacters(in: .newlines))
      func numbers(_ file: FilePath) throws -> [[String]] {
        try text(file).split(separator: "\n").map { line in Array(CsvLine.fields(line).dropFirst()) }
      }
      #expect(try numbers(copy.appending("cost.csv")) == numbers(original.appending("cost.csv")))
      #expect(
        try numbers(copy.appending("trap.csv")).map { $0.prefix(30) }
          == numbers(original.appending("trap.csv")).map { $0.prefix(30) })
    }
  }

  @Test func aFolderWithSomethingInItIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let original = try PlantedRun.write(in: folder, 6, instance: "0badc0ffee11")
      let result = try await Tool.run("anonymise", original.string, "--out", folder.string)
      #expect(result.code == 2 && result.errors.contains("--out"), "\(result.errors)")
    }
  }

  /// What nobody knows may hold anything.
  @Test func anUnknownColumnIsRefused() async throws {
    try await withTemporaryFolder { folder in
      let original = try PlantedRun.write(in: folder, 7, instance: "0badc0ffee11")
      let file = original.appending("cost.csv").string
      let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
      let wider = lines.enumerated().map { line in "\(line.element),\(line.offset == 0 ? "rack" : "r7")\n" }
      try wider.joined().write(toFile: file, atomically: true, encoding: .utf8)
      let result = try await Tool.run(
        "anonymise", original.string, "--out", folder.appending("out").string)
      #expect(result.code == 2 && result.errors.contains("column rack"), "\(result.errors)")
    }
  }
}
