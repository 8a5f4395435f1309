import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct CommandLineTests {
  struct Refusal: Sendable {
    var arguments: [String]
    var code: Int32 = 64
    var says: [String]
  }

  static let refusals = [
    Refusal(arguments: ["--instruction", "lea"], says: ["--instruction", "xadd", "cmpxchg-fail"]),
    Refusal(arguments: ["--instruction", "add,"], says: ["--instruction"]),
    Refusal(arguments: ["--width", "3"], says: ["--width", "16"]),
    Refusal(arguments: ["--placement", "diagonal"], says: ["--placement", "page-split"]),
    Refusal(arguments: ["--offset", "-1"], says: ["--offset"]),
    Refusal(arguments: ["--offset", "9999"], says: ["--offset"]),
    Refusal(arguments: ["--plan", "slow"], says: ["--plan", "thorough"]),
    Refusal(arguments: ["--only", "teatime"], says: ["--only", "cost"]),
    Refusal(arguments: ["--budget", "0"], says: ["--budget"]),
    Refusal(arguments: ["--budget", "-3"], says: ["--budget"]),
    Refusal(arguments: ["--budget", "nan"], says: ["--budget"]),
    Refusal(arguments: ["--budget", "1e9"], says: ["--budget"]),
    Refusal(arguments: ["--rounds", "0"], says: ["--rounds"]),
    Refusal(arguments: ["--rounds", "1000000"], says: ["--rounds"]),
    Refusal(arguments: ["--seed", "-1"], says: ["--seed"]),
    Refusal(arguments: ["--label", "a/b"], says: ["--label"]),
    Refusal(arguments: ["--out", ""], says: ["--out"]),
    Refusal(arguments: ["--cpu", "x"], says: ["--cpu", "sibling-of"]),
    Refusal(arguments: ["--cpu", "4095"], says: ["CPU 4095", "choose from"]),
    Refusal(arguments: ["--instruction", "cmpxchg16b", "--placement", "line-split"], says: ["#GP"]),
    Refusal(arguments: ["--width", "1", "--placement", "page-split"], says: ["one byte"]),
    Refusal(arguments: ["--instruction", "cmpxchg8b", "--width", "2"], says: ["cmpxchg8b has 8"]),
    Refusal(arguments: ["--width", "8", "--placement", "line-split", "--offset", "3"], says: ["57...63"]),
    Refusal(arguments: ["--budget", "0.0001"], says: ["--budget", "dose ramp"]),
    Refusal(arguments: ["--victim", "bystander"], says: ["--victim", "dram-chase"]),
    Refusal(arguments: ["--victim-node", "77"], says: ["no NUMA node 77", "choose from"]),
    Refusal(arguments: ["--topology", "pu:2"], says: ["--topology", "--dry-run"]),
    Refusal(arguments: ["--dry-run", "--topology", "a lot"], says: ["does not understand --topology"]),
    Refusal(arguments: ["--only", "cost", "--victim", "alu"], says: ["--victim", "--only leaves out"]),
    Refusal(arguments: ["--repeat", "0"], says: ["--repeat", "1 to 1000"]),
    Refusal(arguments: ["--repeat", "2", "--pause", "-1"], says: ["--pause"]),
    Refusal(arguments: ["--pause", "5"], says: ["--pause", "needs --repeat"]),
    Refusal(arguments: ["--only", "scaling", "--width", "8"], says: ["--width", "--only leaves out"]),
    Refusal(arguments: ["--colour"], says: ["--colour"]),
    Refusal(arguments: ["doctr"], says: ["doctr", "doctor", "splitbench --help"]),
    Refusal(arguments: ["msr", "shw"], says: ["shw", "splitbench msr", "show"]),
    Refusal(arguments: ["run", "fast"], says: ["fast"]),
    Refusal(arguments: ["--out", "/proc/nowhere"], code: 2, says: ["/proc/nowhere", "--out"]),
    Refusal(arguments: ["--out", "/dev/null/x"], code: 2, says: ["/dev/null", "--out"]),
  ]

  @Test(arguments: refusals)
  func badInputIsRefusedInAFewWords(_ test: Refusal) async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(test.arguments, folder: folder)
      #expect(result.code == test.code, "\(result.errors)")
      for word in test.says { #expect(result.errors.contains(word), "\(result.errors)") }
      #expect(result.output.isEmpty)
      #expect(names(in: folder).isEmpty, "nothing is left behind")
      let said = result.errors.split(separator: "\n").filter {
        $0.hasPrefix("Error:") || $0.hasPrefix("error:")
      }
      #expect(said.count == 1)
    }
  }

  @Test func helpNamesEveryFlagOfRun() async throws {
    let help = try await Tool.run("run", "--help").output
    for flag in [
      "--plan", "--only", "--cpu", "--instruction", "--width", "--placement", "--offset", "--budget",
      "--seed", "--rounds", "--out", "--label", "--dry-run", "--json", "--quiet", "--victim", "--victim-node",
      "--all-pairs", "--topology",
    ] {
      #expect(help.contains(flag), "\(flag)")
    }
  }

  @Test func versionIsPrinted() async throws {
    let result = try await Tool.run("--version")
    #expect(result.code == 0 && result.output.split(separator: ".").count == 3)
  }

  @Test func dryRunMeasuresNothing() async throws {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run("run", "--dry-run", "--seed", "5", folder: folder)
      #expect(result.code == 0)
      #expect(result.output.contains("seed 5") && result.output.contains("57,58,59,60,61,62,63"))
      #expect(names(in: folder).isEmpty)
    }
  }

  @Test(arguments: [["list", "--json"], ["doctor", "--json"], ["run", "--dry-run", "--json"]])
  func jsonParses(arguments: [String]) async throws {
    let result = try await Tool.run(arguments)
    #expect(result.code == 0 && result.errors.isEmpty)
    #expect(try !result.json().isEmpty)
    #expect(!result.output.contains("\" : null"), "what is not known is absent")
  }

  @Test(
    arguments: [
      "list", "doctor", "run --dry-run", "--help", "run --help", "help run", "--version",
      "--generate-completion-script bash",
    ])
  func outputThatCannotBeWrittenIsSaid(command: String) async throws {
    let result = try await Tool.run("-c", "'\(Tool.path)' \(command) >/dev/full", program: "/bin/sh")
    #expect(
      result.code == 2 && result.errors.hasPrefix("error: cannot write standard output"), "\(result.errors)")
  }

  @Test func doctorSaysWhatAndWhy() async throws {
    let text = try await Tool.run("doctor").output
    for section in [
      "Machine", "Split-lock policy of Linux", "Noise", "Can be measured here", "Cannot be measured here",
    ] {
      #expect(text.contains(section))
    }
    #expect(text.contains("/proc/cpuinfo:") && text.contains("line 64 bytes"))
  }

  /// The plan of a machine that is not here.
  @Test(
    arguments: [
      ("pu:1", ["bystander: it needs a second CPU", "scaling: it needs a second CPU"]),
      ("pack:1 l3:1 l2:4 core:1 pu:2", ["smt-sibling", "scaling: 1, 2, 4, 8 offenders"]),
      (
        "pack:2 l3:8 core:16 pu:2",
        ["other-package", "scaling: 1, 2, 4, 8, 16, 32, 64, 128, 256, 512 offenders"]
      ),
    ] as [(String, [String])])
  func anotherMachineCanBePlanned(topology: String, says: [String]) async throws {
    let result = try await Tool.run("run", "--dry-run", "--topology", topology)
    #expect(result.code == 0, "\(result.errors)")
    for word in says { #expect(result.output.contains(word), "\(result.output.suffix(900))") }
  }

  @Test func thePlanGrowsWithTheRelationsAndNotWithTheCpus() async throws {
    func pairs(_ arguments: String...) async throws -> Int {
      let result = try await Tool.run(["run", "--dry-run", "--json"] + arguments)
      return try #require(try result.json()["pairs"] as? [Any]).count
    }
    #expect(try await pairs("--topology", "pack:2 l3:2 core:4 pu:2") == 4)
    #expect(try await pairs("--topology", "pack:2 l3:8 core:16 pu:2") == 4)
    #expect(try await pairs("--topology", "pack:2 l3:2 core:4 pu:2", "--all-pairs") == 32 * 31)
  }

  @Test func oneCpuIsEnough() async throws {
    let cpu = try await Tool.run("-c", "taskset -cp $$ | sed 's/.*: //; s/[-,].*//'", program: "/bin/sh")
      .output
    let first = cpu.filter(\.isNumber)
    let result = try await Tool.run(
      "-c", first, Tool.path.string, "run", "--dry-run", program: "/usr/bin/taskset")
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.output.contains("skipped: line state other-cpu-modified"))
    for experiment in ["pingpong", "bystander", "scaling"] {
      #expect(result.output.contains("skipped: \(experiment): it needs a second CPU"))
    }
    #expect(!result.output.split(separator: "\n").contains { $0.contains("  other-cpu-modified  ") })
  }

  @Test(
    .enabled("a mount namespace is refused here", HostilePlace.canMount),
    arguments: [["/sys"], ["/proc"], ["/sys", "/proc"]])
  func hiddenFilesAreNoCrash(hidden: [String]) async throws {
    let mounts = hidden.map { "mount -t tmpfs none \($0)" }.joined(separator: " && ")
    let result = try await HostilePlace(mounting: mounts).command(["doctor"])
    #expect(result.code == 0 || result.code == 2, "\(result.errors)")
    #expect(result.code == 0 || result.errors.hasPrefix("error: "), "\(result.errors)")
    if hidden.contains("/proc") && result.code == 0 {
      #expect(result.output.contains("unknown (what a split lock meets here cannot be told)"))
    }
  }
}
