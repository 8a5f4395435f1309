import Foundation
import SystemPackage
import TestSupport
import Testing

/// The experiment `guest` by the built binary, which starts itself as the guests' owner.
@Suite(.serialized) struct GuestRunTests {
  private static let kvmIsUsable = access("/dev/kvm", R_OK | W_OK) == 0
  private static let arguments = [
    "run", "--only", "guest", "--plan", "quick", "--rounds", "3", "--budget", "0.03", "--quiet",
    "--if-busy", "wait",
  ]

  private func run() async throws -> (rows: [[String: String]], output: String) {
    try await withTemporaryFolder { folder in
      let result = try await Tool.run(Self.arguments + ["--out", folder.string])
      #expect(result.code == 0, "\(result.errors)")
      return (
        try CsvLine.rows(try text(folder.appending(names(in: folder)[0]).appending("guest.csv"))),
        result.output
      )
    }
  }

  @Test func everyOperationOfTheGuestIsCounted() async throws {
    let (rows, output) = try await run()
    guard Self.kvmIsUsable else {
      #expect(rows.isEmpty && output.contains("skipped: guest: /dev/kvm"))
      return
    }
    let counted = rows.with("part", "count") + rows.with("part", "vcpus").with("vcpus", "1")
    #expect(counted.allSatisfy { $0["found"]!.hasPrefix("exact") })
    #expect(counted.count == 3 || output.contains("skipped: guest's vcpus: time ran out"))
    // A busy host may not let two work at one time.
    let together = rows.with("part", "vcpus").with("quantity", "line-split")
    #expect(together.allSatisfy { ($0["value"] == "") != $0["found"]!.hasPrefix("exact") })
    let left = try #require(rows.first { $0["quantity"] == "left-behind" })
    #expect(left["found"] == "nothing" && left["value"] == "0")
    #expect(left["operations"] == "20" || output.contains("of 20 guests: no time was left"))
    let loops = rows.with("part", "loop")
    #expect(Set(loops.map { $0["cpl"] }) == ["0", "3"])
    // CPL 0 is in the time of every whole call.
    let whole = rows.with("unit", "ms")
    #expect(Set(whole.map { $0["quantity"] }) == ["creation", "longest"])
    for loop in loops where loop["found"] != "native" {
      let costs = rows.with("cpl", loop["cpl"]!).with("unit", "ns", "ms", "ratio", "hz")
      #expect(!costs.isEmpty && costs.allSatisfy { $0["value"] == "" })
      #expect(costs.allSatisfy { $0["found"]!.hasSuffix(loop["found"]!) })
      #expect(loop["cpl"] != "0" || whole.allSatisfy { $0["value"] == "" && $0["found"] != "" }, "\(whole)")
    }
    for row in rows.with("part", "bystander") { #expect(row["cpl"] == "3" && row["found"] == "dram-chase") }
    #expect(rows.contains { $0["part"] == "register" && $0["found"] == "0x20000000" })
    #expect(output.contains("Split locks in a KVM guest"))
  }

  @Test(.enabled(if: kvmIsUsable, "needs a usable /dev/kvm"))
  func aGuestThatHangsIsKilledAndTheRunEndsWell() async throws {
    try await withTemporaryFolder { folder in
      let run = Process()
      run.executableURL = URL(filePath: Tool.path.string)
      run.arguments = Self.arguments + ["--out", folder.string]
      let output = Pipe()
      run.standardOutput = output
      try run.run()
      let owner = try await owner(of: run.processIdentifier)
      kill(owner, SIGSTOP)
      let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      run.waitUntilExit()
      #expect(run.terminationStatus == 0)
      #expect(text.contains("the guest hung, and was killed"))
      #expect(kill(owner, 0) != 0)
    }
  }

  /// The run's child, once it is a program of its own: until then the run waits for it without a deadline.
  private func owner(of process: pid_t) async throws -> pid_t {
    for _ in 0..<20_000 {
      let children = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
      if let first = children?.split(separator: " ").first.flatMap({ pid_t($0) }),
        let words = try? String(contentsOfFile: "/proc/\(first)/cmdline", encoding: .utf8),
        words.hasPrefix("splitbench\0guest\0")
      {
        return first
      }
      try await Task.sleep(nanoseconds: 1_000_000)
    }
    throw CocoaError(.fileNoSuchFile)
  }

  @Test func theOwnerTakesATaskAlone() async throws {
    let result = try await Tool.run("guest", "--parent", "\(getpid())", "--task", "{}")
    #expect(result.code == 2 && result.output.isEmpty)
    #expect(result.errors.contains("error:") && result.errors.split(separator: "\n").count <= 2)
  }
}

extension [[String: String]] {
  // Not by closures in the test: within a closure Swift 6.3 may call one that stands in `#expect` in place of one beside it.
  fileprivate func with(_ column: String, _ values: String...) -> Self {
    filter { values.contains($0[column]!) }
  }
}
