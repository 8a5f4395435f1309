import Reporting
import StoredRuns

/// What a tight loop of split locks meets under each setting of detection.
enum SettingsSection: SectionMaker {
  static let experiment: String? = "settings"

  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection? {
    let measured = runs.filter { !$0.settings.isEmpty }
    guard !measured.isEmpty else { return nil }
    var section = PageSection("settings", "Settings of detection")
    section.words = [
      "Split locks a second that a tight loop gets through under each setting, delays and traps included, and what it meets. How Linux"
        + " booted, \(Words.list(measured.map(\.mode).distinct)), is no setting."
    ]
    let rates = measured[0].settings.filter { $0.throughput != nil }
      .sorted { $0.throughput!.value < $1.throughput!.value }
    if runs.count == 1, let least = rates.first, let most = rates.last, rates.count > 1 {
      section.findings = [
        "A tight loop gets through \(Quantity.perSecond.text(least.throughput!.value)) split locks under \(least.setting),"
          + " \(Quantity.perSecond.text(most.throughput!.value)) under \(most.setting)."
      ]
    }
    section.tables = [runs.count == 1 ? table(measured[0]) : table(measured)]
    section.digest.tables = section.tables
    section.figures = [
      figure(measured, RunStyles(runs), isOne: runs.count == 1), SettingsCost.figure(measured),
    ].compactMap { $0 }
    section.glossary = Glossary.settings(
      measured.flatMap { $0.settings.flatMap { $0.setting.split(separator: "+").map(String.init) } })
    return section
  }

  private static func table(_ run: PageRun) -> PageTable {
    func count(_ value: Int?) -> String { value.map(String.init) ?? "-" }
    var table = TextTable(columns: [
      "setting", "answer", "split locks a second", "median", "delayed", "trapped", "killed", "armed CPUs",
      "bystander takes",
    ])
    table.rows = run.settings.map { entry in
      [
        entry.setting, entry.answer, entry.throughput.map { Quantity.perSecond.text($0.value) } ?? "-",
        entry.median.map(Quantity.nanoseconds.text) ?? "-", count(entry.delayed), count(entry.trapped),
        "\(count(entry.killed)) of \(count(entry.children))", entry.armedCpus ?? "-",
        entry.slowdown.map { "\($0.text(.factor)) (\(entry.bystander ?? "-"))" } ?? "-",
      ]
    }
    return PageTable("By setting, CPU \(run.settings[0].cpu)", .words, table)
  }

  /// Setting by run, which are in the order of boot modes.
  private static func table(_ runs: [PageRun]) -> PageTable {
    let settings = runs.flatMap { $0.settings.map(\.setting) }.distinct
    let groups = RunGroup.of(runs)
    let rows = settings.map { setting in
      [setting]
        + groups.map { group in
          let entries = group.runs.flatMap(\.settings).filter { $0.setting == setting }
          let answer = entries.map(\.answer).distinct.joined(separator: " or ")
          let throughput = Ranged(of: entries.compactMap(\.throughput)).map {
            Quantity.perSecond.text($0.value)
          }
          let said = [answer, throughput ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
          return said.isEmpty ? "-" : said
        }
    }
    return PageTable(
      "By setting and boot mode", .words,
      TextTable(columns: ["setting"] + groups.map(\.label), rows: rows))
  }

  private static func figure(_ runs: [PageRun], _ styles: RunStyles, isOne: Bool) -> Figure? {
    let settings = runs.flatMap { $0.settings.map(\.setting) }.distinct
    let all = runs.flatMap(\.settings).compactMap(\.throughput)
    guard
      let axis = Axis("split locks a second", .perSecond, .logarithmic, covering: all.flatMap(\.all))
    else { return nil }
    var data: [[String]] = []
    let rows = settings.map { setting in
      DotPlot.Row(
        label: setting,
        dots: runs.compactMap { run in
          guard let entry = run.settings.first(where: { $0.setting == setting }),
            let throughput = entry.throughput
          else { return nil }
          data.append([
            run.stored.name, run.mode, setting, entry.answer, Field.number(throughput.value),
            Field.number(throughput.low), Field.number(throughput.high),
          ])
          return DotPlot.Dot(
            name: "\(run.label), \(setting), \(entry.answer)", style: styles.style(run), value: throughput)
        })
    }
    return Figure(
      "settings-throughput", "Throughput of split locks", isWide: true,
      plot: DotPlot(
        x: axis, rows: rows,
        legend: isOne ? [] : styles.legend(runs, line: false)),
      data: TextTable(
        columns: [
          "run", "boot_mode", "setting", "answer", "operations_per_second", "operations_per_second_low",
          "operations_per_second_high",
        ], rows: data))
  }
}
