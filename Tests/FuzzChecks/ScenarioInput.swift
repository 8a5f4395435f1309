import PolicyModel

/// A scenario of `model`.
///
/// What must hold: it is refused with the key at fault, or what it asks for can be simulated.
struct ScenarioInput: FuzzedInput {
  func fault(in bytes: [UInt8]) -> String? {
    let scenario: Scenario
    do {
      scenario = try Scenario(json: bytes)
    } catch {
      return error is DecodingError ? nil : "refused by \(type(of: error))"
    }
    let host = scenario.host
    guard (1...4096).contains(host.cpus), (1...3600).contains(scenario.seconds) else {
      return "\(host.cpus) CPUs for \(scenario.seconds) s"
    }
    let actors = scenario.actors
    guard actors.allSatisfy({ $0.count >= 0 && $0.vcpus >= 0 && (0...Fixed.million).contains($0.chance) })
    else {
      return "actors that cannot be"
    }
    let runners = actors.reduce(0) { $0 + $1.count * $1.vcpus }
    guard runners <= 10_000 else { return "\(runners) runners" }
    let named = actors.flatMap { $0.cpus ?? [] }
    return named.allSatisfy((0..<host.cpus).contains) ? nil : "CPUs \(named) of \(host.cpus)"
  }
}
