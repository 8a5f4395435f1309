import Foundation
import Measurement
import SystemPackage
import Testing

/// What the documents say and what the program does.
@Suite struct DocumentationTests {
  private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()

  @Test func everyWarningOfARowIsInTheReference() throws {
    let reference = try text(Self.root.appending("results").appending("README.md"))
    for (id, meaning) in CostRow.Warning.allCases.map({ ($0.rawValue, $0.meaning) })
      + BystanderRow.Warning.allCases.map({ ($0.rawValue, $0.meaning) })
    {
      #expect(reference.contains("| `\(id)` | \(meaning) |"), "\(id): \(meaning)")
    }
  }

  @Test func everyExperimentAndVictimIsInTheReadme() throws {
    let readme = try text(Self.root.appending("README.md"))
    for experiment in ExperimentId.allCases { #expect(readme.contains("| `\(experiment.rawValue)` |")) }
  }

  @Test func everyInstructionIsInTheReadme() async throws {
    let readme = try text(Self.root.appending("README.md"))
    let list = try await Tool.run("list", "--json").output
    let object = try JSONSerialization.jsonObject(with: Data(list.utf8)) as? [String: Any]
    let instructions = try #require(object?["instructions"] as? [[String: Any]])
    let words = Set(readme.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.map(String.init))
    for instruction in instructions {
      let id = try #require(instruction["id"] as? String)
      #expect(words.contains(id) || id == "cmpxchg-fail", "\(id)")
    }
    #expect(readme.contains("\(object?["kernel_count"] as? Int ?? 0) kernels"))
  }

  /// Committed runs are read by users' scripts: they must stay what the reference says.
  @Test func committedRunsHaveTheReferencesColumns() throws {
    let results = Self.root.appending("results")
    for machine in names(in: results) {
      for run in names(in: results.appending(machine)) {
        let cost = results.appending(machine).appending(run).appending("cost.csv")
        guard let table = try? text(cost) else { continue }
        #expect(
          table.hasPrefix(
            "run,round_count,cpu,setting,instruction,width_bytes,locked,placement,offset_bytes,"))
      }
    }
  }
}
