import Foundation
import SystemPackage
import Testing

/// Parts of /proc, /sys and /dev hidden in a mount namespace, as containers hide them.
@Suite(.serialized, .enabled(if: getuid() == 0, "mounting needs root")) struct MaskedFilesTests {
  private static func isPossible() async throws -> Bool {
    try await HostilePlace(mounting: "true").command(["--version"]).code == 0
  }

  /// A warning that it brings; empty where the run has to be as ever.
  private static let masked = [
    ("mount -t tmpfs none /proc/self", ""), ("mount --bind /dev/null /proc/stat", ""),
    ("mount --bind /dev/null /proc/meminfo", ""), ("mount -t tmpfs none /proc/sys", ""),
    // hwloc aborts here if it is let.
    ("mount -t tmpfs none /sys/devices/system/node", ""),
    // hwloc would complain on standard error.
    ("mount -t tmpfs none /sys/devices/system/cpu", ""),
    ("mount -t tmpfs none /sys/fs/cgroup", ""), ("mount -t tmpfs none /dev/cpu", ""),
    ("mount --bind /dev/null /proc/cpuinfo", "policy-unknown"),
    (
      "echo hpet >/dev/shm/clock-of-test && mount --bind /dev/shm/clock-of-test"
        + " /sys/devices/system/clocksource/clocksource0/current_clocksource && rm /dev/shm/clock-of-test",
      "tsc-distrusted"
    ),
  ]

  @Test(.enabled("a mount namespace is refused here", isPossible), arguments: masked)
  func aRunDoesWithoutOrSaysSo(mount: String, warning: String) async throws {
    try await withTemporaryFolder { folder in
      let place = HostilePlace(mounting: mount)
      let left = try await place.run(in: folder)
      #expect(left.result.code == 0 && left.result.errors.isEmpty, "\(left.result.errors)")
      #expect(left.record?["complete"] as? Bool == true)
      for id in ["policy-unknown", "tsc-distrusted"] {
        #expect((left.warnings[id] != nil) == (id == warning), "\(left.warnings)")
      }
      #expect(try left.rows("cost").contains { $0["median_ns"] != "" || $0["outcome"] == "trapped" })
      let doctor = try await place.command(["doctor"])
      #expect(doctor.code == 0 && doctor.errors.isEmpty, "\(doctor.errors)")
    }
  }

  @Test(.enabled("a mount namespace is refused here", isPossible))
  func whereNoRegisterCanBeReadJsonSaysWhy() async throws {
    let place = HostilePlace(mounting: "mount -t tmpfs none /dev/cpu")
    let result = try await place.command(["msr", "show", "--json"])
    #expect(result.code == 2 && result.errors.contains("no msr driver is loaded"), "\(result.errors)")
    let cpus = try #require(try result.json()["cpus"] as? [[String: Any]])
    for register in cpus.flatMap({ $0["registers"] as? [[String: Any]] ?? [] }) {
      #expect(register["value"] == nil && (register["reason"] as? String)?.isEmpty == false)
    }
  }

  /// What cannot help is not proposed.
  @Test(.enabled("a mount namespace is refused here", isPossible))
  func noModprobeIsProposedWhereThereAreNoModules() async throws {
    let place = HostilePlace(
      mounting:
        "mount -t tmpfs none /dev/cpu && { [ ! -d /lib/modules ] || mount -t tmpfs none /lib/modules; }")
    let result = try await place.command(["msr", "show"])
    #expect(result.code == 2 && !result.errors.contains(": modprobe msr"), "\(result.errors)")
  }
}
