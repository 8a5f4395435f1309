import LockKernels

/// What a request asks for and cannot have, in words.
extension CellPlanner {
  /// What was asked for by name and cannot exist, with the reason; the rest is measured.
  public func refusals(of request: CellRequest) -> [String] {
    var refusals: [String] = []
    for instruction in request.instructions where !request.widths.isEmpty {
      let widths = instruction.widths.map(String.init).joined(separator: ", ")
      for width in request.widths where !instruction.widths.contains(width) {
        refusals.append("\(instruction.rawValue) has no width \(width), only \(widths)")
      }
    }
    guard !request.instructions.isEmpty || !request.widths.isEmpty else { return refusals }
    for kernel in kernels(for: request)
    where kernel.isLocked || kernel.instruction.hasPlainForm && !kernel.instruction.hasLockedForm {
      // Only what was named: nobody who asks for all widths of an instruction has asked to split one byte.
      guard !request.widths.isEmpty || kernel.instruction == .cmpxchg16b else { continue }
      for placement in request.placements {
        if let reason = placement.impossibility(for: kernel) { refusals.append(reason) }
      }
    }
    return refusals + offsetRefusals(request)
  }

  /// Widths of the request that have no operand at an offset which another width has.
  private func offsetRefusals(_ request: CellRequest) -> [String] {
    guard !request.widths.isEmpty else { return [] }
    return request.placements.filter { $0 != .aligned }.flatMap { placement in
      request.widths.compactMap { width -> String? in
        let offsets = placement.offsets(widthBytes: width, lineBytes: lineBytes)
        guard let first = offsets.first, let last = offsets.last, !request.offsets.isEmpty,
          !request.offsets.contains(where: offsets.contains)
        else { return nil }
        return "\(placement.rawValue) of width \(width) has offsets \(first)...\(last) only"
      }
    }
  }

  /// Whether some operand of the request lies at this offset.
  func isPossible(_ offset: Int, _ kernels: [Kernel], _ request: CellRequest) -> Bool {
    placements(request).contains { placement in
      kernels.contains { kernel in
        placement.impossibility(for: kernel) == nil
          && placement.offsets(widthBytes: kernel.widthBytes, lineBytes: lineBytes).contains(offset)
      }
    }
  }

  func impossible(
    _ offset: Int, _ kernels: [Kernel], _ request: CellRequest
  ) -> ImpossibleRequest {
    let widths = Set(kernels.map(\.widthBytes)).sorted()
    let valid = placements(request).map { placement in
      let ranges = widths.compactMap { width -> String? in
        let offsets = placement.offsets(widthBytes: width, lineBytes: lineBytes)
        guard let first = offsets.first, let last = offsets.last else { return nil }
        return "\(first)...\(last) for width \(width)"
      }
      return "\(placement.rawValue): \(ranges.isEmpty ? "none" : ranges.joined(separator: ", "))"
    }
    return ImpossibleRequest(
      description: "no operand lies at offset \(offset): valid offsets in a \(lineBytes)-byte line are"
        + " \(valid.joined(separator: "; "))")
  }

  func noKernel(_ request: CellRequest) -> ImpossibleRequest {
    if !hasCmpxchg16b && request.instructions == [.cmpxchg16b] {
      return ImpossibleRequest(description: "this CPU has no CMPXCHG16B (CPUID.01H:ECX[13])")
    }
    let instructions = request.instructions.isEmpty ? Instruction.allCases : request.instructions
    let widths = instructions.map {
      "\($0.rawValue) has \($0.widths.map(String.init).joined(separator: ", "))"
    }
    return ImpossibleRequest(
      description: "no instruction has width \(request.widths.map(String.init).joined(separator: ",")):"
        + " \(widths.joined(separator: "; "))")
  }
}

/// A combination that no x86 CPU executes.
public struct ImpossibleRequest: Error, CustomStringConvertible, Sendable {
  public let description: String
}
