import FoundationEssentials

extension Scenario {
  /// Version of the file format that is read.
  static let version = 1
  static let cpuLimit = 4096
  static let runnerLimit = 10_000

  /// Reads a scenario.
  ///
  /// - Throws: `DecodingError` with the path of the key at fault; unknown keys are at fault too.
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(Scenario.self, from: Data(json))
  }
}

extension Scenario: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case version, name, summary, seconds, host, actors, events, bystander, costs
  }

  public init(from decoder: any Decoder) throws {
    let values = try StrictContainer<CodingKeys>(decoder)
    _ = try values.integer(.version, in: Scenario.version...Scenario.version)
    name = try values.text(.name)
    summary = try values.text(.summary, default: "")
    seconds = try values.integer(.seconds, in: 1...3600)
    let host: Host = try values.value(.host)
    self.host = host
    let actors: [Actor] = try values.value(.actors)
    self.actors = actors
    events = try values.value(.events, default: [])
    bystander = try values.optional(.bystander)
    costs = try values.value(.costs, default: CostChanges())

    try values.require(runners <= Scenario.runnerLimit, .actors, "more than \(Scenario.runnerLimit) in all")
    let named = actors.flatMap { $0.cpus ?? [] } + events.compactMap(\.cpu)
    let missing = named.first { $0 >= host.cpus }
    try values.require(
      missing == nil, .host, "has CPUs 0 to \(host.cpus - 1); there is no CPU \(missing ?? 0)")
  }
}

extension Scenario.Host: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case packages
    case coresPerPackage = "cores_per_package"
    case threadsPerCore = "threads_per_core"
    case timerHz = "timer_hz"
    case detects
  }

  public init(from decoder: any Decoder) throws {
    let values = try StrictContainer<CodingKeys>(decoder)
    let cpus = 1...Scenario.cpuLimit
    packages = try values.integer(.packages, in: cpus, default: 1)
    coresPerPackage = try values.integer(.coresPerPackage, in: cpus)
    threadsPerCore = try values.integer(.threadsPerCore, in: 1...8, default: 1)
    timerHz = try values.integer(.timerHz, in: 100...1000, default: 250)
    detects = Set(try values.words(.detects, default: [.splitLock]))
    try values.require(
      self.cpus <= Scenario.cpuLimit, .coresPerPackage, "more than \(Scenario.cpuLimit) CPUs")
  }
}

extension Scenario.Actor: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, kind, count, vcpus, cpus, chance, detection
    case rateHz = "rate_hz"
    case onMs = "on_ms"
    case offMs = "off_ms"
    case migrationsHz = "migrations_hz"
    case fromMs = "from_ms"
    case toMs = "to_ms"
    case exitsHz = "exits_hz"
  }

  public init(from decoder: any Decoder) throws {
    let values = try StrictContainer<CodingKeys>(decoder)
    let ms = 0...3_600_000
    name = try values.text(.name)
    kind = try values.word(.kind)
    count = try values.integer(.count, in: 1...Scenario.runnerLimit, default: 1)
    vcpus = try values.integer(.vcpus, in: 1...1024, default: 1)
    cpus = try values.optional(.cpus)
    try values.require(
      cpus.map { !$0.isEmpty && $0.allSatisfy { $0 >= 0 } } ?? true, .cpus, "must name CPUs, from 0 on")
    rateHz = try values.optionalInteger(.rateHz, in: 0...1_000_000_000)
    let on = try values.optionalInteger(.onMs, in: 1...ms.upperBound)
    let off = try values.optionalInteger(.offMs, in: 1...ms.upperBound)
    try values.require((on == nil) == (off == nil), on == nil ? .onMs : .offMs, "is missing beside the other")
    phases = on.flatMap { on in off.map { Phases(onMs: on, offMs: $0) } }
    migrationsHz = try values.integer(.migrationsHz, in: 0...10_000, default: 0)
    fromMs = try values.integer(.fromMs, in: ms, default: 0)
    toMs = try values.optionalInteger(.toMs, in: ms)
    try values.require(toMs.map { $0 > fromMs } ?? true, .toMs, "is not behind from_ms")
    let chance: Double = try values.optional(.chance) ?? 1
    try values.require((0...1).contains(chance), .chance, "must be from 0 to 1")
    self.chance = Int(chance * Double(Fixed.million) + 0.5)
    exitsHz = try values.integer(.exitsHz, in: 1...100_000, default: 250)
    let word: Switch? = try values.optionalWord(.detection)
    detection = word.map { $0 == .on }
    if kind != .guest {
      for key in [CodingKeys.vcpus, .exitsHz, .detection] {
        try values.require(!values.has(key), key, "belongs to guests alone")
      }
    }
  }

  private enum Switch: String, CaseIterable { case on, off }
}

extension Scenario.Event: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case atMs = "at_ms"
    case what = "do"
    case cpu
  }

  private enum Verb: String, CaseIterable { case disable, enable, offline, online, suspend }

  public init(from decoder: any Decoder) throws {
    let values = try StrictContainer<CodingKeys>(decoder)
    atMs = try values.integer(.atMs, in: 0...3_600_000)
    let verb: Verb = try values.word(.what)
    let isOfCpu = verb == .offline || verb == .online
    try values.require(
      values.has(.cpu) == isOfCpu, .cpu, "belongs to offline and online alone, and there it must be")
    func cpu() throws -> Int { try values.integer(.cpu, in: 0...Scenario.cpuLimit - 1) }
    what =
      switch verb {
      case .disable: .detection(false)
      case .enable: .detection(true)
      case .offline: .offline(cpu: try cpu())
      case .online: .online(cpu: try cpu())
      case .suspend: .suspend
      }
  }

  fileprivate var cpu: Int? {
    switch what {
    case .offline(let cpu), .online(let cpu): cpu
    case .detection, .suspend: nil
    }
  }
}

extension CostChanges: Decodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case splitLockNs = "split_lock_ns"
    case alignmentCheckNs = "trap_ns"
    case busLockTrapNs = "db_trap_ns"
    case msrWriteNs = "msr_write_ns"
    case vmExitNs = "vm_exit_ns"
  }

  public init(from decoder: any Decoder) throws {
    let values = try StrictContainer<CodingKeys>(decoder)
    let ns = 1...1_000_000_000
    splitLockNs = try values.optionalInteger(.splitLockNs, in: ns)
    alignmentCheckNs = try values.optionalInteger(.alignmentCheckNs, in: ns)
    busLockTrapNs = try values.optionalInteger(.busLockTrapNs, in: ns)
    msrWriteNs = try values.optionalInteger(.msrWriteNs, in: ns)
    vmExitNs = try values.optionalInteger(.vmExitNs, in: ns)
  }
}
