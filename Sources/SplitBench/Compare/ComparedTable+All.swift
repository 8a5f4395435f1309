import Measurement

extension ComparedTable {
  /// All that can be compared.
  static let all = [
    cost, pingpong, bystander, scaling, trap, settings, settingsBystander, settingsCost, toggle,
    toggleBystander, scope, hotplug, leak, guest, guestBystander, guestRate, guestCount,
  ]

  private static let cpu = Cpu(number: "cpu", kind: "core_kind")

  // MARK: Costs

  private static let costKeys: [Key] = [
    .text("instruction"), .integer("width_bytes"), .boolean("locked"), .text("placement"),
    .integer("offset_bytes"), .text("line_state"), .text("between"), .text("setting"),
  ]

  private static let cost = ComparedTable(
    .cost, keys: costKeys, cpus: [cpu], quantity: .nanoseconds("median"), answers: ["outcome"])

  private static let pingpong = ComparedTable(
    .pingpong,
    keys: [.text("placement"), .text("relation"), .integer("numa_distance"), .text("setting")],
    cpus: [cpu, Cpu(number: "other_cpu", kind: "other_core_kind")], quantity: .nanoseconds("one_way"),
    answers: ["outcome"])

  private static let scaling = ComparedTable(
    .scaling,
    keys: [.text("arrangement"), .text("placement"), .integer("threads"), .text("setting")], cpus: [],
    quantity: .rate, answers: ["verdict"])

  // MARK: What others feel

  private static let bystander = ComparedTable(
    .bystander,
    keys: [
      .text("victim"), .text("aggressor"), .number("requested_fraction"), .text("relation"),
      .integer("numa_distance"), .text("setting"),
    ],
    cpus: [
      Cpu(number: "victim_cpu", kind: "victim_core_kind"),
      Cpu(number: "aggressor_cpu", kind: "aggressor_core_kind"),
    ], quantity: .slowdown("slowdown"))

  // MARK: Detection

  private static let trap = ComparedTable(
    .trap,
    keys: [
      .text("trigger"), .text("context"), .text("placement"), .integer("width_bytes"), .boolean("locked"),
      .text("setting"),
    ],
    cpus: [cpu], quantity: Quantity(column: "round_trip_ns", unit: "ns"), answers: ["kind", "attribution"])

  private static let settings = ComparedTable(
    .settings, keys: [.text("setting")], cpus: [cpu], quantity: .rate, answers: ["kind", "failures"])

  private static let settingsBystander = ComparedTable(
    .settings, name: "settings-bystander",
    keys: [.text("setting"), .text("bystander_victim"), .text("bystander_relation")], cpus: [cpu],
    quantity: .slowdown("bystander_slowdown"))

  private static let settingsCost = ComparedTable(
    .settings, name: "settings-cost", file: "settings-cost", keys: costKeys, cpus: [cpu],
    quantity: .nanoseconds("median"), answers: ["outcome"])

  private static let toggleKeys: [Key] = [
    .text("part"), .text("operation"), .text("relation"), .integer("writers"), .integer("cpus"),
    .number("requested_rate_hz"),
  ]
  private static let toggleCpus = [Cpu(number: "writer_cpu", kind: "writer_core_kind"), cpu]

  private static let bystanderPart = ["part": Set([ToggleCell.Part.bystander.rawValue])]
  private static let otherParts = [
    "part": Set(ToggleCell.Part.allCases.filter { $0 != .bystander }.map(\.rawValue))
  ]

  private static let toggle = ComparedTable(
    .toggle, rows: CellFilter(otherParts), keys: toggleKeys, cpus: toggleCpus,
    quantity: .nanoseconds("median"), answers: ["write"])

  private static let toggleBystander = ComparedTable(
    .toggle, name: "toggle-bystander", rows: CellFilter(bystanderPart), keys: toggleKeys, cpus: toggleCpus,
    quantity: .slowdown("slowdown"), answers: ["write"])

  // Of every pair of CPUs that relate alike: where one of them answers otherwise, the cell has both answers.

  private static let scope = ComparedTable(
    .scope, keys: [.text("bit"), .text("evidence"), .text("relation")], cpus: [], quantity: nil,
    answers: ["followed", "met"])

  private static let hotplug = ComparedTable(
    .hotplug, keys: [.text("bit"), .text("start")], cpus: [cpu], quantity: nil,
    answers: ["kept", "initialised", "initialised_when", "met_before", "met_after"])

  private static let leak = ComparedTable(
    .leak, keys: [.text("relation")], cpus: [], quantity: nil, answers: ["leaks"])

  // MARK: Guests

  private static let guestKeys: [Key] = [
    .text("part"), .text("quantity"), .text("condition"), .text("place"), .integer("cpl"),
    .integer("vcpus"), .text("unit"),
  ]

  /// Times, and what is told in words.
  private static let guest = ComparedTable(
    .guest, rows: CellFilter(["unit": [GuestCell.Unit.nanoseconds.rawValue, GuestCell.Unit.none.rawValue]]),
    keys: guestKeys, cpus: [cpu],
    quantity: Quantity(column: "value", bounds: ("value_low", "value_high"), unit: "ns"), answers: ["found"])

  private static let guestBystander = ComparedTable(
    .guest, name: "guest-bystander", rows: CellFilter(["part": [GuestCell.Part.bystander.rawValue]]),
    keys: guestKeys, cpus: [cpu], quantity: .slowdown("value"))

  private static let guestRate = ComparedTable(
    .guest, name: "guest-rate", rows: CellFilter(["unit": [GuestCell.Unit.hertz.rawValue]]), keys: guestKeys,
    cpus: [cpu],
    quantity: Quantity(
      column: "value", bounds: ("value_low", "value_high"), unit: "1/s", largerIsSlower: false))

  /// How many there are is the plan's; whether all arrived is told in words.
  private static let guestCount = ComparedTable(
    .guest, name: "guest-count", rows: CellFilter(["unit": [GuestCell.Unit.count.rawValue]]),
    keys: guestKeys, cpus: [cpu], quantity: nil, answers: ["found"])
}
