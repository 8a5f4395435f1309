import Foundation
import SystemPackage
import TestSupport
import Testing

/// Parts of /proc, /sys and /dev hidden in a mount namespace, as containers hide them.
@Suite(.serialized, .enabled(if: getuid() == 0, "mounting needs root")) struct MaskedFilesTests {
  /// Where there is no such thing, the place is as if it were hidden.
  private static func cover(_ path: String, _ mount: String) -> String {
    "{ [ ! -e \(path) ] || mount \(mount) \(path); }"
  }
  private static func hide(_ folder: String) -> String { cover(folder, "-t tmpfs none") }
  private static func empty(_ file: String) -> String { cover(file, "--bind /dev/null") }

  /// A warning that it brings; empty where the run has to be as ever.
  private static let masked = [
    (hide("/proc/self"), ""), (empty("/proc/stat"), ""), (empty("/proc/meminfo"), ""),
    (hide("/proc/sys"), ""),
    // hwloc aborts here if it is let.
    (hide("/sys/devices/system/node"), ""),
    // hwloc would complain on standard error.
    (hide("/sys/devices/system/cpu"), ""), (hide("/sys/fs/cgroup"), ""), (hide("/dev/cpu"), ""),
    (empty("/proc/cpuinfo"), "policy-unknown"),
    (
      "echo hpet >/dev/shm/clock-of-test && mount --bind /dev/shm/clock-of-test"
        + " /sys/devices/system/clocksource/clocksource0/current_clocksource && rm /dev/shm/clock-of-test",
      "tsc-distrusted"
    ),
  ]

  @Test(.enabled("a mount namespace is refused here", HostilePlace.canMount), arguments: masked)
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

  @Test(.enabled("a mount namespace is refused here", HostilePlace.canMount))
  func whereNoRegisterCanBeReadJsonSaysWhy() async throws {
    let place = HostilePlace(mounting: Self.hide("/dev/cpu"))
    let result = try await place.command(["msr", "show", "--json"])
    #expect(result.code == 2 && result.errors.contains("no msr driver is loaded"), "\(result.errors)")
    let cpus = try #require(try result.json()["cpus"] as? [[String: Any]])
    for register in cpus.flatMap({ $0["registers"] as? [[String: Any]] ?? [] }) {
      #expect(register["value"] == nil && (register["reason"] as? String)?.isEmpty == false)
    }
  }

  /// What cannot help is not proposed.
  @Test(.enabled("a mount namespace is refused here", HostilePlace.canMount))
  func noModprobeIsProposedWhereThereAreNoModules() async throws {
    let place = HostilePlace(mounting: "\(Self.hide("/dev/cpu")) && \(Self.hide("/lib/modules"))")
    let result = try await place.command(["msr", "show"])
    #expect(result.code == 2 && !result.errors.contains(": modprobe msr"), "\(result.errors)")
  }
}
