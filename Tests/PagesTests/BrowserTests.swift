import Foundation
import StoredRuns
import SystemPackage
import TestSupport
import Testing

@testable import Pages

/// The pages in a browser: that they render, on what they are read on.
@Suite(.enabled(if: Browser.path != nil, "make test installs Chromium and names it"))
struct BrowserTests {
  enum Page: String, CaseIterable, Sendable { case one, several, emulated, many, index }

  private static func html(_ page: Page, in folder: FilePath) throws -> String {
    let committed = try StoredRun(RunFixture.committed)
    if page == .one { return try Report([committed]).html }
    if page == .emulated {
      return try Report(
        [committed] + RunFixture.emulatedExperiments.map { try StoredRun(RunFixture.emulated($0)) }
      ).html
    }
    if page == .many {
      return try Report(
        (0..<20).map { index in
          try RunFixture(in: folder, named: "run\(index)", tables: ["cost", "bystander", "pingpong", "trap"])
          {
            $0["started_utc"] = "2026-11-23T06:24:\(10 + index)Z"
          }.run
        }
      ).html
    }
    let others = try ["warn", "fatal"].map { mode in
      try RunFixture(in: folder, named: mode, tables: ["cost", "bystander", "pingpong", "scaling", "trap"]) {
        record in
        record[path: "machine", "policy", "mode"] = mode
        record[path: "machine", "processor", "brand"] = "Some Other Processor with a Long Name"
      }.run
    }
    return page == .several
      ? try Report([committed] + others).html : try ResultsIndex([committed] + others, in: folder).html
  }

  private func write(_ text: String, _ name: String, in folder: FilePath) throws -> FilePath {
    let file = folder.appending(name)
    try Data(text.utf8).write(to: URL(filePath: file.string))
    return file
  }

  /// Screenshots stay there to be looked at.
  private static let shots: FilePath = {
    let folder = Repository.root.appending(".build/report-shots")
    try! FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    return folder
  }()

  /// Width and height that a PNG says it has.
  private func size(_ image: FilePath) throws -> (width: Int, height: Int) {
    let head = [UInt8](try Data(contentsOf: URL(filePath: image.string)).prefix(24))
    func number(_ start: Int) -> Int { head[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
    return (number(16), number(20))
  }

  @Test(arguments: Page.allCases, [390, 1400])
  func aPageRendersWithoutAWord(_ page: Page, _ width: Int) async throws {
    try await withTemporaryFolder { folder in
      let file = try write(Self.html(page, in: folder), "page.html", in: folder)
      let height = page == .index ? 1600 : width == 390 ? 9000 : page == .many ? 3000 : 6000
      for isDark in page == .one ? [false, true] : [false] {
        let image = Self.shots.appending("\(page)-\(width)\(isDark ? "-dark" : "").png")
        let result = try await Browser(folder: folder).screenshot(
          file, width: width, height: height, isDark: isDark, to: image)
        #expect(result.console.isEmpty, "\(result.console)")
        #expect(try size(image) == (width, height))
        let bytes = try Data(contentsOf: URL(filePath: image.string)).count
        #expect(Double(bytes) > Self.blank * 1.5 * Double(width * height), "there is something on it")
      }
    }
  }

  /// Bytes a pixel of a PNG of nothing, at most.
  private static let blank = 0.01

  /// The instrument of the test above: what it would see.
  @Test(arguments: [
    ("<script>console.error('a word')</script>", "Content Security Policy"),
    ("<img src=\"http://192.0.2.1/a.png\">", "Content Security Policy"),
    ("<link rel=stylesheet href=\"http://192.0.2.1/a.css\">", "Content Security Policy"),
  ])
  func whatAPageMustNotDoIsSeen(_ markup: String, _ said: String) async throws {
    try await withTemporaryFolder { folder in
      let html = try Self.html(.index, in: folder).replacing("</main>", with: "\(markup)</main>")
      let file = try write(html, "page.html", in: folder)
      let result = try await Browser(folder: folder).screenshot(
        file, width: 390, height: 800, isDark: false, to: folder.appending("page.png"))
      #expect(result.console.contains { $0.contains(said) }, "\(result.console)")
    }
  }

  /// Nothing reaches beyond the page's edges, but in boxes that scroll.
  @Test(arguments: Page.allCases)
  func nothingIsWiderThanThePage(_ page: Page) async throws {
    for one in try await measure({ try Self.html(page, in: $0) }) {
      #expect(one.page <= one.width && one.beyond.isEmpty, "\(one)")
    }
  }

  @Test(arguments: ["width: 330px", "position: relative; left: -20px"])
  func whatIsWiderThanThePageIsSeen(_ style: String) async throws {
    let markup = "<main><p style=\"\(style)\">too wide</p>"
    let measured = try await measure { try Self.html(.index, in: $0).replacing("<main>", with: markup) }
    #expect(measured[0].beyond == ["P too wide"], "at 320 pixels")
  }

  private struct Measured: Decodable {
    var width: Int
    /// How wide the page has become.
    var page: Int
    /// Elements beyond its edges, some of them.
    var beyond: [String]
  }

  private static let widths = [320, 390, 768, 1400]

  /// Lays a page out in frames: they are as narrow as one likes, which a window is not.
  private func measure(_ html: (FilePath) throws -> String) async throws -> [Measured] {
    try await withTemporaryFolder { folder in
      _ = try write(html(folder), "page.html", in: folder)
      let frames = Self.widths.map {
        "<iframe src=\"page.html\" style=\"width:\($0)px;height:900px;border:0\"></iframe>"
      }
      let file = try write(
        """
        <!doctype html><title>measuring</title><body>\(frames.joined())<script>
        addEventListener("load", () => {
          document.title = JSON.stringify([...document.querySelectorAll("iframe")].map(frame => {
            const inside = frame.contentDocument, width = frame.clientWidth
            const beyond = [...inside.querySelectorAll("body *")].filter(element => {
              const box = element.getBoundingClientRect()
              return box.width > 0 && (box.left < -0.5 || box.right > width + 0.5) && !element.closest(".scroll")
            })
            const names = beyond.map(element => element.tagName + " " + element.textContent.slice(0, 40))
            return { width, page: inside.documentElement.scrollWidth, beyond: [...new Set(names)].slice(0, 5) }
          }))
        })
        </script>
        """, "frames.html", in: folder)
      let document = try await Browser(folder: folder).document(file).output
      let title = try #require(document.firstMatch(of: /<title>([^<]*)<\/title>/)?.1)
      let measured = try JSONDecoder().decode(
        [Measured].self, from: Data(title.replacing("&amp;", with: "&").utf8))
      try #require(measured.map(\.width) == Self.widths)
      return measured
    }
  }
}
