import SystemPackage
import TestSupport
import Testing

/// What `splitbench compare` refuses.
@Suite struct CompareRefusalTests {
  struct Refusal: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var code: Int32
    var says: [String]
    var testDescription: String { arguments.joined(separator: " ") }
  }

  /// `A` and `B` are good sides.
  @Test(arguments: [
    Refusal(arguments: ["A"], code: 2, says: ["one machine's runs alone", "--self-check"]),
    Refusal(arguments: [], code: 64, says: ["paths"]),
    Refusal(arguments: ["A", "A"], code: 2, says: ["is in", "leave it out of one"]),
    Refusal(arguments: ["A", "nowhere"], code: 2, says: ["nowhere", "check the path"]),
    Refusal(arguments: ["A", "."], code: 2, says: ["is in"]),
    Refusal(
      arguments: ["A", "B", "--where", "colour=red"], code: 64, says: ["no column 'colour'", "instruction"]),
    Refusal(arguments: ["A", "B", "--where", "instruction"], code: 64, says: ["--where"]),
    Refusal(arguments: ["A", "B", "--where", "instruction=fly"], code: 2, says: ["no cell of that kind"]),
    Refusal(arguments: ["A", "B", "--only", "pingpong"], code: 2, says: ["no cell", "--only"]),
    Refusal(arguments: ["A", "B", "--only", "guess"], code: 64, says: ["--only", "guess"]),
    Refusal(arguments: ["A", "--days"], code: 2, says: ["one machine's runs alone, of one day"]),
    Refusal(arguments: ["A", "--days", "--self-check"], code: 64, says: ["ask one"]),
    Refusal(arguments: ["A", "B", "--by", "colour"], code: 64, says: ["no column 'colour'"]),
    Refusal(arguments: ["A", "B", "--threshold", "wide"], code: 64, says: ["--threshold"]),
    Refusal(arguments: ["A", "B", "--alpha", "7"], code: 64, says: ["--alpha"]),
    Refusal(arguments: ["A", "B", "--json", "--csv"], code: 64, says: ["exclude each other"]),
    Refusal(arguments: ["A", "--self-check", "--csv"], code: 64, says: ["--self-check"]),
    Refusal(arguments: ["MIXED", "B"], code: 2, says: ["different processors", "a folder of their own"]),
    Refusal(arguments: ["TORN", "B"], code: 2, says: ["cost.csv:3:", "median_ns"]),
    Refusal(arguments: ["ZERO", "B"], code: 2, says: ["cost.csv:3:", "median_ns is not above 0"]),
  ])
  func badInputIsRefusedInAFewWords(_ test: Refusal) async throws {
    try await withTemporaryFolder { folder in
      _ = try BuiltRun.side(0..<3, in: folder, "A")
      _ = try BuiltRun.side(3..<6, in: folder, "B")
      switch test.arguments.first {
      case "MIXED":
        _ = try BuiltRun.side(6..<8, in: folder, "MIXED") { run in
          guard run.number == 7 else { return }
          run.record = { record in
            var machine = record["machine"] as! [String: Any]
            machine["processor"] = (machine["processor"] as! [String: Any]).merging(["model": 1]) { $1 }
            record["machine"] = machine
          }
        }
      case "TORN", "ZERO":
        _ = try BuiltRun.side(6..<7, in: folder, test.arguments[0]) { run in
          run.edit = { $0["cell"] == "1" ? ["median_ns": test.arguments[0] == "TORN" ? "1.2.3" : "0"] : [:] }
        }
      default: break
      }
      let result = try await Tool.run(["compare"] + test.arguments, folder: folder)
      #expect(result.code == test.code && result.output.isEmpty, "\(result.errors)")
      for word in test.says { #expect(result.errors.contains(word), "\(result.errors)") }
      #expect(result.errors.split(separator: "\n").count { $0.lowercased().hasPrefix("error:") } == 1)
    }
  }
}
