import Machine
import Measurement

/// What flipping bit 29 costs, when it takes effect, and what a bystander feels.
extension Summary {
  var toggle: Section? {
    let rows = results.toggle
    guard !rows.isEmpty else { return nil }
    var table = TextTable(columns: [
      "through the msr driver", "read ns", "write ns", "95 % interval", "changed after ns", "last free ns",
    ])
    table.rows = targets(rows).map { name, of in
      let timed = rows.filter { $0.cell.part != .behaviour && $0.cell.part != .bystander && of($0.cell) }
      let read = timed.first { $0.cell.operation == .read }
      let write = timed.first { $0.cell.operation == .write }
      let changed = rows.filter { $0.cell.part == .behaviour && of($0.cell) }
      return [
        name, nanoseconds(read?.medianNs?.value),
        write?.medianNs.map { Nanoseconds.text($0.value) } ?? (write == nil ? "-" : "not written"),
        interval(write?.medianNs), span(changed.compactMap { $0.medianNs?.value }),
        span(changed.compactMap(\.lastFreeNs)),
      ]
    }
    let writer = rows.lazy.compactMap(\.cell.writerCpu).first
    return Section(
      title: "Toggling split-lock detection" + (writer.map { ", from CPU \($0)" } ?? ""), table: table,
      facts: victims(rows))
  }

  /// What is in a line of the table.
  private func targets(_ rows: [ToggleRow]) -> [(name: String, of: (ToggleCell) -> Bool)] {
    let single = rows.filter { $0.cell.part == .read }.compactMap { row in
      row.cell.cpu.map { cpu in
        (
          name: "CPU \(cpu), \(row.relation?.rawValue ?? "-")",
          of: { (cell: ToggleCell) in cell.cpu == cpu && cell.cpus == 1 }
        )
      }
    }
    let most = rows.map(\.cell.cpus).max() ?? 0
    let all = [("one writer", 1), ("a writer each", most)].compactMap { words, writers in
      most > 1
        ? (
          name: "all \(most) CPUs, \(words)",
          of: { (cell: ToggleCell) in cell.cpus == most && cell.writers == writers }
        ) : nil
    }
    let sysctl = rows.contains { $0.cell.part == .sysctl }
    return single + all
      + (sysctl
        ? [(name: "kernel.split_lock_mitigate", of: { (cell: ToggleCell) in cell.part == .sysctl })] : [])
  }

  private func nanoseconds(_ value: Double?) -> String { value.map(Nanoseconds.text) ?? "-" }

  private func interval(_ estimate: Estimate?) -> String {
    guard let low = estimate?.low, let high = estimate?.high else { return "-" }
    return "\(Nanoseconds.text(low)) to \(Nanoseconds.text(high))"
  }

  private func span(_ values: [Double]) -> String {
    guard let least = values.min(), let most = values.max() else { return "-" }
    return least == most
      ? Nanoseconds.text(least) : "\(Nanoseconds.text(least)) to \(Nanoseconds.text(most))"
  }

  /// A line a victim: its slow-down at each rate.
  private func victims(_ rows: [ToggleRow]) -> [String] {
    let all = rows.filter { $0.cell.part == .bystander && $0.slowdown != nil }
    return Set(all.compactMap(\.cell.cpu)).sorted().map { cpu in
      let steps = all.filter { $0.cell.cpu == cpu }.map { row in
        let done = row.achievedRate.map(DoseLimits.rate) ?? "-"
        let what = row.cell.operation == .read ? "\(done) reads" : done
        return "\(what) \(Decimal.fixed(row.slowdown!.value, 3))x"
      }
      let relation = all.first { $0.cell.cpu == cpu }?.relation?.rawValue ?? "-"
      return
        "a bystander on CPU \(cpu) (\(relation)) beside toggling of its bit: \(steps.joined(separator: ", "))"
    }
  }
}
