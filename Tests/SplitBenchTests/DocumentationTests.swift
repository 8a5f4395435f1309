import Foundation
import LockKernels
import Measurement
import Reporting
import SystemPackage
import TestSupport
import Testing

/// What the documents say and what the program does.
@Suite struct DocumentationTests {
  /// Programs read it, and the column reference is made of it.
  @Test func theListHasEveryTableAndInstruction() async throws {
    let object = try await Tool.run("list", "--json").json()
    let tables = try #require(object["tables"] as? [[String: Any]]).compactMap { $0["name"] as? String }
    #expect(Set(tables) == Set(RunResults.columnTypes.keys))
    let instructions = try #require(object["instructions"] as? [[String: Any]])
    #expect(Set(instructions.compactMap { $0["id"] as? String }) == Set(Instruction.allCases.map(\.rawValue)))
  }

  @Test func everyWarningOfARowIsInTheReference() throws {
    let reference = try text(Repository.root.appending("results").appending("README.md"))
    for (id, meaning) in CostRow.Warning.allCases.map({ ($0.rawValue, $0.meaning) })
      + BystanderRow.Warning.allCases.map({ ($0.rawValue, $0.meaning) })
    {
      #expect(reference.contains("| `\(id)` | \(meaning) |"), "\(id): \(meaning)")
    }
  }

  /// Committed runs are read by users' scripts: they must stay what the reference says.
  @Test func committedRunsHaveTheReferencesColumns() throws {
    for run in CommittedRuns.folders {
      let table = try text(run.appending("cost.csv"))
      #expect(
        table.hasPrefix(
          "run,round_count,cpu,setting,instruction,width_bytes,locked,placement,offset_bytes,"))
    }
  }

  /// What the makers had no hardware for, in the README and in every run's record.
  @Test func everyUntestedPathOfGuestsIsInTheReadme() throws {
    let readme = try text(Repository.root.appending("README.md"))
    let part = try #require(readme.split(separator: "(`untested_on_hardware` in `run.json`").last)
    let list = part.split(separator: "\n\n")[1].split(separator: "\n")
    #expect(list.count == GuestExperiment.untestedOnHardware.count)
    #expect(list.contains { $0.hasPrefix("- kvm_amd on silicon") })
  }

  @Test func theChangeLogBeginsWithThisVersion() async throws {
    let version = try await Tool.run("--version").output.trimmingCharacters(in: .whitespacesAndNewlines)
    let log = try text(Repository.root.appending("CHANGELOG.md"))
    let first = log.split(separator: "\n").first { $0.hasPrefix("## ") }
    #expect(first?.split(separator: " ").dropFirst().first.map(String.init) == version)
  }

  /// Paths in documents are those of files, relative to the document in a link, to the root in backticks.
  @Test(arguments: Repository.documents)
  func whatADocumentNamesExists(document: String) throws {
    let page = Repository.root.appending(document)
    let content = try text(page)
    for link in content.matches(of: /\]\(([^)\s#]+)(?:#[^)]*)?\)/).map({ String($0.1) }) {
      guard !link.contains("://"), !link.hasPrefix("mailto:") else { continue }
      #expect(exists(page.removingLastComponent().pushing(FilePath(link))), "\(document) links to \(link)")
    }
    let folders = Set(names(in: Repository.root))
    for path in content.matches(of: /`([\w.+-]+\/[\w.+\/-]+)`/).map({ String($0.1) }) {
      guard let first = path.split(separator: "/").first, folders.contains(String(first)) else { continue }
      #expect(exists(Repository.root.appending(path)), "\(document) names \(path)")
    }
  }

  private func exists(_ path: FilePath) -> Bool {
    FileManager.default.fileExists(atPath: path.lexicallyNormalized().string)
  }
}
