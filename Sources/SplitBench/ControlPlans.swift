import DetectionControl
import Machine
import Measurement
import Reporting

/// The experiments that change the machine, planned; what cannot be done here is skipped with its reason.
struct ControlPlans {
  private(set) var settings: SettingsPlan?
  private(set) var hotplug: HotplugPlan?
  private(set) var leak: LeakPlan?
  private(set) var toggle: TogglePlan?
  private(set) var skipped: [RunRecord.Skipped] = []

  /// - Parameter other: the nearest CPU on another core, where the bystander works.
  init(
    _ scope: RunScope, _ machine: MachineReport, _ plan: Plan, _ experiments: [ExperimentId],
    measuring cpu: LogicalCpu, beside other: RunRecord.OtherCpu?, files: FileTree
  ) {
    let topology = machine.topology
    if experiments.contains(.settings) {
      let chosen = choose(scope.settings?.elements ?? [.all], machine, measuring: cpu)
      let share = plan.share(of: .settings, among: experiments)
      if !chosen.isEmpty {
        settings = SettingsPlan(
          settings: chosen, cpu: cpu,
          bystander: other.map {
            RelatedPair(victim: $0.otherCpu, aggressor: cpu.id, relation: $0.relation)
          }, rounds: share.rounds, budget: share.budget, wallLimit: share.wallLimit)
        if other == nil {
          skipped.append(.init(what: "bystander of settings", reason: RunDesign.noOtherCore(machine)))
        }
      }
    }
    if experiments.contains(.hotplug) {
      let share = plan.share(of: .hotplug, among: experiments)
      let removable = HotplugHazard.removable(topology, files)
      if removable.isEmpty {
        skip(.hotplug, "Linux lets go of none of the CPUs here: there is no file online for them")
      } else {
        hotplug = HotplugPlan(
          topology: topology, removable: removable,
          bits: DetectionBit.Kind.allCases.filter { DetectionControl.exists($0, machine) },
          rounds: share.rounds, budget: share.budget, wallLimit: share.wallLimit)
      }
    }
    if experiments.contains(.leak) {
      let share = plan.share(of: .leak, among: experiments)
      if let obstacle = LeakPlan.obstacle(machine.policy) {
        skip(.leak, obstacle)
      } else {
        leak = LeakPlan(
          opener: cpu, in: topology, rounds: share.rounds, budget: share.budget, wallLimit: share.wallLimit)
      }
    }
    if experiments.contains(.toggle) {
      let share = plan.share(of: .toggle, among: experiments)
      if DetectionControl.exists(.splitLock, machine) {
        toggle = TogglePlan(
          writer: cpu, in: topology, rounds: share.rounds, budget: share.budget, wallLimit: share.wallLimit)
      } else {
        skip(.toggle, "this CPU has no #AC on split locks")
      }
    }
  }

  private mutating func skip(_ experiment: ExperimentId, _ reason: String) {
    skipped.append(.init(what: experiment.rawValue, reason: reason))
  }

  /// The settings that were asked for, less those that this machine cannot be put into.
  private mutating func choose(
    _ asked: [SettingChoice], _ machine: MachineReport, measuring cpu: LogicalCpu
  ) -> [Setting] {
    let all = asked.flatMap { choice in
      switch choice {
      case .all: Setting.all(machine, measuring: cpu)
      case .one(let setting): [setting]
      }
    }
    var chosen: [Setting] = []
    for setting in all where !chosen.contains(setting) {
      if let obstacle = setting.obstacle(machine, measuring: cpu) {
        skipped.append(.init(what: "settings \(setting.id)", reason: obstacle))
      } else {
        chosen.append(setting)
      }
    }
    return chosen
  }

  /// Whether this experiment can be done here.
  func isPossible(_ experiment: ExperimentId) -> Bool {
    switch experiment {
    case .settings: settings != nil
    case .hotplug: hotplug != nil
    case .leak: leak != nil
    case .toggle: toggle != nil
    case .scope: true
    case .cost, .pingpong, .bystander, .scaling, .trap, .guest: false
    }
  }

  /// The bits that these experiments, beside `scope`, change, and whether they switch them on.
  ///
  /// - Parameter mayArm: leave to switch on #AC where Linux booted without it.
  func changes(mayArm: Bool) -> [DetectionBit.Kind: Bool] {
    var changes: [DetectionBit.Kind: Bool] = [:]
    // Settings that arm are asked for by name, and refused without leave.
    for (bit, isOn) in settings?.settings.flatMap(\.bits) ?? [] {
      changes[bit] = isOn || changes[bit] == true
    }
    for bit in hotplug?.bits ?? [] { changes[bit] = changes[bit] == true || bit != .splitLock || mayArm }
    if toggle != nil { changes[.splitLock] = true }
    // Linux is made to change it, and may leave it so.
    if leak != nil { changes[.splitLock] = changes[.splitLock] ?? false }
    return changes
  }

  var changesMitigation: Bool {
    toggle != nil || settings?.settings.contains(where: \.changesMitigation) == true
  }
}
