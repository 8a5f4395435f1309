/// A part of the page, with a heading of its own.
struct PageSection {
  let id: String
  let title: String
  /// Short statements in front of all words.
  var leads: [String] = []
  /// Paragraphs.
  var words: [String] = []
  /// What the page's summary takes over.
  var findings: [String] = []
  /// The same as numbers to be seen from afar.
  var headlines: [KeyFigure] = []
  /// Above all else.
  var keyFigures: [KeyFigure] = []
  var tables: [PageTable] = []
  var figures: [Figure] = []
  /// Those behind the figures.
  var closingTables: [PageTable] = []
  /// Whether the figures are small enough for three in a row.
  var isDense = false
  /// A list of short statements.
  var facts: [String] = []
  /// Of the ids in it.
  var glossary: [PageTable.Meaning] = []
  /// What of it a forum post needs.
  var digest = Digest()

  init(_ id: String, _ title: String) {
    self.id = id
    self.title = title
  }

  struct KeyFigure {
    let value: String
    let meaning: String
  }

  struct Digest {
    var tables: [PageTable] = []
    var facts: [String] = []
  }
}
