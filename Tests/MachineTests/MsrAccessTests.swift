import Testing

@testable import Machine

@Suite struct MsrAccessTests {
  @Test func obstaclesNameTheirRemedy() throws {
    let access = try withFiles([
      "/proc/self/status": "Name:\tx\nCapEff:\t000001fffffdffff\n",
      "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n",
      "/sys/module/msr/parameters/allow_writes": "off\n", "/proc/sys/kernel/tainted": "5\n",
    ]) { MsrAccess(cpu: 0, files: $0) }
    #expect(access.driver == nil && access.hasRawIO == false)
    #expect(access.lockdown == "integrity" && access.allowWrites == "off" && access.isTainted == true)
    let obstacles = access.obstacles
    #expect(obstacles.map(\.to) == ["read", "read", "write", "write"])
    #expect(obstacles.allSatisfy { !$0.what.isEmpty && !$0.remedy.isEmpty })
  }

  @Test func nothingIsInTheWay() throws {
    let access = try withFiles([
      "/dev/cpu/3/msr": "", "/proc/self/status": "CapEff:\t000001ffffffffff\n",
      "/sys/kernel/security/lockdown": "[none] integrity confidentiality",
      "/sys/module/msr/parameters/allow_writes": "default", "/proc/sys/kernel/tainted": "0",
    ]) { MsrAccess(cpu: 3, files: $0) }
    #expect(access.driver == "msr" && access.hasRawIO == true && access.isTainted == false)
    #expect(access.obstacles.isEmpty)
  }

  @Test func msrSafeNeedsNoCapability() throws {
    let access = try withFiles([
      "/dev/cpu/0/msr": "", "/dev/cpu/0/msr_safe": "", "/proc/self/status": "CapEff:\t0\n",
    ]) { MsrAccess(cpu: 0, files: $0) }
    #expect(access.driver == "msr_safe" && access.obstacles.isEmpty)
  }

  @Test func whatCannotBeReadIsUnknown() throws {
    let access = try withFiles([:]) { MsrAccess(cpu: 0, files: $0) }
    #expect(access.hasRawIO == nil && access.lockdown == nil && access.isTainted == nil)
  }
}

@Suite struct MsrModuleTests {
  @Test(
    arguments: [
      ([:], "modprobe msr"),
      (
        [
          "proc/sys/kernel/osrelease": "6.1\n", "sbin/modprobe": "", "lib/modules/6.1/modules.dep": "",
        ], "modprobe msr"
      ),
      (["proc/sys/kernel/osrelease": "6.1\n", "sbin/modprobe": ""], "no /lib/modules/6.1"),
      (["proc/sys/kernel/osrelease": "6.1\n", "lib/modules/6.1/modules.dep": ""], "no modprobe"),
    ] as [([String: String], String)])
  func theRemedyIsOneThatHelpsHere(files: [String: String], says: String) throws {
    #expect(try withFiles(files) { MsrModule.remedy($0) }.contains(says))
  }
}
