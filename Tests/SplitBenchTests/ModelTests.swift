import Foundation
import PolicyModel
import Reporting
import StoredRuns
import Subprocess
import SystemPackage
import Testing

@testable import SplitBench

@Suite struct ModelTests {
  private static let root = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()

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
  @Test(.enabled(if: ProcessInfo.processInfo.environment["SPLITBENCH_PYTHON"] != nil))
  func theSchemaSaysTheSame() async throws {
    let program = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1]))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      print("".join("y" if validator.is_valid(json.loads(text)) else "n" for text in json.load(sys.stdin)))
      """
    let folder = Self.root.appending("Sources").appending("PolicyModel").appending("Scenarios")
    let good = [Self.whole] + (try names(in: folder).map { try text(folder.appending($0)) })
    let bad = Self.faults.filter { !$0.isBeyondSchema }.map { Self.whole.replacing($0.old, with: $0.new) }
    let python = try #require(ProcessInfo.processInfo.environment["SPLITBENCH_PYTHON"])
    let schema = Self.root.appending("docs").appending("scenario.schema.json")
    let result = try await Subprocess.run(
      .path(FilePath(python)), arguments: ["-c", program, schema.string],
      input: .string(String(decoding: try JSONEncoder().encode(good + bad), as: UTF8.self)),
      output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
    let expected = good.map { _ in "y" } + bad.map { _ in "n" }
    #expect(result.standardOutput.dropLast() == expected.joined(), "\(result.standardError)")
  }

  @Test func everyBuiltInScenarioIsAFile() throws {
    let folder = Self.root.appending("Sources").appending("PolicyModel").appending("Scenarios")
    #expect(names(in: folder) == Scenario.builtIn.map { $0.name + ".json" }.sorted())
  }

  /// Not numbers of ours: the committed run's.
  @Test func theCostsAreThoseOfTheCommittedRun() throws {
    let run = try #require(
      try RunCollection.find([Self.root.appending("results")]).runs.first { $0.name == Costs.committed.run })
    let measured = try Costs(of: run)
    #expect(measured == Costs.committed, "Costs+Committed.swift should say \(measured)")
  }

  @Test func costsComeFromAResultFolder() async throws {
    let results = Self.root.appending("results").appending("amd-epyc-f25-m17-s1-kvm")
    let run = results.appending(Costs.committed.run)
    let arguments = ["model", "--scenario", "legacy-game", "--policy", "warn-6.2,off"]
    let own = try await Tool.run(arguments)
    #expect(
      own.code == 0
        && own.output.contains(
          "costs of \(Costs.committed.run): split lock \(Costs.committed.splitLock.ns) ns (cost.csv)")
    )
    #expect(try await Tool.run(arguments + ["--costs", run.string]).output == own.output)
    let none = try await Tool.run(arguments + ["--costs", results.string])
    #expect(none.code == 2 && none.errors.contains("no run.json in it"))
  }

  /// Where KVM runs guests natively, their exits were measured, and nothing is assumed.
  @Test func exitsOfGuestsAreTakenWhereTheyWereMeasured() async throws {
    let results = Self.root.appending("results").appending("amd-epyc-f25-m17-s1-kvm")
    try await withTemporaryFolder { folder in
      let run = folder.appending("run")
      try FileManager.default.copyItem(
        atPath: results.appending(Costs.committed.run).string, toPath: run.string)
      let guests = run.appending("guest.csv")
      let exit = "\(Costs.committed.run),15,exit,,guest,0,1,,port-exit,ns,2344.6,2300,2400,,1000\n"
      try write(try text(guests) + exit, to: guests)
      let result = try await Tool.run(
        "model", "--scenario", "noisy-guest", "--policy", "oct2019-ipi", "--costs", run.string)
      #expect(result.output.contains("VM exit 2345 ns (guest.csv)"), "\(result.errors)")
      // 1161 of 2345 ns, and one end alone.
      #expect(result.output.contains(/\noct2019-ipi +49\.5[ ]/))
    }
  }

  @Test func theSameSeedGivesTheSameBytes() async throws {
    try await withTemporaryFolder { folder in
      var texts: [String] = []
      for (name, seed) in [("a", "3"), ("b", "3"), ("c", "4")] {
        let file = folder.appending(name)
        let result = try await Tool.run(
          "model", "--scenario", "fleet", "--policy", "warn-6.2,ratelimit-5.14:10", "--replicates", "300",
          "--seed",
          seed, "--csv", file.string)
        #expect(result.code == 0, "\(result.errors)")
        texts.append(try text(file))
      }
      #expect(texts[0] == texts[1])
      #expect(texts[0] != texts[2])
      #expect(texts[0].count { $0 == "\n" } == 601)
    }
  }

  /// Written down when it was first made: another machine, or compiler, must not change it. Costs of its own, lest a new run does.
  @Test func theBytesAreTheSameOnAnyMachine() {
    let costs = Costs(
      run: "made-up", splitLock: .init(ns: 1234, source: ""), signal: .init(ns: 4321, source: ""),
      stallShares: ["l2-chase": 900_000, "alu": 1000])
    var text = ModelTable.header
    for var scenario in Scenario.builtIn {
      scenario.seconds = min(scenario.seconds, 5)
      if scenario.name == "crowd" { scenario.seconds = 1 }
      for policy in PolicyChoice.all {
        var row = ModelRow(scenario: scenario, policy: policy, seed: 42, costs: costs)
        if policy.obstacle(on: scenario.host) == nil {
          row.number = 7
          row.found = policy.replicate(scenario, costs, seed: 42, number: 7)
        }
        text += ModelTable.line(row)
      }
    }
    #expect(fnv1a(text) == 13_972_777_085_723_133_906)
  }

  /// #AC's policies on a host without it, and #DB's: told in all three outputs, and with no numbers.
  @Test func policiesThatCannotBeThereAreTold() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending("model.csv")
      let arguments = [
        "model", "--scenario", "bus-lock-only", "--policy",
        "off,warn-6.2,v9-per-cpu-cache,bus-lock-warn-6.12",
      ]
      let result = try await Tool.run(arguments + ["--csv", file.string])
      #expect(result.code == 0, "\(result.errors)")
      #expect(
        result.output.contains(
          "not on such a host, needs #AC: warn-6.2, v9-per-cpu-cache:as-posted\n"))
      // Nobody measured #DB alone.
      #expect(result.output.contains(/\nbus-lock-warn-6\.12 +[0-9.]+ to [0-9.]+[ ]/))
      let rows = try text(file).split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
      #expect(rows.map(\.last) == ["true", "false", "false", "true"])
      // Scenario, policy, seed, seconds, the costs' run, and that.
      #expect(rows.map { row in row.count { !$0.isEmpty } == 6 } == [false, true, true, false])
      let json = try await Tool.run(arguments + ["--json"])
      #expect(
        json.output.contains("\"not_applicable\"") && json.output.contains("\"reason\" : \"needs #AC\""))
    }
  }

  @Test func countersOfGuestsAreToldByGuest() async throws {
    let arguments = ["model", "--scenario", "noisy-guest", "--policy", "oct2019-ipi"]
    let text = try await Tool.run(arguments).output
    #expect(text.contains("a trace event each, in 1 of 30 guests, most in noisy guest\n"), "\(text)")
    let json = try await Tool.run(arguments + ["--json"]).output
    #expect(json.contains("\"guest\" : \"noisy guest\"") && json.contains("\"trace_events\""), "\(json)")
  }

  @Test func everyColumnIsInTheReference() throws {
    let reference = try text(Self.root.appending("results").appending("README.md"))
    for (name, type, meaning) in ModelTable.columns {
      #expect(reference.contains("| `\(name)` | \(type) | \(meaning) |"), "\(name)")
    }
  }

  private static let refused: [(arguments: [String], code: Int32)] = [
    (["--policy", "warn"], 64), (["--replicates", "0"], 64), (["--scenario", "/nowhere"], 2),
    (["--csv", "/nowhere/x"], 2), (["--scenario", "/"], 2),
  ]

  @Test(arguments: refused.indices) func wrongArgumentsAreRefused(_ index: Int) async throws {
    let (arguments, code) = Self.refused[index]
    let result = try await Tool.run(["model"] + arguments)
    #expect(result.code == code && result.output.isEmpty && !result.errors.isEmpty)
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

  @Test func theListHasEveryScenarioAndPolicy() async throws {
    let list = try await Tool.run("model", "--list").output
    for scenario in Scenario.builtIn { #expect(list.contains(scenario.name)) }
    for (grammar, _) in PolicyChoice.catalogue { #expect(list.contains(grammar)) }
  }

  private func write(_ text: String, to file: FilePath) throws {
    try Data(text.utf8).write(to: URL(filePath: file.string))
  }

  private func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
