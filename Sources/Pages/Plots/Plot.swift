/// A drawing: a value whose stored properties its template reads.
protocol Plot {
  /// Name of the template.
  var template: String { get }
  var legend: [Key] { get }
}

/// What stands above rows that belong together.
struct PlotHeading {
  let text: String
  let y: String
}
