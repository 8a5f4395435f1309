// Our median against a plain C program's, for 8-byte `lock add` aligned and line-split: in slices of a
// millisecond or so, in turn, on one CPU, under the same probes. Usage: bench-against-c PLAIN_LOOP [ROUNDS]

import Glibc
import LockKernels
import Machine
import Measurement

/// After each of our rounds, lets the C program measure the same two things.
struct Alternation: CostObserver {
  let peer: Peer
  let cpu: Int
  /// ns an operation by round and offset, of undisturbed slices.
  private(set) var theirs: [Int: [Int: Double]] = [:]
  private(set) var splitLocks = 0

  init(peer: Peer, cpu: Int) {
    self.peer = peer
    self.cpu = cpu
  }

  /// What the C program does in a slice. Split locks come in bursts as long as ours: on a Zen 4 guest their cost rises
  /// by 5 % from the first 16 of a burst to the 160th.
  static let slices = [(offset: 0, count: 50_000, bursts: 4), (offset: 60, count: 48, bursts: 8)]

  mutating func finishedRound(
    _ experiment: CostExperiment, groups: [(cell: Int, group: Group)]
  ) throws {
    guard let rule = experiment.cpuFindings.first?.rule else { return }
    let microsecond = experiment.clock.ticks(seconds: 1e-6)
    try CpuPin.pinned(to: cpu) {
      for slice in Alternation.slices {
        let before = Probe.take(ticksPerMicrosecond: microsecond)
        let bursts = try (0..<slice.bursts).map { _ in
          try peer.measure(offset: slice.offset, count: slice.count)
        }
        let after = Probe.take(ticksPerMicrosecond: microsecond)
        if slice.offset != 0 { splitLocks += slice.bursts * (slice.count + 1) }
        // Our thread sleeps meanwhile: that it was switched out is no disturbance of the other's.
        guard rule.judge(before: before, after: after, preempted: false).isEmpty else { continue }
        theirs[experiment.roundsDone - 1, default: [:]][slice.offset] = Order.median(bursts)
      }
    }
    usleep(2000)
  }

  mutating func advanced(_ progress: CostProgress) {}
}

func compare(_ record: CellRecord, _ theirs: [Int: [Int: Double]], _ clock: TscClock) -> Bool {
  var ratios: [Double] = []
  var (ours, peers): ([Double], [Double]) = ([], [])
  for round in record.rounds where !round.isDisturbed {
    guard let other = theirs[round.number]?[record.cell.offset] else { continue }
    let own = clock.nanoseconds(round.ticks)
    ratios.append(own / other)
    ours.append(own)
    peers.append(other)
  }
  guard let ratio = Estimate(rounds: ratios), let low = ratio.low, let high = ratio.high,
    let own = Order.median(ours), let other = Order.median(peers)
  else {
    print("\(record.cell): too few undisturbed rounds")
    return false
  }
  let holds = (low <= 1 && 1 <= high) || (low >= 0.98 && high <= 1.02)
  print(
    "\(record.cell): ours \(Decimal.significant(own, 4)) ns, C \(Decimal.significant(other, 4)) ns, ratio"
      + " \(Decimal.fixed(ratio.value, 4)) [\(Decimal.fixed(low, 4)), \(Decimal.fixed(high, 4))] over"
      + " \(ratio.rounds) rounds: \(holds ? "holds" : "DOES NOT HOLD")")
  return holds
}

let machine = try MachineReport.ofThisMachine(watchMs: 0)
guard machine.policy.leavesAlone else {
  print(
    "skipped: Linux traps bus locks here (\(machine.policy.mode.rawValue)), and a loop of C would not survive it"
  )
  exit(0)
}
let cpu = machine.topology.cpus.last!.id
var plan = Plan(.standard)
plan.rounds = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 300 : 300
plan.mostRounds = plan.rounds
plan.budget = 1
plan.headlineBusLocks = 1_000_000
let planner = CellPlanner(
  plan: .quick, lineBytes: machine.processor.lineBytes, cpus: [cpu], hasOtherCpu: false)
let add = Kernel(.add, widthBytes: 8, locked: true)!
let cells = [
  Cell(kernel: add, placement: .aligned, offset: 0, cpu: cpu),
  Cell(kernel: add, placement: .lineSplit, offset: 60, cpu: cpu),
]
let experiment = CostExperiment(
  plan: plan, cells: cells, planner: planner, seed: 1, machine: machine, otherCpus: [:])
var alternation = Alternation(
  peer: try Peer(program: CommandLine.arguments[1], cpu: cpu), cpu: cpu)
try experiment.run(&alternation)
let held = experiment.records.map { compare($0, alternation.theirs, experiment.clock) }
print("split locks: ours \(experiment.budget.operations), the C program's \(alternation.splitLocks)")
exit(held.allSatisfy { $0 } ? 0 : 1)
