import CAtomics
import Synchronization

/// What two CPUs show of their relation, beside what the topology claims.
///
/// In a guest the topology is the hypervisor's claim and virtual CPUs float, so a pair is looked at before anything
/// is measured with it.
public struct PairCheck: Sendable, Codable, Equatable {
  /// Half of a round trip of one aligned cache line between the two, in TSC ticks: the median.
  public var oneWayTicks: Double
  /// The other CPU's TSC minus this one's, from the fastest round trip.
  public var tscOffsetTicks: Double
  /// Bound on the error of the offset: half of that round trip.
  public var tscOffsetErrorTicks: Double
  /// Independent adds of this CPU while the other adds too, over alone: near one half on one shared core.
  public var throughputShare: Double

  /// Below this share the two use the ALUs of one core.
  public static let sharedCore = 0.75
  public var sharesCore: Bool { throughputShare < PairCheck.sharedCore }

  /// Runs the check from the calling thread, which must be pinned, with a thread on `otherCpu`; some milliseconds.
  ///
  /// - Returns: nil if the other CPU did not answer in time.
  public static func run(otherCpu: Int, clock: TscClock) -> PairCheck? {
    let partner = PairPartner(deadlineTicks: UInt64(clock.ticks(seconds: 0.5)))
    return partner.running(on: otherCpu) {
      guard let trips = partner.trips(count: tripCount) else { return nil }
      let alone = addsPerTick(clock)
      partner.command(.add)
      let together = addsPerTick(clock)
      return PairCheck(trips: trips, throughputShare: together / alone)
    }
  }

  /// One exchange: sent, answered by the other CPU's clock, received.
  struct Trip {
    var sent: UInt64
    var answered: UInt64
    var received: UInt64
    var ticks: Double { Double(received - sent) }
  }

  init?(trips: [Trip], throughputShare: Double) {
    guard let fastest = trips.min(by: { $0.ticks < $1.ticks }),
      let median = Order.median(trips.map(\.ticks))
    else { return nil }
    oneWayTicks = median / 2
    tscOffsetTicks = Double(fastest.answered) - (Double(fastest.sent) + fastest.ticks / 2)
    tscOffsetErrorTicks = fastest.ticks / 2
    self.throughputShare = throughputShare
  }

  private static let tripCount = 400

  /// Median over enough windows that a gap in some does not matter.
  private static func addsPerTick(_ clock: TscClock) -> Double {
    let probes = (0..<60).map { _ -> Double in
      let probe = Probe.take(ticksPerMicrosecond: clock.ticks(seconds: 1e-6))
      return probe.addsPerCycle * probe.corePerTick
    }
    return Order.median(probes)!
  }
}

/// The thread on the other CPU: answers with its TSC, then adds; ends by itself at its deadline.
private final class PairPartner: Sendable {
  enum Command: Int { case answer, add, stop }

  private let sent = Atomic<UInt64>(0)
  private let answered = Atomic<UInt64>(0)
  private let command = Atomic<Int>(Command.answer.rawValue)
  private let deadline: UInt64

  init(deadlineTicks: UInt64) { deadline = catomics_tsc() + deadlineTicks }

  func running<R>(on cpu: Int, _ body: () -> R?) -> R? {
    CompanionThread.running(on: cpu, serve, stop: { self.command(.stop) }, body)
  }

  func command(_ next: Command) { command.store(next.rawValue, ordering: .releasing) }

  /// Exchanges, after some that warm up; nil if the other side stopped answering.
  func trips(count: Int) -> [PairCheck.Trip]? {
    var trips: [PairCheck.Trip] = []
    for number in 0..<(count + 20) {
      let start = catomics_tsc()
      sent.store(start, ordering: .releasing)
      var answer = answered.load(ordering: .acquiring)
      while answer == 0 {
        if catomics_tsc() > deadline { return nil }
        answer = answered.load(ordering: .acquiring)
      }
      let end = catomics_tsc()
      answered.store(0, ordering: .releasing)
      if number >= 20 { trips.append(.init(sent: start, answered: answer, received: end)) }
    }
    return trips
  }

  private func serve() {
    var unused: UInt64 = 0
    var last: UInt64 = 0
    while catomics_tsc() < deadline {
      switch Command(rawValue: command.load(ordering: .acquiring)) {
      case .answer:
        let request = sent.load(ordering: .acquiring)
        guard request != last else { continue }
        last = request
        answered.store(catomics_tsc(), ordering: .releasing)
      case .add: catomics_independent_adds(&unused, 64, nil)
      case .stop, nil: return
      }
    }
  }
}
