import Foundation
import Testing

@testable import Machine

@Suite struct HostIdentityTests {
  /// FIPS 180-4's own examples, an empty message, and lengths on both sides of where the padding takes another block.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (String(repeating: "a", count: 55), "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
    (String(repeating: "a", count: 64), "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
  ])
  func digestsAreTheStandards(message: String, digest: String) {
    let found = Sha256.hash(Array(message.utf8)).map { String(format: "%02x", $0) }.joined()
    #expect(found == digest)
  }

  /// RFC 4231, cases 2 and 6: a short key, and one longer than a block.
  @Test func authenticationCodesAreTheStandards() {
    let short = Sha256.hmac(key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    let long = Sha256.hmac(
      key: Array(repeating: 0xaa, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
    #expect(short.prefix(4) == [0x5b, 0xdc, 0xc1, 0x46] && long.prefix(4) == [0x60, 0xe4, 0x31, 0x59])
  }

  private static func identity(_ files: [String: String], tellingName: Bool = false) throws -> HostIdentity {
    let machine = try MachineReport.ofThisMachine(watchMs: 0)
    return try withFiles(files) { HostIdentity(machine, files: $0, tellingName: tellingName) }
  }

  private static let id = "/etc/machine-id"
  private static let boot = "/proc/sys/kernel/random/boot_id"

  /// Digits of `systemd-id128 --app-specific=65f99581-0a36-4998-9c1c-bead30100fb3` for that id, by Python's hmac.
  @Test func theInstanceIsAHashThatOthersCanCompute() throws {
    let found = try Self.identity([
      Self.id: "0123456789abcdef0123456789abcdef\n", Self.boot: "a1b2c3d4-0000-4000-8000-0123456789ab\n",
    ])
    #expect(found.instance == "76c80ad525d9" && found.instanceSource == .machineId)
    #expect(found.boot == "614031af81d6" && found.name == nil)
    let processor = ProcessorIdentity.ofThisMachine()
    #expect(found.slug(processor) == "\(processor.slug)-\(found.instance!)")
  }

  @Test(arguments: [
    "", "uninitialized\n", "00000000000000000000000000000000\n", "0123", "g123456789abcdef0123456789abcdef",
  ])
  func withoutAnIdTheBootStandsForTheMachine(text: String) throws {
    let found = try Self.identity([Self.id: text, Self.boot: "a1b2c3d4-0000-4000-8000-0123456789ab\n"])
    #expect(found.instanceSource == .bootId && found.instance != nil && found.instance == found.boot)
  }

  @Test func withoutEitherThereIsNoInstance() throws {
    let found = try Self.identity([:])
    #expect(found.instance == nil && found.boot == nil && found.instanceSource == .none)
    let processor = ProcessorIdentity.ofThisMachine()
    #expect(found.slug(processor) == processor.slug)
  }

  @Test(arguments: [(false, nil), (true, "node 7/x")])
  func theNameIsToldIfAsked(isAsked: Bool, name: String?) throws {
    let found = try Self.identity(
      ["/proc/sys/kernel/hostname": "node 7/x\n", Self.id: "0123456789abcdef0123456789abcdef"],
      tellingName: isAsked)
    #expect(found.name == name && found.instance != nil)
    #expect(found.slug(.ofThisMachine()).hasSuffix(isAsked ? "-node-7-x" : "-\(found.instance!)"))
  }

  @Test func theGroupIsMadeOfWhatMachinesShare() throws {
    var machine = try MachineReport.ofThisMachine(watchMs: 0)
    machine.linux.microcode = "0x2b0005c0"
    machine.linux.release = "6.8.0-45 generic/x"
    (machine.policy.mode, machine.policy.trapsWithAC, machine.policy.mitigates) = (.warn, true, true)
    machine.topology = try Topology.synthetic("pack:2 l3:1 core:2 pu:1", allowed: { $0 == 0 })
    #expect(
      machine.group == "\(machine.processor.slug)-u0x2b0005c0-2p-linux6.8.0-45-generic-x-warn-mitigated")
    machine.linux.microcode = nil
    #expect(machine.group.contains("-uunknown-"))
  }

  /// Machines of one kind are told apart by nothing that is said of their policy, and of two kinds by all of it.
  @Test func theGroupHoldsAllOfThePolicy() throws {
    var machine = try MachineReport.ofThisMachine(watchMs: 0)
    var words: [String: Set<String>] = [:]
    for mode in [DetectionPolicy.Mode.off, .warn, .fatal, .ratelimit, .unsupported, .unknown] {
      for rate in mode == .ratelimit ? [nil, 1, 100] : [nil] {
        for mitigates in [nil, false, true] {
          for (ac, db) in [(false, false), (false, true), (true, false)] {
            machine.policy.mode = mode
            machine.policy.rateLimit = rate
            machine.policy.mitigates = mitigates
            (machine.policy.trapsWithAC, machine.policy.trapsWithDB) = (ac, db)
            let isLeft = machine.policy.leavesAlone
            words[machine.group, default: []].insert("\(machine.policy.inWords) \(isLeft)")
          }
        }
      }
    }
    #expect(words.values.allSatisfy { $0.count == 1 }, "\(words)")
    #expect(Set(words.values).count == words.count)
    let ends = [
      "-ratelimit-100", "-ratelimit-100-leaves-alone", "-warn-mitigated", "-warn-not-mitigated",
      "-warn-leaves-alone",
      "-off", "-unsupported",
    ]
    for end in ends { #expect(words.keys.contains { $0.hasSuffix(end) }, "\(end)") }
  }
}
