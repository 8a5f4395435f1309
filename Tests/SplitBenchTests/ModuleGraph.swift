import Foundation
import SystemPackage
import TestSupport

/// Which module names which others.
struct ModuleGraph {
  typealias Arrows = [String: Set<String>]

  private(set) var arrows: Arrows

  /// Without arrows to what is reached by way of another: what a diagram needs to show.
  var reduced: Arrows {
    arrows.mapValues { targets in
      targets.filter { target in !targets.contains { $0 != target && reachable(from: $0).contains(target) } }
    }
    .filter { !$0.value.isEmpty }
  }

  private func reachable(from module: String) -> Set<String> {
    var seen: Set<String> = []
    var pending = [module]
    while let next = pending.popLast() {
      pending += arrows[next, default: []].subtracting(seen)
      seen.formUnion(arrows[next, default: []])
    }
    return seen
  }

  /// By folder of Sources, what the import lines of its files name.
  static func imported(below sources: FilePath) throws -> ModuleGraph {
    var arrows: Arrows = [:]
    for module in names(in: sources) {
      arrows[module] = []
      let files = FileManager.default.enumerator(atPath: sources.appending(module).string)
      while let file = files?.nextObject() as? String {
        guard file.hasSuffix(".swift") else { continue }
        let code = try text(sources.appending(module).appending(file))
        arrows[module]!.formUnion(
          code.matches(of: /(?m)^\s*(?:@\w+ |\w+ )?import (?:(?:struct|class|enum|func) )?(\w+)/).map {
            String($0.1)
          })
      }
    }
    return ModuleGraph(arrows: arrows)
  }

  /// By target of a manifest that swift-format has indented, the targets and products that it depends on.
  static func declared(in manifest: String) -> ModuleGraph {
    var arrows: Arrows = [:]
    for target in manifest.split(separator: "\n    .") {
      guard
        let name = target.firstMatch(of: /^(?:target|executableTarget|systemLibrary)\(\s*name: "([\w-]+)"/)
      else { continue }
      let list = target.firstMatch(of: /dependencies: \[([^\]]*)\]/)?.1 ?? ""
      let products = list.matches(of: /\.product\(name: "(\w+)"/).map { String($0.1) }
      let targets = list.replacing(/\.product\([^)]*\)/, with: "").matches(of: /"(\w+)"/).map { String($0.1) }
      arrows[String(name.1)] = Set(products + targets)
    }
    return ModuleGraph(arrows: arrows)
  }

  /// As a Mermaid flow chart of lines such as `A --> B & C` draws it.
  static func drawn(in document: String) -> ModuleGraph {
    var arrows: Arrows = [:]
    for line in document.matches(of: /(?m)^ *(\w+) --> ([\w &]+)$/) {
      let targets = line.2.split { $0 == " " || $0 == "&" }.map(String.init)
      arrows[String(line.1), default: []].formUnion(targets)
    }
    return ModuleGraph(arrows: arrows)
  }

  /// Only these modules, and arrows to these.
  func among(_ modules: Set<String>) -> ModuleGraph {
    ModuleGraph(
      arrows: arrows.filter { modules.contains($0.key) }.mapValues { $0.intersection(modules) })
  }
}
