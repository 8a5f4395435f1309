import Foundation
import Subprocess
import SystemPackage

/// Chromium without a window.
struct Browser {
  struct Result {
    var output: String
    /// Errors, warnings and refused fetches of the page.
    var console: [String]
  }

  /// Where `make test` has put it.
  static let path = ProcessInfo.processInfo.environment["SPLITBENCH_CHROMIUM"].flatMap {
    $0.isEmpty ? nil : $0
  }

  /// A folder of its own, for its profile.
  let folder: FilePath

  func screenshot(_ page: FilePath, width: Int, height: Int, isDark: Bool, to image: FilePath) async throws
    -> Result
  {
    try await run(
      page, width: width, height: height,
      ["--screenshot=\(image)", "--blink-settings=preferredColorScheme=\(isDark ? 0 : 1)"])
  }

  /// The page as its scripts have left it.
  func document(_ page: FilePath) async throws -> Result {
    try await run(page, width: 800, height: 600, ["--dump-dom", "--allow-file-access-from-files"])
  }

  private func run(_ page: FilePath, width: Int, height: Int, _ flags: [String]) async throws -> Result {
    let always = [
      "--headless", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1", "--no-first-run",
      "--disable-background-networking", "--user-data-dir=\(folder.appending("profile"))",
      "--enable-logging=stderr", "--v=0", "--window-size=\(width),\(height)",
    ]
    // Its sandbox needs what root in a container cannot have.
    let sandbox = geteuid() == 0 ? ["--no-sandbox"] : []
    let result = try await Subprocess.run(
      .name("timeout"),
      arguments: Arguments(["60", Self.path!] + always + sandbox + flags + ["file://\(page)"]),
      output: .string(limit: 64 << 20), error: .string(limit: 16 << 20))
    guard result.terminationStatus.isSuccess else { throw Failed(errors: result.standardError) }
    return Result(
      output: result.standardOutput,
      console: result.standardError.split(separator: "\n").map(String.init).filter {
        $0.contains(":CONSOLE")
      })
  }

  struct Failed: Error { let errors: String }
}
