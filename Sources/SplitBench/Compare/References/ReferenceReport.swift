import Measurement
import Reporting

/// Published numbers beside those of machines, without a verdict: too much else differs.
struct ReferenceReport {
  struct Row {
    let number: Int
    let published: PublishedNumber
    /// By side.
    let measured: [ReferenceCell]
  }

  let sides: [Side]
  let rows: [Row]

  init(_ published: [PublishedNumber], _ sides: [Side]) throws {
    self.sides = sides
    rows = try published.enumerated().map { index, published in
      Row(
        number: index + 1, published: published,
        measured: try sides.map { try ReferenceCell(published, $0) })
    }
  }

  // MARK: For people

  var text: String { render(heading: { $0 + "\n" }, table: { $0.leftAligned }, item: { "  " + $0 }) }

  var markdown: String { render(heading: { "## \($0)\n" }, table: { $0.markdown }, item: { "- " + $0 }) }

  private func render(
    heading: (String) -> String, table: (TextTable) -> String, item: (String) -> String
  ) -> String {
    var machines = TextTable(columns: ["side", "runs", "processor", "hypervisor", "found in"])
    machines.rows = sides.map { side in
      let processor = side.machine.processor
      return [
        side.letter, "\(side.runs.count)", processor.brand, processor.hypervisor ?? "none", side.name,
      ]
    }
    var numbers = TextTable(
      columns: ["processor", "no.", "what was timed", "published"] + sides.map(\.letter))
    numbers.rows = rows.map { row in
      [row.published.processor, "\(row.number)", row.published.timed, row.published.inWords]
        + row.measured.map { $0.inWords(row.published) }
    }
    return [
      heading("Machines"), table(machines), heading("Published numbers"), table(numbers),
      heading("Sources, and what differs"), notes.map(item).joined(separator: "\n") + "\n",
      "No verdict: processors, conditions and methods differ. A machine's number is the geometric mean over its runs and cells, in brackets the least and the most of them.\n",
    ].joined(separator: "\n")
  }

  /// Rows of which the same is to be said have one note.
  private var notes: [String] {
    var order: [String] = []
    var numbers: [String: [Int]] = [:]
    for row in rows {
      let note = note(row)
      if numbers[note] == nil { order.append(note) }
      numbers[note, default: []].append(row.number)
    }
    return order.map { note in
      numbers[note]!.map { String($0) }.joined(separator: ", ") + ": " + note
    }
  }

  private func note(_ row: Row) -> String {
    let published = row.published
    let source = [published.source, published.published, published.url].filter { !$0.isEmpty }
    let reasons = zip(sides, row.measured).compactMap { side, cell in
      if case .none(let reason) = cell { "\(side.letter): \(reason)" } else { nil }
    }
    return
      ([source.joined(separator: ", ")]
      + (published.differs.isEmpty ? [] : [published.differs]) + reasons).joined(separator: "; ")
  }
}

extension ReferenceCell {
  fileprivate func inWords(_ published: PublishedNumber) -> String {
    guard case .measured(let measured) = self else { return "-" }
    func text(_ value: Double) -> String { Decimal.significant(value, 3) }
    let range = measured.count > 1 ? " (\(text(measured.least)) to \(text(measured.most)))" : ""
    return "\(text(measured.mean)) \(published.unit)\(range)"
  }
}
