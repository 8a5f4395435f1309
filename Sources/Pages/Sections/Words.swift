/// Small parts of sentences.
enum Words {
  /// `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + words.last!
  }

  static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  static func bytes(_ count: Int) -> String { Words.count(count, "byte") }

  /// What is to be said of each run; what is the same of several is said once, with their names.
  static func byRun(_ runs: [PageRun], _ say: (PageRun) -> [String]) -> [String] {
    guard runs.count > 1 else { return runs.flatMap(say) }
    let said = runs.flatMap { run in say(run).map { (text: $0, label: run.label) } }
    return said.map(\.text).distinct.map { text in
      let labels = said.filter { $0.text == text }.map(\.label).distinct
      if labels.count == runs.count { return "all runs: \(text)" }
      return (labels.count > 3 ? "\(labels.count) runs" : labels.joined(separator: "; ")) + ": " + text
    }
  }
}
