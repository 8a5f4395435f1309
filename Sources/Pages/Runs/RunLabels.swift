import Reporting

/// Names for the runs of a page: as short as tells them apart.
struct RunLabels {
  /// The machine of each run: what its folder is named after, less family, model and stepping where that tells them apart.
  let machines: [String]
  /// Each run among those of its machine: by how Linux was booted, the person's label, what it measured, the time.
  let names: [String]
  /// Each run among all of them.
  let labels: [String]

  /// - Parameter records: in the order of the page.
  init(_ records: [RunRecord]) {
    let slugs = records.map(\.machine.processor.slug)
    let machines = RunLabels.shortened(slugs)
    self.machines = machines
    var names = records.map { _ in "" }
    for rows in Dictionary(grouping: records.indices, by: { slugs[$0] }).values {
      for (row, name) in zip(rows, RunLabels.names(rows.map { records[$0] })) { names[row] = name }
    }
    self.names = names
    labels =
      Set(slugs).count > 1 ? zip(machines, names).map { $0 + ", " + $1 } : names
  }

  /// Runs of one machine, told apart by what they measured or by the shortest form of their time that does.
  private static func names(_ records: [RunRecord]) -> [String] {
    // A mode that all share tells nothing, but a run alone has to have a name.
    let hasModes = records.count == 1 || Set(records.map(mode)).count > 1
    func joined(_ parts: [String?]) -> String { parts.compactMap { $0 }.joined(separator: ", ") }
    let bare = records.map { [hasModes ? mode($0) : nil, $0.label] }
    let forms: [(RunRecord) -> String] = [
      experiments,
      { String($0.startedUtc.dropFirst(11).prefix(5)) }, { String($0.startedUtc.dropFirst(11).prefix(8)) },
      { time($0.startedUtc) }, \.startedUtc,
    ]
    let named =
      [bare.map(joined)] + forms.map { form in zip(bare, records).map { joined($0 + [form($1)]) } }
    return named.first { Set($0).count == records.count } ?? records.map(\.run)
  }

  private static func shortened(_ slugs: [String]) -> [String] {
    func short(_ slug: String) -> String {
      slug.split(separator: "-").filter { word in
        !("fms".contains(word.first!) && word.dropFirst().allSatisfy(\.isNumber) && word.count > 1)
      }.joined(separator: "-")
    }
    let short = slugs.map(short)
    return Set(short).count == Set(slugs).count ? short : slugs
  }

  private static func experiments(_ record: RunRecord) -> String {
    let experiments = record.parameters.experiments
    return experiments.count > 2
      ? "\(experiments.count) experiments" : experiments.joined(separator: " and ")
  }

  static func mode(_ record: RunRecord) -> String {
    let policy = record.machine.policy
    return policy.mode.rawValue + (policy.rateLimit.map { ":\($0)" } ?? "")
  }

  /// `2026-11-23T06:24:27Z` without the letters, to the minute.
  static func time(_ utc: String) -> String {
    utc.prefix(16).split(separator: "T").joined(separator: "\u{A0}")
  }
}
