import Foundation
import SystemPackage
import TestSupport
import Testing

/// In a control group that leaves little.
@Suite(.serialized, .enabled(if: getuid() == 0, "making control groups needs root")) struct ControlGroupTests
{
  /// The first CPU that the tests may use.
  private static func firstCpu() async throws -> String {
    let list = try await Tool.run("-c", "taskset -cp $$ | sed 's/.*: //; s/[-,].*//'", program: "/bin/sh")
    return list.output.filter(\.isNumber)
  }

  private static func place(_ limit: String) async throws -> HostilePlace? {
    let place = HostilePlace(script: "in_group.py", limit)
    let probe = try await place.command(["--version"])
    return probe.code == 0 ? place : nil
  }

  @Test(.enabled("no cpuset can be made here") { try await place("cpus=\(try await firstCpu())") != nil })
  func oneCpuIsEnough() async throws {
    try await withTemporaryFolder { folder in
      let cpu = try await Self.firstCpu()
      let place = try #require(try await Self.place("cpus=\(cpu)"))
      let left = try await place.run(
        ["--only", "cost,bystander", "--rounds", "2", "--quiet"] + HostilePlace.cell, in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(Set(try left.rows("cost").map { $0["cpu"] }) == [cpu])
      #expect(try left.rows("bystander").isEmpty)
      #expect(left.result.output.contains("skipped: bystander: it needs a second CPU"))
    }
  }

  @Test(.enabled("no CPU quota can be set here") { try await place("quota=0.2") != nil })
  func aQuotaIsSaid() async throws {
    try await withTemporaryFolder { folder in
      let place = try #require(try await Self.place("quota=0.2"))
      let left = try await place.run(in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(left.warnings["cpu-quota"]?.contains("0.2 CPUs") == true, "\(left.warnings)")
      let doctor = try await place.command(["doctor"])
      #expect(doctor.output.contains("0.2 CPUs, by a control group"))
    }
  }

  /// Out of memory Linux would kill it.
  @Test(
    .enabled(if: SplitLocks.areHarmless, "Linux would delay or kill split locks here"),
    .enabled("no memory limit can be set here") { try await place("memory=104857600") != nil })
  func victimsTakeWhatIsLeft() async throws {
    try await withTemporaryFolder { folder in
      let place = try #require(try await Self.place("memory=104857600"))
      let left = try await place.run(
        [
          "--only", "bystander", "--victim", "dram-chase", "--rounds", "1", "--budget", "0.01", "--quiet",
        ], in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == true)
    }
  }
}
