import Foundation
import PolicyModel
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The files that `splitbench model` takes.
@Suite struct ModelScenarioTests {
  private static let whole = """
    {"version": 1, "name": "x", "seconds": 1, "host": {"cores_per_package": 2},
     "actors": [{"name": "a", "kind": "task", "rate_hz": 100}, {"name": "g", "kind": "guest", "detection": "off"}],
     "events": [{"at_ms": 1, "do": "offline", "cpu": 1}]}
    """

  /// What is changed in the whole one, and the error that must come of it; what a JSON Schema cannot express is marked.
  private static let faults: [(old: String, new: String, error: String, isBeyondSchema: Bool)] = [
    ("\"seconds\": 1,", "", "seconds is missing", false),
    ("\"seconds\": 1,", "\"seconds\": 0,", "seconds: must be from 1 to 3600", false),
    ("\"seconds\": 1,", "\"seconds\": \"1\",", "seconds: ", false),
    ("\"version\": 1", "\"version\": 2", "version: must be 1", false),
    ("\"task\"", "\"process\"", "actors[0].kind: is \"process\", not one of task, guest, driver", false),
    ("\"rate_hz\"", "\"rate\"", "actors[0].rate: no such key; there are: chance, count", false),
    ("\"rate_hz\": 100", "\"on_ms\": 5", "actors[0].off_ms: is missing beside the other", false),
    ("\"rate_hz\": 100", "\"cpus\": []", "actors[0].cpus: must name CPUs", false),
    ("\"rate_hz\": 100", "\"detection\": \"on\"", "actors[0].detection: belongs to guests alone", false),
    (
      "\"seconds\": 1,", "\"seconds\": 1, \"costs\": {\"db_trap_ns\": 0},",
      "costs.db_trap_ns: must be from 1", false
    ),
    ("\"rate_hz\": 100", "\"chance\": 1.5", "actors[0].chance: must be from 0 to 1", false),
    ("\"detection\": \"off\"", "\"detection\": null", "actors[1].detection", false),
    (
      "\"offline\", \"cpu\": 1", "\"suspend\", \"cpu\": 1", "events[0].cpu: belongs to offline and online",
      false
    ),
    ("\"offline\", \"cpu\": 1", "\"offline\"", "events[0].cpu: belongs to offline and online", false),
    ("\"offline\", \"cpu\": 1", "\"offline\", \"cpu\": 2", "host: has CPUs 0 to 1; there is no CPU 2", true),
    ("\"rate_hz\": 100", "\"from_ms\": 9, \"to_ms\": 9", "actors[0].to_ms: is not behind from_ms", true),
    ("\"rate_hz\": 100", "\"count\": 10000", "actors: more than 10000 in all", true),
    ("\"events\"", "events", "a name in quotes is missing", true),
  ]

  @Test(arguments: faults.indices) func badScenariosAreRefused(_ index: Int) async throws {
    let fault = Self.faults[index]
    try await withTemporaryFolder { folder in
      let file = folder.appending("scenario.json")
      try write(Self.whole.replacing(fault.old, with: fault.new), to: file)
      let result = try await Tool.run("model", "--scenario", file.string)
      #expect(result.code == 2)
      #expect(result.output.isEmpty)
      #expect(result.errors.hasPrefix("error: \(file):"), "\(result.errors)")
      #expect(result.errors.contains(": \(fault.error)"), "\(result.errors)")
      #expect(result.errors.count { $0.isNewline } <= 2)
    }
  }

  /// The schema accepts what the program does, and refuses what it does as far as a schema can.
  @Test(.enabled(if: Tool.python != nil))
  func theSchemaSaysTheSame() async throws {
    let program = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      print("".join("y" if validator.is_valid(json.loads(text)) else "n" for text in json.load(sys.stdin)))
      """
    let folder = Repository.root.appending("Sources").appending("PolicyModel").appending("Scenarios")
    let good = [Self.whole] + (try names(in: folder).map { try text(folder.appending($0)) })
    let bad = Self.faults.filter { !$0.isBeyondSchema }.map { Self.whole.replacing($0.old, with: $0.new) }
    let python = try #require(Tool.python)
    let schema = Repository.root.appending("docs").appending("scenario.schema.json")
    let result = try await Subprocess.run(
      .path(python), arguments: ["-c", program, schema.string],
      input: .string(String(decoding: try JSONEncoder().encode(good + bad), as: UTF8.self)),
      output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
    let expected = good.map { _ in "y" } + bad.map { _ in "n" }
    #expect(result.standardOutput.dropLast() == expected.joined(), "\(result.standardError)")
  }

  @Test func everyBuiltInScenarioIsAFile() throws {
    let folder = Repository.root.appending("Sources").appending("PolicyModel").appending("Scenarios")
    #expect(names(in: folder) == Scenario.builtIn.map { $0.name + ".json" }.sorted())
  }

  /// Their times in ns would not fit into 64 bits together; refused before the first of them.
  @Test func replicatesThatCannotBeSummedAreRefused() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending("scenario.json")
      try write(
        """
        {"version": 1, "name": "hour", "seconds": 3600, "host": {"cores_per_package": 1},
         "actors": [{"name": "tasks", "kind": "task", "count": 10000, "rate_hz": 1}]}
        """, to: file)
      let result = try await Tool.run("model", "--scenario", file.string, "--replicates", "257")
      #expect(result.code == 2 && result.output.isEmpty)
      #expect(result.errors.contains("--replicates 257: too many") && result.errors.contains("at most 256"))
    }
  }
}
