import ArgumentParser
import Comparison
import Measurement
import Reporting
import StoredRuns
import SystemPackage

extension SplitBench {
  struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Say whether CPUs, or runs, differ: ratio, 95 % interval, adjusted p, verdict for every cell.",
      discussion: """
        Every path is a side: a result folder, or a folder with the runs of one machine. One path alone is a folder \
        of such folders, a side each; or of runs, grouped by machine and label. Sides are held against the first.

          splitbench compare results/epyc results/xeon
          splitbench compare results --only cost --where instruction=add,locked=true
          splitbench compare before after --threshold 5% --markdown
          splitbench compare --days results/epyc
          splitbench compare --groups results
          splitbench compare --self-check results/epyc
          splitbench compare --references results/references.csv results/epyc

        More than twelve machines, or with --groups more than two kinds, are a fleet too: which kind is fast, which machine is \
        unlike its kind, what Linux does about split locks where. An --only without cost and bystander leaves that out.

        The unit is the run, or the machine where a side has several: a verdict takes three of them a side, and a small \
        difference more; splitbench run --repeat makes runs. From one run a side nothing is claimed but that these runs differ. docs/comparing.md \
        has the method.

        Exit codes: 0 done, 1 something is slower than the first side by more than the threshold (with --self-check: \
        more false claims than alpha allows), 2 the runs cannot be read or compared, 64 usage.
        """)

    @OptionGroup var scope: CompareScope
    @OptionGroup var output: CompareOutput

    @Flag(help: "Compare numbers that a machine's policy, or another schema version, makes incomparable.")
    var anyway = false

    @Flag(help: "Make a side of every day's runs: a machine against itself.")
    var days = false

    @Flag(
      help:
        "Make a side of all machines that should measure the same: processor and stepping, hypervisor, microcode, packages, Linux and policy."
    )
    var groups = false

    @Flag(
      help:
        "Compare separate runs of one machine with themselves: how often a difference is claimed that is none, and how small a one could be found. Takes six runs."
    )
    var selfCheck = false

    @Option(
      help: ArgumentHelp(
        "Show the runs' numbers beside published ones, without a verdict: results/references.csv, or a table like it.",
        valueName: "file"),
      completion: .file())
    var references: String?

    func validate() throws {
      if selfCheck, output.csv || output.markdown {
        throw ValidationError("--self-check prints a few lines, or JSON: leave --csv and --markdown out")
      }
      if [selfCheck, references != nil, days, groups].count(where: \.self) > 1 {
        throw ValidationError("--self-check, --references, --days and --groups are four questions: ask one")
      }
    }

    func run() throws {
      try exitingCleanly {
        if selfCheck { return try check() }
        if let references { return try emit(try beside(references)) }
        let (sides, matched, fleet) = try groups ? kinds() : cells(SideFinder.sides(scope.paths, byDay: days))
        try refuseIncomparable(sides, matched)
        let report = ComparisonReport(
          sides, matched, fleet, rules: scope.rules, by: scope.columns, experiments: scope.experiments,
          ofKinds: groups)
        try emit(try output.shown(report))
        if report.findsSlower { throw ExitCode(1) }
      }
    }

    private func kinds() throws -> ([Side], MatchedCells, ComparedFleet?) {
      var runs = try RunCollection.find(scope.paths.map { FilePath($0) }, passingOver: true)
      let found = try runs.reading { try cells(SideFinder.kinds($0.runs, in: scope.paths[0])) }
      runs.complainOfUnread()
      return found
    }

    private func cells(_ sides: [Side]) throws -> ([Side], MatchedCells, ComparedFleet?) {
      (
        sides, try scope.cells(of: sides, usesRounds: sides.allSatisfy { $0.units.count == 1 }),
        output.csv || !scope.hasFleetMetrics ? nil : try ComparedFleet(sides, ofKinds: groups)
      )
    }

    private func refuseIncomparable(_ sides: [Side], _ matched: MatchedCells) throws {
      let reasons = Incomparable.reasons(sides, numbers: !matched.compared.isEmpty)
      guard !reasons.isEmpty else { return }
      guard anyway else {
        throw CannotCompare(reasons.joined(separator: "; "), remedy: "--anyway compares them nevertheless")
      }
      for reason in reasons { complain("warning: \(reason)") }
    }

    private func beside(_ references: String) throws -> String {
      let report = try ReferenceReport(
        PublishedNumber.read(FilePath(references)), SideFinder.all(scope.paths))
      if output.json { return try report.json() }
      if output.csv { return report.csv }
      return output.markdown ? report.markdown : report.text
    }

    private func check() throws {
      let side = try SideFinder.one(scope.paths)
      let matched = try scope.cells(of: [side], usesRounds: false)
      try refuseIncomparable([side], matched)
      let comparison = Comparison(matched.compared.map { $0.forComparison([side]) }, rules: scope.rules)
      guard let check = comparison.selfCheck(side: 0) else {
        throw CannotCompare(
          "\(side.name): \(side.units.count) \(side.unitsName); two halves of \(Rules.fewestRuns) take \(SelfCheck.fewestRuns)",
          remedy:
            "measure more: splitbench run --repeat \(SelfCheck.fewestRuns - side.units.count) --pause 60"
        )
      }
      try emit(
        output.json
          ? try Json.text(SideJson(side, check: check))
          : SelfCheckText.text(check, side, cells: matched.compared.count, rules: scope.rules))
      if check.claimsTooOften(scope.rules) { throw ExitCode(1) }
    }
  }
}
