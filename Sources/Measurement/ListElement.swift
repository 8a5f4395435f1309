import LockKernels

/// One value of a list on the command line.
package protocol ListElement: Sendable {
  init?(word: String)
  /// What an error message offers.
  static var validWords: [String] { get }
}

extension ListElement where Self: RawRepresentable & CaseIterable, RawValue == String {
  package init?(word: String) { self.init(rawValue: word) }
  package static var validWords: [String] { allCases.map(\.rawValue) }
}

extension Instruction: ListElement {}
extension Placement: ListElement {}
extension Victim: ListElement {}
