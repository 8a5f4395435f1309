import Measurement
import RealModule
import Reporting

/// The shape of what CPUs do, whatever its scale: ratios inside a side, side by side.
struct Fingerprint: Encodable {
  struct Section: Encodable {
    let title: String
    let columns: [String]
    var rows: [Row] = []
  }

  struct Row: Encodable {
    let name: String
    let side: String
    /// By column; nil where it was not measured.
    let values: [Double?]
  }

  private(set) var sections: [Section] = []

  /// - Parameter cells: of all sides, matched or not.
  init(_ sides: [Side], cells: [MatchedCells.Cell], experiments: [ExperimentId]) {
    let cost = cells.filter { $0.table.experiment == .cost && $0.isHeadlineKernel }
    let bystander = cells.filter {
      $0.table.experiment == .bystander && $0.value("aggressor") == "line-split"
    }
    add(Fingerprint.offsetCurve(cost, sides))
    add(Fingerprint.premiums(cost, sides))
    add(Fingerprint.bystanders(bystander, sides))
    if experiments.contains(.bystander) { add(Fingerprint.doses(sides)) }
  }

  /// Rows that only one side has are nothing to compare.
  private mutating func add(_ section: Section) {
    var section = section
    let sides = Dictionary(grouping: section.rows.filter { $0.values.contains { $0 != nil } }, by: \.name)
    section.rows.removeAll { (sides[$0.name]?.count ?? 0) < 2 }
    if !section.rows.isEmpty { sections.append(section) }
  }

  // MARK: Sections

  /// The cost at each offset over the mean of the curve.
  private static func offsetCurve(_ cells: [MatchedCells.Cell], _ sides: [Side]) -> Section {
    let split = cells.filter { $0.value("placement") == "line-split" && $0.isUsual }
    let offsets = Set(split.compactMap(\.offset)).sorted()
    var section = Section(
      title: "Offset curve: a line split's cost over the mean of its offsets",
      columns: offsets.map { "at \($0)" })
    for (kernel, curve) in grouped(split, by: \.kernelName) {
      let points = Dictionary(grouping: curve, by: \.offset)
      for index in sides.indices {
        let values = offsets.map { mean(points[$0] ?? [], index) }
        let logs = values.compactMap { $0.map { Double.log($0) } }
        // A curve of one point has no shape.
        guard logs.count > 1 else { continue }
        let centre = Double.exp(logs.reduce(0, +) / Double(logs.count))
        section.rows.append(
          Row(name: kernel, side: sides[index].letter, values: values.map { $0.map { $0 / centre } }))
      }
    }
    return section
  }

  /// What one placement costs over another.
  private static func premiums(_ cells: [MatchedCells.Cell], _ sides: [Side]) -> Section {
    typealias Part = (placement: String, state: String)
    let ratios: [(name: String, above: Part, below: Part)] = [
      ("within-line/aligned", ("within-line", "hot"), ("aligned", "hot")),
      ("line/aligned", ("line-split", "hot"), ("aligned", "hot")),
      ("page/line", ("page-split", "hot"), ("line-split", "hot")),
      ("line, cold/hot", ("line-split", "cold"), ("line-split", "hot")),
      ("line, other CPU's/hot", ("line-split", "other-cpu-modified"), ("line-split", "hot")),
    ]
    var section = Section(title: "Placement premium", columns: ratios.map(\.name))
    let idle = cells.filter { $0.value("between") == "nothing" }
    for (kernel, cells) in grouped(idle, by: \.kernelName) {
      for index in sides.indices {
        func cost(_ part: Part) -> Double? {
          mean(
            cells.filter { $0.value("placement") == part.placement && $0.value("line_state") == part.state },
            index)
        }
        let values = ratios.map { ratio in
          cost(ratio.above).flatMap { above in cost(ratio.below).map { above / $0 } }
        }
        section.rows.append(Row(name: kernel, side: sides[index].letter, values: values))
      }
    }
    return section
  }

  /// The slow-down of each victim at each share of the time that the bus is locked.
  private static func bystanders(_ cells: [MatchedCells.Cell], _ sides: [Side]) -> Section {
    let fractions = Set(cells.compactMap { $0.value("requested_fraction").flatMap { Double($0) } }).sorted()
    var section = Section(
      title: "Bystanders: slow-down by the share of the time in which the bus is locked",
      columns: fractions.map { Decimal.significant(100 * $0, 3) + " %" })
    for (victim, cells) in grouped(cells, by: \.victimName) {
      for index in sides.indices {
        let values = fractions.map { fraction in
          mean(cells.filter { $0.value("requested_fraction").flatMap { Double($0) } == fraction }, index)
        }
        section.rows.append(Row(name: victim, side: sides[index].letter, values: values))
      }
    }
    return section
  }

  /// Which share of its speed a victim loses while the bus is locked.
  private static func doses(_ sides: [Side]) -> Section {
    var section = Section(
      title: "Dose curve: share of its speed that a victim loses to a locked bus", columns: ["stall share"])
    let names = sides.flatMap { $0.runs.flatMap { $0.record.doseCurves ?? [] } }.map(\.name)
    var seen: Set<String> = []
    for name in names where seen.insert(name).inserted {
      for side in sides {
        let shares = side.runs.flatMap { $0.record.doseCurves ?? [] }.filter { $0.name == name }.map(
          \.stallShare)
        let mean = shares.isEmpty ? nil : shares.reduce(0, +) / Double(shares.count)
        section.rows.append(Row(name: name, side: side.letter, values: [mean]))
      }
    }
    return section
  }

  // MARK: Parts

  private static func grouped(
    _ cells: [MatchedCells.Cell], by name: (MatchedCells.Cell) -> String
  ) -> [(String, [MatchedCells.Cell])] {
    var order: [String] = []
    var groups: [String: [MatchedCells.Cell]] = [:]
    for cell in cells {
      let name = name(cell)
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(cell)
    }
    return order.map { ($0, groups[$0]!) }
  }

  /// The geometric mean of cells over runs.
  private static func mean(_ cells: [MatchedCells.Cell], _ side: Int) -> Double? {
    let logs = cells.flatMap { $0.sides[side].compactMap { $0.map { Double.log($0.value) } } }
    return logs.isEmpty ? nil : Double.exp(logs.reduce(0, +) / Double(logs.count))
  }
}

extension MatchedCells.Cell {
  /// Those that are measured at every offset.
  fileprivate var isHeadlineKernel: Bool {
    value("locked") == "true" && value("width_bytes") == "8"
      && ["add", "xchg", "cmpxchg"].contains(value("instruction") ?? "")
  }

  fileprivate var isUsual: Bool { value("line_state") == "hot" && value("between") == "nothing" }

  fileprivate var offset: Int? { value("offset_bytes").flatMap { Int($0) } }

  fileprivate var kernelName: String { ([kernel] + cores).joined(separator: ", ") }
  fileprivate var victimName: String {
    [value("victim"), value("relation")].compactMap(\.self).joined(separator: ", ")
  }
}

extension DoseCurve {
  fileprivate var name: String { "\(victim.rawValue), \(pair.relation.rawValue)" }
}
