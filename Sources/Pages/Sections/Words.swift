/// Small parts of sentences.
enum Words {
  /// `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + words.last!
  }

  /// What is to be said of each run; what is the same of several is said once, with their names.
  static func byRun(_ runs: [PageRun], _ say: (PageRun) -> [String]) -> [String] {
    guard runs.count > 1 else { return runs.flatMap(say) }
    var labels: [String: [String]] = [:]
    var texts: [String] = []
    for run in runs {
      for text in say(run).distinct {
        if labels[text] == nil { texts.append(text) }
        labels[text, default: []].append(run.label)
      }
    }
    // What most runs share comes first, where there is more than a reader follows.
    let order = texts.count > mostStatements ? texts.sorted { labels[$0]!.count > labels[$1]!.count } : texts
    let shown = order.prefix(mostStatements).map { text in
      let labels = labels[text]!
      if labels.count == runs.count { return "all runs: \(text)" }
      return (labels.count > 3 ? "\(labels.count) runs" : labels.joined(separator: "; ")) + ": " + text
    }
    let more = order.count - shown.count
    return shown + (more > 0 ? ["\(more) more in the runs' own files"] : [])
  }

  private static let mostStatements = 40
}
