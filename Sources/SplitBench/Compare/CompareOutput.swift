import ArgumentParser

/// In which form the answer is printed.
struct CompareOutput: ParsableArguments {
  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print CSV: a row for every cell.")
  var csv = false

  @Flag(help: "Print Markdown.")
  var markdown = false

  @Flag(help: "Show every cell; otherwise, of more than 60, those that differ.")
  var all = false

  func validate() throws {
    if [json, csv, markdown].count(where: \.self) > 1 {
      throw ValidationError("--json, --csv and --markdown exclude each other")
    }
  }

  func shown(_ report: ComparisonReport) throws -> String {
    if json { return try report.json() }
    if csv { return report.csv }
    return markdown ? report.markdown(all: all) : report.text(all: all)
  }
}
