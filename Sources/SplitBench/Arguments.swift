import ArgumentParser
import DetectionControl
import LockKernels
import Machine
import Measurement
import Reporting

/// Values separated by commas, each checked: `add,xchg`.
struct CommaList<Element: ListElement>: ExpressibleByArgument, Sendable {
  var elements: [Element]

  init?(argument: String) {
    elements = []
    for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let element = Element(word: String(word)) else { return nil }
      elements.append(element)
    }
  }

  static var allValueStrings: [String] { Element.validWords }
  static var defaultCompletionKind: CompletionKind { .list(Element.validWords) }
}

/// One value of a list on the command line.
protocol ListElement: Sendable {
  init?(word: String)
  /// What an error message offers.
  static var validWords: [String] { get }
}

extension ListElement where Self: RawRepresentable & CaseIterable, RawValue == String {
  init?(word: String) { self.init(rawValue: word) }
  static var validWords: [String] { allCases.map(\.rawValue) }
}

extension Instruction: ListElement {}
extension Placement: ListElement {}
extension ExperimentId: ListElement {}
extension Victim: ListElement {}

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

/// An operand size in bytes that some instruction has.
struct Width: ListElement {
  var bytes: Int

  static let all = Set(Instruction.allCases.flatMap(\.widths)).sorted()
  static var validWords: [String] { all.map(String.init) }

  init?(word: String) {
    guard let bytes = Int(word), Width.all.contains(bytes) else { return nil }
    self.bytes = bytes
  }
}

/// An offset in a cache line, in bytes; which ones exist depends on width and placement.
struct Offset: ListElement {
  var bytes: Int

  static var validWords: [String] { ["0", "1", "...", "the line's size - 1"] }

  init?(word: String) {
    guard let bytes = Int(word), (0..<4096).contains(bytes) else { return nil }
    self.bytes = bytes
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
