import Machine

@testable import Guest
@testable import Measurement

/// What a guest's children tell: by visit and trial.
struct GuestScript {
  var loop = [0: "native", 3: "native"]
  /// Trials whose child could not do what it was asked, and told why.
  var refused: Set<GuestTrial> = []
  var answers: [GuestTrial: (GuestAnswer?, GuestEnd)] = [:]
  var offersTrap = false
  var looks = true
  var endOfLook = GuestEnd.exited(0)
  /// That an answer's child locks, and how the child that watches the host ends.
  var splitLocks = 11
  var endOfRegisters = GuestEnd.exited(0)

  func launch(_ task: GuestTask, _ line: (GuestLine) -> Void) -> GuestEnd {
    func tell(_ cell: GuestCell, _ value: Double? = nil, _ found: String? = nil) {
      line(GuestLine(finding: GuestFinding(cell, value, found: found)))
    }
    switch task.visit {
    case .look:
      guard looks else {
        line(GuestLine(skipped: "guest", reason: "no KVM"))
        return endOfLook
      }
      tell(GuestCell(.kvm, "user-space-msrs"), nil, "offered")
      tell(
        GuestCell(.cpuid, "bus-lock-detect", condition: "by-kvm"), nil,
        offersTrap ? "offered" : "not offered")
      for (cpl, found) in loop.sorted(by: { $0.key < $1.key }) {
        tell(GuestCell(.loop, "register-add", .cycles, cpl: cpl, cpu: task.cpu), 1, found)
      }
      return endOfLook
    case .answer:
      guard !refused.contains(task.trial) else {
        line(GuestLine(skipped: task.name, reason: "refused"))
        return .exited(0)
      }
      line(GuestLine(splitLocks: splitLocks))
      tell(
        GuestCell(
          .answer, "longest", .milliseconds, condition: task.trial.condition, cpl: task.trial.cpl,
          cpu: task.cpu), 0.1)
      let (answer, end) = answers[task.trial] ?? (.silent, .exited(0))
      if let answer {
        tell(
          GuestCell(
            .answer, GuestWorker.answerQuantity, condition: task.trial.condition, cpl: task.trial.cpl,
            cpu: task.cpu), nil, answer.rawValue)
      }
      return end
    case .cost:
      for cpl in task.untimedCpls {
        tell(
          GuestCell(.cost, "line-split", .nanoseconds, condition: "exits-off", cpl: cpl, cpu: task.cpu),
          9000)
        tell(GuestCell(.exit, "port-exit", .nanoseconds, cpl: cpl, cpu: task.cpu), 9000)
      }
      guard task.cpls.contains(3) else { return .exited(0) }
      for round in 1...4 {
        line(GuestLine(splitLocks: 100))
        tell(
          GuestCell(.cost, "line-split", .nanoseconds, condition: "exits-off", cpl: 3, cpu: task.cpu),
          1000 + Double(round))
        tell(
          GuestCell(.exit, "line-split-bus-locks", .count, condition: "exits-on", cpl: 3, cpu: task.cpu), 40
        )
      }
      return .exited(0)
    case .creation:
      tell(GuestCell(.kvm, "creation", .milliseconds), 0.2)
      return .exited(0)
    case .hostRegisters:
      for condition in ["before", "during", "after"] {
        tell(
          GuestCell(.hostRegister, "0x33", condition: condition, place: .host, cpu: task.cpu), nil, "0x0")
      }
      if task.budget > 100 * task.cost { line(GuestLine(splitLocks: 100)) }
      return endOfRegisters
    case .vcpus, .bystander: return .exited(0)
    }
  }

  func run(
    budget: Double = 0.1, wallLimit: Double = 1000, hypervisor: String? = nil,
    through instead: ((GuestTask, (GuestLine) -> Void) -> GuestEnd)? = nil
  ) throws -> (GuestExperiment, [GuestTask]) {
    var machine = try MachineReport.ofThisMachine(watchMs: 0)
    machine.processor.hypervisor = hypervisor
    let plan = GuestPlan(
      cpu: machine.topology.cpus[0], beside: machine.topology.cpus.last?.id,
      among: machine.topology.cpus, in: machine.topology,
      share: .init(rounds: 4, budget: budget, wallLimit: wallLimit))
    var tasks: [GuestTask] = []
    let bench = Bench(machine: machine, seed: 1, control: nil)
    let experiment = GuestExperiment(plan, on: bench, files: .live) { task, _, line in
      tasks.append(task)
      return (instead ?? launch)(task, line)
    }
    try experiment.run(progress: { _ in }, finishedRound: { _ in })
    return (experiment, tasks)
  }
}

extension GuestExperiment {
  func row(_ part: GuestCell.Part, _ quantity: String, cpl: Int) -> GuestRow? {
    rows().first { $0.cell.part == part && $0.cell.quantity == quantity && $0.cell.cpl == cpl }
  }
}
