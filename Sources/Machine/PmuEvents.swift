/// The event that counts bus locks, by processor.
///
/// A PMU counts one event for every bus lock that a core takes, which proves that an operand was split. Raw
/// encodings: event select in bits 0-7, unit mask in bits 8-15 (SDM vol. 3B, 20.2.1; AMD PPR, PERF_CTL).
public struct PmuEvent: Codable, Sendable, Equatable {
  public var name: String
  public var event: UInt64
  public var unitMask: UInt64
  /// Value of the off-core response MSR, perf's config1, where the event needs one.
  public var extra: UInt64 = 0

  public var config: UInt64 { event | unitMask << 8 }

  /// The event on a core of this kind of this processor, or nil where none is known.
  public static func busLocks(_ processor: ProcessorIdentity, kind: CoreKind) -> PmuEvent? {
    switch (processor.vendor, processor.family) {
    case ("AuthenticAMD", 0x17...0x1A):
      // AMD PPR for families 17h, 19h and 1Ah, PMCx025: locks that miss the cache-locked fast path.
      return PmuEvent(name: "ls_locks.bus_lock", event: 0x25, unitMask: 0x01)
    case ("HygonGenuine", 0x18):
      return PmuEvent(name: "ls_locks.bus_lock", event: 0x25, unitMask: 0x01)
    case ("GenuineIntel", 6):
      return intel.first { $0.models.contains(processor.model) && $0.kinds.contains(kind) }?.event
    default:
      return nil
    }
  }

  private struct Row {
    var models: Set<Int>
    var kinds: Set<CoreKind>
    var event: PmuEvent
  }

  // Source: github.com/intel/perfmon, one JSON of core events a model, at commit 6dadedf3aa48; models from
  // its mapfile.csv. Gracemont and Crestmont have no such event.
  private static let intel: [Row] = [
    Row(
      models: [
        0x1A, 0x1E, 0x1F, 0x2E, 0x25, 0x2C, 0x2F,  // Nehalem, Westmere
        0x2A, 0x2D, 0x3A, 0x3E,  // Sandy Bridge, Ivy Bridge
        0x3C, 0x3F, 0x45, 0x46, 0x3D, 0x47, 0x4F, 0x56,  // Haswell, Broadwell
        0x4E, 0x5E, 0x8E, 0x9E, 0xA5, 0xA6, 0x55,  // Skylake to Cascade Lake
      ], kinds: [.uniform],
      event: PmuEvent(name: "sq_misc.split_lock", event: 0xF4, unitMask: 0x10)),
    Row(
      models: [0x7D, 0x7E, 0x6A, 0x6C, 0xA7, 0x8C, 0x8D],  // Ice Lake, Rocket Lake, Tiger Lake
      kinds: [.uniform], event: PmuEvent(name: "sq_misc.bus_lock", event: 0xF4, unitMask: 0x10)),
    Row(
      models: [
        0x97, 0x9A, 0xB7, 0xBA, 0xBF,  // Alder Lake, Raptor Lake
        0x8F, 0xCF, 0xAD, 0xAE,  // Sapphire, Emerald, Granite Rapids
        0xAA, 0xAC, 0xBD, 0xC5, 0xC6, 0xB5, 0xCC, 0xD5, 0xE5,  // Meteor, Lunar, Arrow, Panther Lake
      ], kinds: [.uniform, .performance],
      event: PmuEvent(name: "sq_misc.bus_lock", event: 0x2C, unitMask: 0x10)),
    Row(
      models: [0x96, 0x9C, 0x86],  // Tremont: Elkhart Lake, Jasper Lake, Snow Ridge
      kinds: [.uniform], event: PmuEvent(name: "bus_lock.self_locks", event: 0x63, unitMask: 0x00)),
    Row(
      // Skymont: efficiency cores of Lunar Lake and Arrow Lake (not of Arrow Lake-U)
      models: [0xBD, 0xC5, 0xC6],
      kinds: [.efficiency],
      event: PmuEvent(name: "bus_lock.split_locks", event: 0x63, unitMask: 0x08)),
    Row(
      models: [0x5C, 0x5F, 0x7A],  // Goldmont, Goldmont Plus
      kinds: [.uniform],
      event: PmuEvent(
        name: "offcore_response.bus_locks.any_response", event: 0xB7, unitMask: 0x01,
        extra: 0x10400)),
  ]
}
