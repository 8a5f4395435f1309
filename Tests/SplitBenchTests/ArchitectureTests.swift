import SystemPackage
import TestSupport
import Testing

/// Modules as they are declared, imported and drawn.
@Suite struct ArchitectureTests {
  private let declared: ModuleGraph
  private let imported: ModuleGraph

  init() throws {
    declared = ModuleGraph.declared(in: try text(Repository.root.appending("Package.swift")))
    imported = try ModuleGraph.imported(below: Repository.root.appending("Sources"))
  }

  @Test func theManifestDeclaresWhatIsImportedAndNoMore() throws {
    let modules = Set(imported.arrows.keys)
    try #require(modules.contains("Measurement"))
    // What no target depends on, such as Glibc, comes with Swift.
    let known = modules.union(declared.arrows.values.joined())
    let (wanted, found) = (imported.among(known), declared.among(known))
    for module in modules.sorted() {
      #expect(
        found.arrows[module] == wanted.arrows[module],
        "the dependencies of \(module) in Package.swift, beside its imports")
    }
  }

  @Test func theDiagramShowsTheImports() throws {
    let wanted = imported.among(Set(imported.arrows.keys)).reduced
    let drawn = ModuleGraph.drawn(in: try text(Repository.root.appending("ARCHITECTURE.md"))).arrows
    for module in Set(wanted.keys).union(drawn.keys).sorted() {
      let (missing, wrong) = (
        wanted[module, default: []].subtracting(drawn[module, default: []]).sorted(),
        drawn[module, default: []].subtracting(wanted[module, default: []]).sorted()
      )
      #expect(
        missing.isEmpty, "ARCHITECTURE.md has no line `\(module) --> \(missing.joined(separator: " & "))`")
      #expect(
        wrong.isEmpty,
        "ARCHITECTURE.md draws \(module) --> \(wrong): not imported, or reached by way of another module")
    }
  }

  @Test func everyModuleIsDescribed() throws {
    let document = try text(Repository.root.appending("ARCHITECTURE.md"))
    for module in imported.arrows.keys.sorted() {
      let rows = document.split(separator: "\n").count { $0.hasPrefix("| `\(module)` |") }
      #expect(rows == 1, "\(rows) rows for \(module) in the table of ARCHITECTURE.md")
    }
  }
}
