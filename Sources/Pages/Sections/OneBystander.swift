import Measurement
import Reporting

/// The bystanders of one run.
struct OneBystander {
  let run: PageRun
  private let pairs: [BystanderEntry.Pair]
  private let victims: [String]

  init(run: PageRun) {
    self.run = run
    pairs = BystanderSection.pairs(run.bystander)
    victims = BystanderSection.victims(run.bystander)
  }

  /// More pairs than a reader follows: the CSV has them.
  private static let mostPairs = 6

  func fill(_ section: inout PageSection) {
    let shown = Array(pairs.prefix(OneBystander.mostPairs))
    if pairs.count > 1 { section.figures.append(relations(shown)) }
    for pair in shown {
      let dose = PairDose(run: run, pair: pair, victims: victims)
      section.figures += [dose.heatMap, dose.plot].compactMap { $0 }
      section.closingTables += [dose.numbers].compactMap { $0 }
      section.digest.tables.append(dose.digest)
      section.facts += DoseLimits(dose.curves).sentences.map {
        pairs.count > 1 ? "\(pair.label): \($0)" : $0
      }
    }
    if !(run.record.doseCurves ?? []).isEmpty { section.facts.append(DoseLimits.reading) }
    if pairs.count > shown.count {
      section.facts.append("\(pairs.count - shown.count) more pairs are in bystander.csv")
    }
    section.digest.facts = section.facts
    section.findings = [worstSentence, limitSentence].compactMap { $0 }
    section.headlines = keyFigures
  }

  // MARK: Words

  private var saturated: [BystanderEntry] {
    pairs.flatMap { pair in
      victims.compactMap { BystanderSection.saturated(run.bystander, pair, $0) }
    }
  }

  private var worst: BystanderEntry? { OneBystander.worst(run) }

  /// Who suffers most from nothing but split locks.
  static func worst(_ run: PageRun) -> BystanderEntry? {
    run.bystander.filter { $0.isSaturated && $0.slowdown != nil && $0.verdict == "slowed" }
      .max { $0.slowdown!.value < $1.slowdown!.value }
  }

  private var worstSentence: String? {
    guard !saturated.isEmpty else { return nil }
    guard let worst else {
      return "No bystander was seen to be slowed by a CPU that only issues split locks."
    }
    let spared = victims.filter { victim in
      saturated.filter { $0.victim == victim }.allSatisfy { $0.verdict == "not-slowed" }
    }
    return
      "Beside a CPU that only issues split locks, \(worst.victim) takes \(worst.slowdown!.text(.factor)) as long"
      + (spared.isEmpty ? "." : "; \(Words.list(spared)) \(spared.count == 1 ? "is" : "are") not slowed.")
  }

  private var limit: DoseLimits.Strictest? { DoseLimits(run.record.doseCurves ?? []).strictest(0.01) }

  private var limitSentence: String? {
    limit.map { "Split locks at \($0.rate) leave every bystander with a dose curve within 1 %." }
  }

  private var keyFigures: [PageSection.KeyFigure] {
    let slowest = worst.map {
      PageSection.KeyFigure(
        value: Quantity.factor.text($0.slowdown!.value),
        meaning: "as long for \($0.victim), the slowest bystander")
    }
    let limit = limit.map {
      PageSection.KeyFigure(
        value: $0.rate, meaning: "split locks that leave every bystander with a dose curve within 1 %")
    }
    return [slowest, limit].compactMap { $0 }
  }

  // MARK: Figures

  /// Victim by relation.
  private func relations(_ shown: [BystanderEntry.Pair]) -> Figure {
    let entries = victims.map { victim in
      shown.map { BystanderSection.saturated(run.bystander, $0, victim) }
    }
    return Figure(
      "bystander-relations", "Beside nothing but split locks, by how the two CPUs are related",
      caption:
        "Victim and aggressor CPU in brackets. Shaded where it is beyond the noise, by the logarithm of the slow-down.",
      isWide: true,
      plot: HeatMap(
        corner: "slow-down of", columns: shown.map(\.label),
        rows: zip(victims, entries).map { ($0, $1.map(BystanderSection.cell)) },
        deepest: BystanderSection.deepest),
      data: TextTable(
        columns: BystanderSection.columns,
        rows: entries.flatMap { $0.compactMap { $0 }.map(BystanderSection.fields) }))
  }
}
