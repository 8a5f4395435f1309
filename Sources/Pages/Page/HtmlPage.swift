/// What the page's template reads.
struct HtmlPage {
  let kicker = "SplitBench: what split locks cost, and who pays"
  let title: String
  let subtitle: String
  let generator: String
  let sections: [PageSection]

  var html: String { Templates.render("page", self) }
}
