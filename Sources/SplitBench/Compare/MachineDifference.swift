import Fleet
import StoredRuns

/// Something other than what is compared in which sides, or the runs of one, are not alike.
struct MachineDifference: Encodable {
  let what: String
  /// By side; several where its runs differ.
  let values: [String]

  static func all(_ sides: [Side]) -> [MachineDifference] {
    RunProperty.all.compactMap { property in
      let values = sides.map { side in
        var seen: [String] = []
        for run in side.runs {
          let text = property.value(run)
          if !seen.contains(text) { seen.append(text) }
        }
        return seen
      }
      guard Set(values.flatMap(\.self)).count > 1 else { return nil }
      return MachineDifference(what: property.name, values: values.map { $0.joined(separator: " / ") })
    }
  }
}
