import LockKernels

/// What a person asked to measure. Empty means everything the plan has.
public struct CellRequest: Sendable, Equatable {
  public var instructions: [Instruction] = []
  public var widths: [Int] = []
  public var placements: [Placement] = []
  public var offsets: [Int] = []
  public init() {}
}

/// Turns a plan and a request into cells, each split cell with its controls.
public struct CellPlanner: Sendable {
  public let plan: Plan.Name
  public let lineBytes: Int
  public let cpus: [Int]
  /// Whether a second CPU can modify lines.
  public let hasOtherCpu: Bool
  /// Whether the CPU has CMPXCHG16B (CPUID.01H:ECX[13]).
  public let hasCmpxchg16b: Bool

  public init(
    plan: Plan.Name, lineBytes: Int, cpus: [Int], hasOtherCpu: Bool, hasCmpxchg16b: Bool = true
  ) {
    self.plan = plan
    self.lineBytes = lineBytes
    self.cpus = cpus
    self.hasOtherCpu = hasOtherCpu
    self.hasCmpxchg16b = hasCmpxchg16b
  }

  /// Instructions whose every straddling offset the standard plan measures.
  static let swept: [Instruction] = [.add, .xchg, .cmpxchg]
  /// Instructions of the headline cells, 8 bytes wide.
  static let headline: [Instruction] = [.add, .xchg, .cmpxchg]
  static let headlineWidth = 8

  /// Whether a cell is measured until its interval is narrow.
  public func isHeadline(_ cell: Cell) -> Bool {
    guard cell.kernel.isLocked, CellPlanner.headline.contains(cell.kernel.instruction),
      cell.kernel.widthBytes == CellPlanner.headlineWidth, cell.lineState == .hot,
      cell.between == .nothing
    else { return false }
    switch cell.placement {
    case .aligned: return cell.offset == 0
    case .lineSplit:
      return cell.offset
        == Placement.lineSplit.typicalOffset(
          widthBytes: CellPlanner.headlineWidth, lineBytes: lineBytes)
    case .withinLine, .pageSplit: return false
    }
  }

  /// The cells of a run that are measured until their intervals are narrow: where a request leaves no headline cell but
  /// only a few others, those.
  public func headlines(among cells: [Cell]) -> Set<Cell> {
    let headlines = cells.filter(isHeadline)
    guard headlines.isEmpty else { return Set(headlines) }
    let others = cells.filter {
      $0.kernel.isLocked && $0.lineState == .hot && $0.between == .nothing && $0.placement != .withinLine
    }
    return others.count <= CellPlanner.mostStandIns ? Set(others) : []
  }

  /// More cells than one instruction has at all widths would not become precise in a plan's time.
  private static let mostStandIns = 10

  /// All cells, without duplicates, in a stable order.
  ///
  /// - Throws: `ImpossibleRequest` if an asked-for combination cannot exist, saying why.
  public func cells(for request: CellRequest) throws(ImpossibleRequest) -> [Cell] {
    var list: [Cell] = []
    var known: Set<Cell> = []
    func add(_ cell: Cell) {
      if known.insert(cell).inserted { list.append(cell) }
    }
    let kernels = kernels(for: request)
    guard !kernels.isEmpty else { throw noKernel(request) }
    for offset in request.offsets where !isPossible(offset, kernels, request) {
      throw impossible(offset, kernels, request)
    }

    for cpu in cpus {
      for kernel in kernels {
        for placement in placements(request) {
          for offset in offsets(of: kernel, at: placement, for: request) {
            let cell = Cell(kernel: kernel, placement: placement, offset: offset, cpu: cpu)
            add(cell)
            for control in controls(of: cell) { add(control) }
          }
        }
      }
    }
    guard !list.isEmpty else {
      throw ImpossibleRequest(description: refusals(of: request).joined(separator: "; "))
    }
    for cell in list where hasVariants(cell) {
      for variant in variants(of: cell) {
        add(variant)
        for control in controls(of: variant) { add(control) }
      }
    }
    return list
  }

  private func offsets(of kernel: Kernel, at placement: Placement, for request: CellRequest) -> [Int] {
    guard placement.impossibility(for: kernel) == nil else { return [] }
    let all = placement.offsets(widthBytes: kernel.widthBytes, lineBytes: lineBytes)
    if !request.offsets.isEmpty { return all.filter(request.offsets.contains) }
    let sweeps: Bool
    switch plan {
    case .quick: sweeps = false
    case .standard: sweeps = placement.isSplit && CellPlanner.swept.contains(kernel.instruction)
    case .thorough: sweeps = placement != .aligned
    }
    if sweeps { return all }
    return placement.typicalOffset(widthBytes: kernel.widthBytes, lineBytes: lineBytes).map { [$0] } ?? []
  }

  /// What has to be measured in the same round as a split cell: aligned, within one line, and not locked.
  private func controls(of cell: Cell) -> [Cell] {
    guard cell.placement.isSplit else { return cell == cell.aligned ? [] : [cell.aligned] }
    var controls = [cell.aligned]
    var within = cell
    within.placement = .withinLine
    if let offset = Placement.withinLine.typicalOffset(
      widthBytes: cell.kernel.widthBytes, lineBytes: lineBytes)
    {
      within.offset = offset
      controls.append(within)
    }
    if cell.kernel.isLocked, let plain = cell.plain { controls += [plain, plain.aligned] }
    return controls.filter(isExecutable)
  }

  /// Headline cells, and the page-split ones beside them.
  private func hasVariants(_ cell: Cell) -> Bool {
    var neighbour = cell
    if cell.placement == .pageSplit { neighbour.placement = .lineSplit }
    return isHeadline(neighbour)
  }

  /// Other line states and surroundings of a headline cell.
  private func variants(of cell: Cell) -> [Cell] {
    var variants: [Cell] = []
    for state in LineState.allCases where state != .hot {
      if state == .otherCpuModified && !hasOtherCpu { continue }
      var variant = cell
      variant.lineState = state
      variants.append(variant)
    }
    var working = cell
    working.between = .independentAdds
    variants.append(working)
    return variants.filter(isExecutable)
  }

  /// Only 8-byte `add` exists with work between operations, and only where it is a control or line-split.
  private func isExecutable(_ cell: Cell) -> Bool {
    cell.between == .nothing
      || cell.kernel.functions.loopWithWork != nil && cell.placement != .pageSplit
        && cell.placement != .withinLine && (cell.kernel.isLocked || cell.placement == .aligned)
  }

  /// The kernels that a request leaves.
  func kernels(for request: CellRequest) -> [Kernel] {
    Kernel.all.filter { kernel in
      (request.instructions.isEmpty || request.instructions.contains(kernel.instruction))
        && (request.widths.isEmpty || request.widths.contains(kernel.widthBytes))
        && (hasCmpxchg16b || kernel.instruction != .cmpxchg16b)
    }
  }

  func placements(_ request: CellRequest) -> [Placement] {
    request.placements.isEmpty ? Placement.allCases : request.placements
  }
}
