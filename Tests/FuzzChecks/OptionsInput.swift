import LockKernels
import Measurement
import PolicyModel
import Reporting

/// Lines of an option's name and its value: lists of `run`, `compare --where`, `model --policy`.
///
/// What must hold: a list that is read has the words that were written, each in one spelling; a policy is that of its id; and
/// a filter admits what it names and nothing else.
struct OptionsInput: FuzzedInput {
  func fault(in bytes: [UInt8]) -> String? {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").lazy.compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return parts.count == 2 ? fault(parts[0], parts[1]) : nil
    }.first
  }

  private func fault(_ option: String, _ value: String) -> String? {
    switch option {
    case "instruction": spelling(of: value) { (element: Instruction) in element.rawValue }
    case "placement": spelling(of: value) { (element: Placement) in element.rawValue }
    case "victim": spelling(of: value) { (element: Victim) in element.rawValue }
    case "width": spelling(of: value) { (element: Width) in "\(element.bytes)" }
    case "offset": spelling(of: value) { (element: Offset) in "\(element.bytes)" }
    case "policy":
      value.split(separator: ",", omittingEmptySubsequences: false).lazy.compactMap { policy(String($0)) }
        .first
    case "where": filter(value)
    default: nil
    }
  }

  private func spelling<Element: ListElement>(of value: String, _ word: (Element) -> String) -> String? {
    let list = CommaList<Element>(value)
    let words = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard let list else {
      return words.allSatisfy { Element(word: $0) != nil } ? "refused: \(value)" : nil
    }
    let read = list.elements.map(word)
    return read == words ? nil : "\(read) of \(value)"
  }

  private func policy(_ id: String) -> String? {
    guard let choice = PolicyChoice(id: id) else { return nil }
    guard PolicyChoice(id: choice.id) == choice else { return "\(choice.id) is not \(choice)" }
    // What is usual need not be said, and may.
    func unusual(_ id: String) -> [String] {
      id.split(separator: ":", omittingEmptySubsequences: false).map(String.init).filter {
        $0 != "mitigate=1" && $0 != "as-posted"
      }.sorted()
    }
    return unusual(choice.id) == unusual(id) ? nil : "\(id) is read as \(choice.id)"
  }

  private func filter(_ value: String) -> String? {
    let pairs = value.split(separator: ",", omittingEmptySubsequences: false).map {
      part -> (column: String, value: String)? in
      guard let equals = part.firstIndex(of: "=") else { return nil }
      return (String(part[..<equals]), String(part[equals...].dropFirst()))
    }
    let named = pairs.compactMap(\.self)
    let isOne = named.count == pairs.count && !named.contains { $0.column.isEmpty }
    guard let filter = CellFilter(value) else { return isOne ? "refused: \(value)" : nil }
    guard isOne else { return "read: \(value)" }
    let columns = Set(named.map(\.column)).sorted()
    let keys = columns.map { ComparedTable.Key.text($0) }
    let values = columns.map { column in named.last { $0.column == column }!.value }
    guard filter.admits(values, of: keys) else { return "does not admit \(values)" }
    let longer = named.map(\.value).joined() + "x"
    let others = values.indices.contains { index in
      var other = values
      other[index] = longer
      return filter.admits(other, of: keys)
    }
    return others ? "admits \(longer) as well" : nil
  }
}
