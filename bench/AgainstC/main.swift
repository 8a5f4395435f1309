// Our median against a plain C program's, for 8-byte `lock add` aligned and line-split: in slices of a
// millisecond or so, in turn, on one CPU, under the same probes. One line a cell: placement, rounds, our ns, its ns,
// ratio. Usage: bench-against-c PLAIN_LOOP ROUNDS

import Glibc
import LockKernels
import Machine
import Measurement

/// After each of our rounds, lets the C program measure the same two things.
struct Alternation {
  let peer: Peer
  let cpu: Int
  /// ns an operation by round and offset, of undisturbed slices.
  private(set) var theirs: [Int: [Int: Double]] = [:]

  init(peer: Peer, cpu: Int) {
    self.peer = peer
    self.cpu = cpu
  }

  /// What the C program does in a slice: bursts as long as ours, each at another address, since costs depend on both.
  /// On a Zen 4 guest a split lock costs 5 % more as the 160th of a burst than among the first 16, and an aligned
  /// `lock add` changes between 6.2 and 7.9 core cycles while the core gets used to an address.
  static let slices = [
    (offset: 0, count: 3 * (2048 + 8192), bursts: 12), (offset: 60, count: 48, bursts: 8),
  ]

  mutating func finishedRound(_ experiment: CostExperiment) throws {
    guard let rule = experiment.cpuFindings.first?.rule else { return }
    let microsecond = experiment.clock.ticks(seconds: 1e-6)
    try CpuPin.pinned(to: cpu) {
      for slice in Alternation.slices {
        let before = Probe.take(ticksPerMicrosecond: microsecond)
        let bursts = try (0..<slice.bursts).map { _ in
          try peer.measure(offset: slice.offset, count: slice.count)
        }
        let after = Probe.take(ticksPerMicrosecond: microsecond)
        // Our thread sleeps meanwhile: that it was switched out is no disturbance of the other's.
        guard rule.judge(before: before, after: after, preempted: false).isEmpty else { continue }
        theirs[experiment.roundsDone - 1, default: [:]][slice.offset] = Order.median(bursts)
      }
    }
    usleep(2000)
  }
}

func compare(_ record: CellRecord, _ theirs: [Int: [Int: Double]], _ clock: TscClock) -> String? {
  var (ours, peers, ratios): ([Double], [Double], [Double]) = ([], [], [])
  for round in record.rounds where !round.isDisturbed {
    guard let other = theirs[round.number]?[record.cell.offset] else { continue }
    let own = clock.nanoseconds(round.ticks)
    ours.append(own)
    peers.append(other)
    ratios.append(own / other)
  }
  guard let ratio = Estimate(rounds: ratios), let own = Order.median(ours), let other = Order.median(peers)
  else { return nil }
  let numbers = [own, other, ratio.value].map { Decimal.significant($0) }
  return "\(record.cell.placement.rawValue) \(ratio.rounds) \(numbers.joined(separator: " "))"
}

guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]), rounds > 0 else {
  print("usage: bench-against-c PLAIN_LOOP ROUNDS")
  exit(64)
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
plan.rounds = rounds
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
  CostDesign(plan: plan, cells: cells, planner: planner),
  on: Bench(machine: machine, seed: 1, control: nil))
var alternation = Alternation(
  peer: try Peer(program: CommandLine.arguments[1], cpu: cpu), cpu: cpu)
try experiment.run(progress: { _ in }, finishedRound: { try alternation.finishedRound($0) })
for record in experiment.records {
  if let line = compare(record, alternation.theirs, experiment.clock) { print(line) }
}
