/// One logical CPU. Indices other than `id` are hwloc's logical ones, unique in the machine.
public struct LogicalCpu: Codable, Sendable, Equatable {
  /// Linux's number of the CPU.
  public var id: Int
  public var core: Int
  public var package: Int
  public var die: Int?
  public var l2: Int?
  public var l3: Int?
  public var numaNode: Int
  public var coreKind: CoreKind
  public var l1dBytes: Int?
  public var l2Bytes: Int?
  public var l3Bytes: Int?
}

public enum CoreKind: String, Codable, Sendable { case uniform, performance, efficiency }
