import Testing

@testable import PolicyModel

/// A built-in scenario by name.
func scenario(_ name: String) throws -> Scenario {
  try #require(Scenario.builtIn.first { $0.name == name })
}

/// One replicate of a scenario under the policy of an id.
func tally(_ name: String, _ policy: String, seed: UInt64 = 1, seconds: Int? = nil) throws -> Tally {
  var scenario = try scenario(name)
  if let seconds { scenario.seconds = seconds }
  return try tally(scenario, policy, seed: seed)
}

func tally(_ scenario: Scenario, _ policy: String, seed: UInt64 = 1) throws -> Tally {
  let choice = try #require(PolicyChoice(id: policy), "\(policy)")
  return choice.tally(scenario, .committed, seed: seed, replicate: 0)
}

/// A scenario of tasks on cores of their own.
func offenders(_ count: Int, rateHz: Int? = nil, seconds: Int = 10) -> Scenario {
  Scenario(
    name: "offenders", summary: "", seconds: seconds,
    host: .init(coresPerPackage: max(count, 1), detects: [.splitLock, .busLock]),
    actors: [.init(name: "tasks", kind: .task, count: count, cpus: Array(0..<count), rateHz: rateHz)])
}

/// The crowd's minute in a second, with all that befalls it.
func hurriedCrowd() throws -> Scenario {
  var crowd = try scenario("crowd")
  crowd.seconds = 1
  for index in crowd.events.indices { crowd.events[index].atMs /= 5 }
  for index in crowd.actors.indices { crowd.actors[index].fromMs /= 5 }
  return crowd
}
