import Measurement

/// A table of result folders as comparisons see it: which columns tell cells apart, which one is compared.
struct ComparedTable: Sendable {
  /// A column that describes a cell.
  struct Key: Sendable {
    enum Kind: Sendable { case text, integer, number, boolean }
    var name: String
    var kind: Kind
  }

  /// A column with the number of a CPU. Numbers mean nothing on another machine; the kind of core does.
  struct Cpu: Sendable {
    var number: String
    /// What the kind of its core is called.
    var kind: String
  }

  let experiment: ExperimentId
  let keys: [Key]
  let cpus: [Cpu]
  let number: String
  /// The columns of its 95 % interval over rounds, where there are such.
  let bounds: (low: String, high: String)?
  let unit: String
  let largerIsSlower: Bool
  /// The column that says in a word what operations met.
  let answer: String?

  var name: String { experiment.rawValue }

  /// All that can be compared; the other tables say whether, not how much.
  static let all = [cost, pingpong, bystander, scaling, trap, settings]

  private static let cost = ComparedTable(
    experiment: .cost,
    keys: [
      .text("instruction"), .integer("width_bytes"), .boolean("locked"), .text("placement"),
      .integer("offset_bytes"), .text("line_state"), .text("between"), .text("setting"),
    ],
    cpus: [Cpu(number: "cpu", kind: "core_kind")], number: "median_ns",
    bounds: ("median_low_ns", "median_high_ns"), unit: "ns", largerIsSlower: true, answer: "outcome")

  private static let pingpong = ComparedTable(
    experiment: .pingpong,
    keys: [.text("placement"), .text("relation"), .integer("numa_distance"), .text("setting")],
    cpus: [
      Cpu(number: "cpu", kind: "core_kind"), Cpu(number: "other_cpu", kind: "other_core_kind"),
    ], number: "one_way_ns", bounds: ("one_way_low_ns", "one_way_high_ns"), unit: "ns", largerIsSlower: true,
    answer: "outcome")

  private static let bystander = ComparedTable(
    experiment: .bystander,
    keys: [
      .text("victim"), .text("aggressor"), .number("requested_fraction"), .text("relation"),
      .integer("numa_distance"), .text("setting"),
    ],
    cpus: [
      Cpu(number: "victim_cpu", kind: "victim_core_kind"),
      Cpu(number: "aggressor_cpu", kind: "aggressor_core_kind"),
    ], number: "slowdown", bounds: ("slowdown_low", "slowdown_high"), unit: "x", largerIsSlower: true,
    answer: nil)

  private static let scaling = ComparedTable(
    experiment: .scaling,
    keys: [.text("arrangement"), .text("placement"), .integer("threads"), .text("setting")], cpus: [],
    number: "operations_per_second",
    bounds: ("operations_per_second_low", "operations_per_second_high"), unit: "1/s", largerIsSlower: false,
    answer: "verdict")

  private static let trap = ComparedTable(
    experiment: .trap,
    keys: [
      .text("trigger"), .text("context"), .text("placement"), .integer("width_bytes"), .boolean("locked"),
      .text("setting"),
    ],
    cpus: [Cpu(number: "cpu", kind: "core_kind")], number: "round_trip_ns", bounds: nil, unit: "ns",
    largerIsSlower: true, answer: "kind")

  private static let settings = ComparedTable(
    experiment: .settings, keys: [.text("setting")], cpus: [Cpu(number: "cpu", kind: "core_kind")],
    number: "operations_per_second",
    bounds: ("operations_per_second_low", "operations_per_second_high"), unit: "1/s", largerIsSlower: false,
    answer: "kind")
}

extension ComparedTable.Key {
  static func text(_ name: String) -> Self { Self(name: name, kind: .text) }
  static func integer(_ name: String) -> Self { Self(name: name, kind: .integer) }
  static func number(_ name: String) -> Self { Self(name: name, kind: .number) }
  static func boolean(_ name: String) -> Self { Self(name: name, kind: .boolean) }
}
