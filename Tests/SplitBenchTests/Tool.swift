import Subprocess
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif

/// The built binary, as a person runs it.
struct Tool {
  struct Result: Sendable {
    var code: Int32
    var output: String
    var errors: String
  }

  /// With the packages that tests of files want, where `make test` has put it.
  static let python = ProcessInfo.processInfo.environment["SPLITBENCH_PYTHON"].map { FilePath($0) }

  /// The build folder that this test bundle lies in.
  static let buildFolder: FilePath = {
    let bundle = FilePath(CommandLine.arguments[0])
    let candidates = [bundle.removingLastComponent(), FilePath("/proc/self/exe")]
    for start in candidates {
      var folder = start
      while !folder.components.isEmpty {
        if FileManager.default.isExecutableFile(atPath: folder.appending("splitbench").string) {
          return folder
        }
        folder.removeLastComponent()
      }
    }
    return FilePath(FileManager.default.currentDirectoryPath).appending(".build/debug")
  }()

  static var path: FilePath { buildFolder.appending("splitbench") }

  static func run(
    _ arguments: String..., program: FilePath = path, folder: FilePath? = nil
  ) async throws -> Result {
    try await run(arguments, program: program, folder: folder)
  }

  static func run(
    _ arguments: [String], program: FilePath = path, folder: FilePath? = nil
  ) async throws -> Result {
    let result = try await Subprocess.run(
      .path(program), arguments: Arguments(arguments), workingDirectory: folder,
      output: .string(limit: 64 << 20), error: .string(limit: 1 << 20))
    let code: Int32
    switch result.terminationStatus {
    case .exited(let status): code = status
    case .signaled(let signal): code = 128 + signal
    }
    return Result(code: code, output: result.standardOutput, errors: result.standardError)
  }
}

func write(_ text: String, to file: FilePath) throws {
  try text.write(toFile: file.string, atomically: false, encoding: .utf8)
}
