import Measurement

/// What names of cells need not say, since it is the same of all that are shown.
struct CommonParts {
  let table: Bool
  let cores: Bool

  init(_ cells: [MatchedCells.Cell]) {
    table = Set(cells.map(\.table.name)).count == 1
    cores = Set(cells.map(\.cores)).count == 1
  }
}

extension MatchedCells.Cell {
  /// In words, what is usual left out: such as `lock add m64, line-split at 61`.
  ///
  /// - Parameter offsets: what stands for the cell's own offset, of several cells.
  func name(without common: CommonParts, offsets: String? = nil) -> String {
    // Settings are what the experiment of that name is about: there even the usual one is said.
    let setting = table.experiment == .settings ? [text("setting")] : unusual(["setting"])
    let words = words(offset: offsets ?? text("offset_bytes")) + setting
    return (common.table ? "" : "\(table.name): ")
      + (words + (common.cores ? [] : cores)).filter { !$0.isEmpty }.joined(separator: ", ")
  }

  private func words(offset: String) -> [String] {
    switch table.experiment {
    case .cost: costWords(offset)
    case .bystander: ["\(text("victim")) beside \(text("aggressor"))\(fraction)", text("relation")]
    case .pingpong: ["\(text("placement")) counter", text("relation")]
    case .scaling: ["\(text("threads")) \(text("arrangement"))", text("placement")]
    case .trap:
      [
        text("trigger"), text("context"), "\(text("width_bytes")) bytes \(text("placement"))",
        text("locked") == "true" ? "locked" : "plain",
      ]
    case .settings where value("instruction") != nil: costWords(offset)
    case .settings: [text("bystander_victim"), text("bystander_relation")]
    case .scope: ["\(text("bit")) by \(text("evidence"))", text("relation")]
    case .hotplug: ["\(text("bit")), \(text("start"))"]
    case .leak: [text("relation")]
    case .toggle: toggleWords
    case .guest: guestWords
    }
  }

  private func text(_ column: String) -> String { value(column) ?? "" }

  // MARK: Costs

  private func costWords(_ offset: String) -> [String] {
    [kernel, "\(text("placement")) at \(offset)"] + unusual(["line_state", "between"])
  }

  /// XCHG locks without a prefix.
  var kernel: String {
    let instruction = value("instruction") ?? ""
    let prefix = value("locked") == "true" && instruction != "xchg" ? "lock " : ""
    return "\(prefix)\(instruction) m\((value("width_bytes").flatMap { Int($0) } ?? 0) &* 8)"
  }

  // MARK: Others

  private var fraction: String {
    guard let share = value("requested_fraction").flatMap({ Double($0) }), share > 0 else { return "" }
    return " \(Decimal.significant(100 * share, 3)) %"
  }

  /// Such as `all-parallel write, 8 CPUs` or `bystander write at 100 Hz, same-l3`.
  private var toggleWords: [String] {
    let (part, operation) = (text("part"), text("operation"))
    let rate = text("requested_rate_hz").isEmpty ? "" : " at \(text("requested_rate_hz")) Hz"
    let count = value("cpus").flatMap { Int($0) } ?? 1
    return [
      (part == operation ? part : "\(part) \(operation)") + rate, count > 1 ? "\(count) CPUs" : "",
      text("writers") == "1" ? "" : "\(text("writers")) writers", text("relation"),
    ]
  }

  /// Such as `cost line-split, exits-off, guest, CPL 3`.
  private var guestWords: [String] {
    [
      "\(text("part")) \(text("quantity"))", text("condition"), text("place"),
      text("cpl").isEmpty ? "" : "CPL \(text("cpl"))",
      text("vcpus").isEmpty ? "" : "\(text("vcpus")) vCPUs",
    ]
  }

  // MARK: Parts

  private func unusual(_ columns: [String]) -> [String] {
    let usual: Set = ["hot", "nothing", "as-found"]
    return columns.compactMap { value($0) }.filter { !usual.contains($0) }
  }

  /// The CPUs, or the kinds of their cores where there are kinds.
  var cores: [String] {
    let values = key.values.suffix(table.cpus.count).filter { !$0.isEmpty }
    if byCpu { return values.isEmpty ? [] : ["CPU " + values.joined(separator: " and ")] }
    return values.allSatisfy { $0 == "uniform" } ? [] : [values.joined(separator: " and ") + " core"]
  }
}
