import Mustache

/// The page's templates, which lie in the binary: it has to work wherever it is copied.
enum Templates {
  /// - Parameter name: of a file in Templates, without its extension.
  static func render(_ name: String, _ object: Any) -> String { library.render(object, withTemplate: name)! }

  private static let library: MustacheLibrary = {
    MustacheContentTypes.register(HtmlText(), named: HtmlText.name)
    return MustacheLibrary(
      templates: sources.mapValues { bytes in
        // Every template says so itself: a partial begins with the library's own escaping again.
        let escaping = "{{% CONTENT_TYPE: \(HtmlText.name)}}"
        // A template that does not parse is a mistake in this program, which every test of a page finds.
        return try! MustacheTemplate(string: escaping + String(decoding: bytes, as: UTF8.self))
      })
  }()

  static let sources: [String: [UInt8]] = [
    "page": PackageResources.page_mustache, "style": PackageResources.style_mustache,
    "colours": PackageResources.colours_mustache, "tables": PackageResources.tables_mustache,
    "plots": PackageResources.plots_mustache, "media": PackageResources.media_mustache,
    "markers": PackageResources.markers_mustache, "box": PackageResources.box_mustache,
    "meaning": PackageResources.meaning_mustache,
    "section": PackageResources.section_mustache,
    "figure": PackageResources.figure_mustache, "table": PackageResources.table_mustache,
    "lines": PackageResources.lines_mustache, "dots": PackageResources.dots_mustache,
    "heat": PackageResources.heat_mustache, "strips": PackageResources.strips_mustache,
  ]
}
