import Measurement

/// What names of cells need not say, since it is the same of all that are shown.
struct CommonParts {
  let experiment: Bool
  let cores: Bool

  init(_ cells: [MatchedCells.Cell]) {
    experiment = Set(cells.map(\.table.experiment)).count == 1
    cores = Set(cells.map(\.cores)).count == 1
  }
}

extension MatchedCells.Cell {
  /// In words, what is usual left out: such as `lock add m64, line-split at 61`.
  func name(without common: CommonParts) -> String {
    func text(_ column: String) -> String { value(column) ?? "" }
    let words: [String] =
      switch table.experiment {
      case .cost:
        [kernel, "\(text("placement")) at \(text("offset_bytes"))"] + unusual(["line_state", "between"])
      case .bystander:
        ["\(text("victim")) beside \(text("aggressor"))\(fraction)", text("relation")]
      case .pingpong: ["\(text("placement")) counter", text("relation")]
      case .scaling: ["\(text("threads")) \(text("arrangement"))", text("placement")]
      case .trap:
        [
          text("trigger"), text("context"), "\(text("width_bytes")) bytes \(text("placement"))",
          text("locked") == "true" ? "locked" : "plain",
        ]
      case .settings, .scope, .hotplug, .leak, .toggle: [text("setting")]
      }
    let setting = table.experiment == .settings ? [] : unusual(["setting"])
    return (common.experiment ? "" : "\(table.name): ")
      + (words + setting + (common.cores ? [] : cores)).joined(separator: ", ")
  }

  /// XCHG locks without a prefix.
  var kernel: String {
    let instruction = value("instruction") ?? ""
    let prefix = value("locked") == "true" && instruction != "xchg" ? "lock " : ""
    return "\(prefix)\(instruction) m\((value("width_bytes").flatMap { Int($0) } ?? 0) &* 8)"
  }

  private var fraction: String {
    guard let share = value("requested_fraction").flatMap({ Double($0) }), share > 0 else { return "" }
    return " \(Decimal.significant(100 * share, 3)) %"
  }

  private func unusual(_ columns: [String]) -> [String] {
    let usual: Set = ["hot", "nothing", "as-found"]
    return columns.compactMap { value($0) }.filter { !usual.contains($0) }
  }

  /// The CPUs, or the kinds of their cores where there are kinds.
  var cores: [String] {
    let values = key.values.suffix(table.cpus.count)
    if byCpu { return values.isEmpty ? [] : ["CPU " + values.joined(separator: " and ")] }
    return values.allSatisfy { $0 == "uniform" } ? [] : [values.joined(separator: " and ") + " core"]
  }
}
