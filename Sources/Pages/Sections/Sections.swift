import StoredRuns

/// What fills a part of the page.
protocol SectionMaker: SendableMetatype {
  /// The experiment that it is about; nil of parts about several, or about none.
  static var experiment: String? { get }

  /// - Parameter runs: those of the page, at least one.
  /// - Returns: nil where they have nothing for this part.
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> PageSection?
}

extension SectionMaker {
  static var experiment: String? { nil }
}

/// The parts of a page, in its order. A new one is a file, and a name here; an experiment without one has its table shown.
enum Sections {
  private static let makers: [any SectionMaker.Type] = [
    MachineSection.self, CostSection.self, OffsetSection.self, BystanderSection.self, PassingSection.self,
    ScalingSection.self, TrapSection.self, GuestSection.self, ScopeSection.self, SettingsSection.self,
    HotplugSection.self, LeakSection.self, ToggleSection.self, OtherSection.self, PolicySection.self,
    DistributionSection.self, WarningSection.self, MethodSection.self,
  ]

  /// Experiments with a part of their own.
  static let experiments = Set(makers.compactMap { $0.experiment })

  /// Those that the runs have something for, a summary of what they found in front.
  static func make(_ runs: [PageRun]) throws(ReadFailure) -> [PageSection] {
    var sections: [PageSection] = []
    for maker in makers {
      if let section = try maker.make(runs) { sections.append(section) }
    }
    return [SummarySection.make(runs, of: sections)] + sections
  }
}
