import Testing

@testable import Machine

@Suite struct LinuxSystemTests {
  @Test func readsACapturedGuest() {
    let linux = LinuxSystem(files: Fixture.amdGuest.files, release: "6.18", timerHz: 250)
    #expect(linux.microcode == "0x1000065")
    #expect(linux.clockSource == "tsc")
    #expect(linux.bootParameters == ["mitigations=auto,no_guest_host,no_guest_guest"])
  }

  @Test func unreadableIsNil() throws {
    let linux = try withFiles([:]) { LinuxSystem(files: $0, release: "x", timerHz: nil) }
    #expect(linux.microcode == nil && linux.bootParameters == nil && linux.clockSource == nil)
  }
}
