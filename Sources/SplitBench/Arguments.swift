import ArgumentParser
import DetectionControl
import LockKernels
import Machine
import Measurement
import Reporting

extension CommaList: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
  package static var allValueStrings: [String] { Element.validWords }
  package static var defaultCompletionKind: CompletionKind { .list(Element.validWords) }
}

extension ExperimentId: ListElement {}
extension CellFilter: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}

/// `all`, or settings one by one.
enum SettingChoice: ListElement {
  case all
  case one(Setting)

  init?(word: String) {
    if word == "all" {
      self = .all
    } else if let setting = Setting(word) {
      self = .one(setting)
    } else {
      return nil
    }
  }

  func settings(_ machine: MachineReport, measuring cpu: LogicalCpu) -> [Setting] {
    switch self {
    case .all: Setting.all(machine, measuring: cpu)
    case .one(let setting): [setting]
    }
  }

  static var validWords: [String] {
    ["all", Setting.asFound.id] + Setting.Change.allCases.map(\.rawValue) + ["sld-on+mitigate-off", "..."]
  }
}

extension Plan.Name: ExpressibleByArgument {}

extension CpuSelection: ExpressibleByArgument {
  public init?(argument: String) {
    guard let selection = try? CpuSelection(argument) else { return nil }
    self = selection
  }
  public static var allValueStrings: [String] {
    ["N", "A-B", "A-B:STEP", "all", "sibling-of:N", "other-package-of:N"]
  }
}
