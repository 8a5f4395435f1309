import Machine

/// What SplitBench may change of a machine, as it is at one moment.
public struct DetectionState: Codable, Equatable, Sendable {
  public struct Bit: Codable, Equatable, Sendable {
    public var bit: DetectionBit
    public var isSet: Bool
  }

  public struct Online: Codable, Equatable, Sendable {
    public var cpu: Int
    public var isOnline: Bool
  }

  public var bits: [Bit] = []
  /// kernel.split_lock_mitigate; nil where Linux has none.
  public var mitigates: Bool?
  /// CPUs that can be taken offline.
  public var online: [Online] = []

  /// Every CPU that it names.
  var cpus: [Int] { bits.map(\.bit.cpu) + online.map(\.cpu) }

  /// Whether it says of nothing two things.
  var namesEachOnce: Bool {
    Set(bits.map(\.bit)).count == bits.count && Set(online.map(\.cpu)).count == online.count
  }

  /// What differs from `earlier`, in words; only what that one knows of.
  public func differences(from earlier: DetectionState) -> [String] {
    var found: [String] = []
    func say(_ what: String, _ now: Bool?, _ then: Bool) {
      guard now != then else { return }
      found.append("\(what) is \(now.map { $0 ? "on" : "off" } ?? "unreadable"), was \(then ? "on" : "off")")
    }
    for then in earlier.online {
      say("CPU \(then.cpu)", online.first { $0.cpu == then.cpu }?.isOnline, then.isOnline)
    }
    for then in earlier.bits { say(then.bit.inWords, isSet(then.bit), then.isSet) }
    if let then = earlier.mitigates { say("kernel.split_lock_mitigate", mitigates, then) }
    return found
  }

  public func isSet(_ bit: DetectionBit) -> Bool? { bits.first { $0.bit == bit }?.isSet }

  /// Adds the kinds of change that `other` knows of and this one does not. Never single CPUs of a kind: where CPUs share a
  /// register, what is read of one of them later may be our own change.
  mutating func complete(from other: DetectionState) {
    let known = Set(bits.map(\.bit.kind))
    bits += other.bits.filter { !known.contains($0.bit.kind) }
    mitigates = mitigates ?? other.mitigates
    if online.isEmpty { online = other.online }
  }
}
