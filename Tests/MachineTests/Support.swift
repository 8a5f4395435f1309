import Foundation
import Machine
import SystemPackage

/// Files captured from a real machine, in a folder named after it.
enum Fixture: String, CaseIterable, Sendable {
  /// A guest with two CPUs of an AMD EPYC 9004 under KVM, Linux 6.18.
  case amdGuest = "amd-epyc-9004-kvm-guest"

  var files: FileTree {
    FileTree(root: FilePath(Bundle.module.bundlePath).appending("Fixtures").appending(rawValue))
  }

  /// The CPUID leaves in `cpuid.txt`: leaf eax ebx ecx edx, hexadecimal.
  func processor() throws -> ProcessorIdentity {
    var leaves: [UInt32: CpuidLeaf] = [:]
    for line in try files.text("/cpuid.txt").split(separator: "\n") {
      let words = line.split(separator: " ").compactMap { UInt32($0, radix: 16) }
      leaves[words[0]] = CpuidLeaf(eax: words[1], ebx: words[2], ecx: words[3], edx: words[4])
    }
    return ProcessorIdentity { leaf, _ in leaves[leaf] ?? CpuidLeaf() }
  }
}

/// A machine made of a few files, for what no captured one shows.
func withFiles<R>(_ contents: [String: String], _ body: (FileTree) throws -> R) throws -> R {
  let root = FileManager.default.temporaryDirectory.appending(path: "machine-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: root) }
  for (path, text) in contents {
    let file = root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: file, atomically: false, encoding: .utf8)
  }
  return try body(FileTree(root: FilePath(root.path())))
}

extension ProcessorIdentity {
  /// A processor that offers nothing, to be changed by the test.
  static func plain() -> ProcessorIdentity { ProcessorIdentity { _, _ in CpuidLeaf() } }
}
