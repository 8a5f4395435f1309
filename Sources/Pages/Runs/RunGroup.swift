import Measurement

/// What stands for one run on a page of a few, and on a page of very many for all runs of a machine under one boot mode.
struct RunGroup {
  let machine: String
  /// What tells it from the others of its machine.
  let name: String
  /// What tells it from the others of the page.
  let label: String
  /// At least one.
  let runs: [PageRun]

  /// - Parameter runs: in the order of the page.
  static func of(_ runs: [PageRun]) -> [RunGroup] {
    runs.count > mostSingle ? byMode(runs) : each(runs)
  }

  static func each(_ runs: [PageRun]) -> [RunGroup] {
    runs.map { RunGroup(machine: $0.machine, name: $0.name, label: $0.label, runs: [$0]) }
  }

  static func byMode(_ runs: [PageRun]) -> [RunGroup] {
    Dictionary(grouping: runs.indices) { [runs[$0].machine, runs[$0].mode] }
      .sorted { $0.value[0] < $1.value[0] }
      .map { key, indices in
        let name = "\(key[1]), \(Decimal.count(indices.count, "run"))"
        return RunGroup(
          machine: key[0], name: name, label: "\(key[0]), \(name)", runs: indices.map { runs[$0] })
      }
  }

  private static let mostSingle = 12

  /// How to read what stands for several runs; nil where none does.
  static func reading(_ groups: [RunGroup]) -> String? {
    groups.contains { $0.runs.count > 1 }
      ? "What stands for several runs is their median, from the lowest of them to the highest." : nil
  }
}

extension Ranged {
  /// One run's value with its interval; of several their median, with the lowest and the highest.
  init?(of runs: [Ranged]) {
    guard runs.count != 1 else {
      self = runs[0]
      return
    }
    let values = runs.map(\.value)
    guard let median = Order.median(values) else { return nil }
    self.init(value: median, low: values.min(), high: values.max())
  }
}
