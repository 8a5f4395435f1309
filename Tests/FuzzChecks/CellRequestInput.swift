import DetectionControl
import LockKernels
import Measurement

/// Words, each of them an instruction, a placement, a plan, a setting, `w` and a width, `o` and an offset, or `l` and a line's size:
/// a request for cells.
///
/// What must hold: cells that can exist, each once, as asked for, with their controls; or a reason.
struct CellRequestInput: FuzzedInput {
  func fault(in bytes: [UInt8]) -> String? {
    var request = CellRequest()
    var (plan, lineBytes) = (Plan.Name.standard, 64)
    for word in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
    {
      if let instruction = Instruction(rawValue: word) { request.instructions.append(instruction) }
      if let placement = Placement(rawValue: word) { request.placements.append(placement) }
      if let name = Plan.Name(rawValue: word) { plan = name }
      if let setting = Setting(word), Setting(setting.id) != setting { return "\(word) is not \(setting.id)" }
      let value = String(word.dropFirst())
      switch word.first {
      case "w": request.widths += Width(word: value).map { [$0.bytes] } ?? []
      case "o": request.offsets += Offset(word: value).map { [$0.bytes] } ?? []
      // The sizes of lines that x86 CPUs have had.
      case "l": lineBytes = Int(value).flatMap { [32, 64, 128].contains($0) ? $0 : nil } ?? lineBytes
      default: break
      }
    }
    for hasMore in [true, false] {
      let planner = CellPlanner(
        plan: plan, lineBytes: lineBytes, cpus: [3], hasOtherCpu: hasMore, hasCmpxchg16b: hasMore)
      if let fault = fault(of: planner, request) { return fault }
    }
    return nil
  }

  private func fault(of planner: CellPlanner, _ request: CellRequest) -> String? {
    _ = planner.refusals(of: request)
    let cells: [Cell]
    do throws(ImpossibleRequest) {
      cells = try planner.cells(for: request)
    } catch {
      return error.description.isEmpty ? "refused without a reason" : nil
    }
    let set = Set(cells)
    if cells.isEmpty || set.count != cells.count { return "\(cells.count) cells, \(set.count) different" }
    if !planner.headlines(among: cells).isSubset(of: set) { return "a headline that is not measured" }
    return cells.lazy.compactMap { fault(of: $0, among: set, planner, request) }.first
  }

  private func fault(
    of cell: Cell, among cells: Set<Cell>, _ planner: CellPlanner, _ request: CellRequest
  ) -> String? {
    let width = cell.kernel.widthBytes
    let offsets = cell.placement.offsets(widthBytes: width, lineBytes: planner.lineBytes)
    if !offsets.contains(cell.offset) || cell.placement.impossibility(for: cell.kernel) != nil {
      return "\(cell) cannot be"
    }
    if !request.instructions.isEmpty && !request.instructions.contains(cell.kernel.instruction)
      || !request.widths.isEmpty && !request.widths.contains(width)
    {
      return "nobody asked for \(cell)"
    }
    guard cell.placement.isSplit else { return nil }
    if !request.placements.isEmpty && !request.placements.contains(cell.placement)
      || !request.offsets.isEmpty && !request.offsets.contains(cell.offset)
    {
      return "nobody asked for \(cell)"
    }
    return cells.contains(cell.aligned) ? nil : "\(cell) without \(cell.aligned)"
  }
}
