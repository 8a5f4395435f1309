import CHost
import CHwloc
import Glibc

extension Topology {
  /// The machine that this process runs on, restricted to the CPUs that its affinity mask allows.
  public static func ofThisMachine() throws(TopologyFailure) -> Topology {
    var allowed = [Int32](repeating: 0, count: 4096)
    let count = chost_get_affinity(&allowed, Int32(allowed.count))
    guard count > 0 else {
      throw TopologyFailure(reason: "sched_getaffinity failed with errno \(-count)")
    }
    let ids = Set(allowed.prefix(Int(count)).map(Int.init))
    // hwloc says on standard error what it misses, and then does without.
    setenv("HWLOC_HIDE_ERRORS", "2", 0)
    return try load(allowed: ids.contains) {
      guard hidesNodes(.live) else { return 0 }
      let exclude = UInt(HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST.rawValue)
      return hwloc_topology_set_components($0, exclude, "linux")
    }
  }

  /// Whether /sys has the folder of NUMA nodes but none in it, as in some containers: hwloc 2.9 aborts there. CPUID tells it
  /// most of what it needs.
  static func hidesNodes(_ files: FileTree) -> Bool {
    let folder = "/sys/devices/system/node"
    return files.exists(folder) && !files.names(folder).contains { $0.hasPrefix("node") }
  }

  /// A machine described in hwloc's synthetic notation, such as `pack:2 l3:1 core:4 pu:2`.
  ///
  /// - Parameter efficiencyCpus: the notation has no core kinds; these CPUs are of the slower kind.
  public static func synthetic(
    _ description: String, allowed: (Int) -> Bool = { _ in true }, efficiencyCpus: Set<Int> = []
  ) throws(TopologyFailure) -> Topology {
    try load(allowed: allowed, efficiencyCpus: efficiencyCpus) {
      hwloc_topology_set_synthetic($0, description)
    }
  }

  private static func load(
    allowed: (Int) -> Bool, efficiencyCpus: Set<Int> = [], configure: (hwloc_topology_t) -> Int32
  ) throws(TopologyFailure) -> Topology {
    var handle: hwloc_topology_t?
    guard hwloc_topology_init(&handle) == 0, let topology = handle else {
      throw TopologyFailure(reason: "hwloc_topology_init failed")
    }
    defer { hwloc_topology_destroy(topology) }
    guard configure(topology) == 0 else {
      throw TopologyFailure(reason: "hwloc does not understand the synthetic description")
    }
    // Without it hwloc hides what a cgroup forbids, and the machine would look smaller than it is.
    hwloc_topology_set_flags(topology, UInt(HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED.rawValue))
    guard hwloc_topology_load(topology) == 0 else {
      throw TopologyFailure(reason: "hwloc_topology_load failed: is /sys readable?")
    }
    if !efficiencyCpus.isEmpty { register(efficiencyCpus, topology) }
    let kinds = coreKinds(topology)
    let total = Int(hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU))
    var cpus: [LogicalCpu] = []
    for index in 0..<total {
      guard let unit = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, UInt32(index)) else { continue }
      let id = Int(unit.pointee.os_index)
      guard allowed(id) else { continue }
      cpus.append(describe(unit, id: id, kind: kinds[id] ?? .uniform))
    }
    guard !cpus.isEmpty else {
      throw TopologyFailure(reason: "hwloc finds none of the CPUs this process may use")
    }
    return Topology(
      cpus: cpus.sorted { $0.id < $1.id },
      onlineCount: total,
      packageCount: max(1, Int(hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PACKAGE))),
      numaNodeCount: max(1, Int(hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE))),
      numaDistances: numaDistances(topology))
  }

  private static func numaDistances(_ topology: hwloc_topology_t) -> [Int: [Int: Int]] {
    var count: UInt32 = 1
    var matrix: UnsafeMutablePointer<hwloc_distances_s>?
    let latency = UInt(HWLOC_DISTANCES_KIND_MEANS_LATENCY.rawValue)
    guard hwloc_distances_get_by_type(topology, HWLOC_OBJ_NUMANODE, &count, &matrix, latency, 0) == 0,
      count > 0,
      let matrix
    else { return [:] }
    defer { hwloc_distances_release(topology, matrix) }
    let size = Int(matrix.pointee.nbobjs)
    var table: [Int: [Int: Int]] = [:]
    for row in 0..<size {
      for column in 0..<size {
        guard let from = matrix.pointee.objs[row], let to = matrix.pointee.objs[column] else { continue }
        table[Int(from.pointee.os_index), default: [:]][Int(to.pointee.os_index)] =
          Int(matrix.pointee.values[row * size + column])
      }
    }
    return table
  }

  private static func describe(_ unit: hwloc_obj_t, id: Int, kind: CoreKind) -> LogicalCpu {
    func ancestor(_ type: hwloc_obj_type_t) -> hwloc_obj_t? {
      var object = unit.pointee.parent
      while let candidate = object, candidate.pointee.type != type {
        object = candidate.pointee.parent
      }
      return object
    }
    func index(_ type: hwloc_obj_type_t) -> Int? { ancestor(type).map { Int($0.pointee.logical_index) } }
    func bytes(_ type: hwloc_obj_type_t) -> Int? {
      ancestor(type).flatMap { $0.pointee.attr }.map { Int($0.pointee.cache.size) }
    }
    let node = unit.pointee.nodeset.map { hwloc_bitmap_first($0) } ?? 0
    return LogicalCpu(
      id: id,
      core: index(HWLOC_OBJ_CORE) ?? id,
      package: index(HWLOC_OBJ_PACKAGE) ?? 0,
      die: index(HWLOC_OBJ_DIE),
      l2: index(HWLOC_OBJ_L2CACHE), l3: index(HWLOC_OBJ_L3CACHE),
      numaNode: max(0, Int(node)),
      coreKind: kind,
      l1dBytes: bytes(HWLOC_OBJ_L1CACHE),
      l2Bytes: bytes(HWLOC_OBJ_L2CACHE), l3Bytes: bytes(HWLOC_OBJ_L3CACHE))
  }

  /// Tells hwloc of two kinds of cores.
  private static func register(_ efficiencyCpus: Set<Int>, _ topology: hwloc_topology_t) {
    guard let slow = hwloc_bitmap_alloc(), let fast = hwloc_bitmap_alloc() else { return }
    defer {
      hwloc_bitmap_free(slow)
      hwloc_bitmap_free(fast)
    }
    for cpu in efficiencyCpus { hwloc_bitmap_set(slow, UInt32(cpu)) }
    hwloc_bitmap_andnot(fast, hwloc_topology_get_topology_cpuset(topology), slow)
    hwloc_cpukinds_register(topology, slow, 0, 0, nil, 0)
    hwloc_cpukinds_register(topology, fast, 1, 0, nil, 0)
  }

  /// The kind of every CPU on a hybrid machine; empty where all cores are alike.
  private static func coreKinds(_ topology: hwloc_topology_t) -> [Int: CoreKind] {
    let count = hwloc_cpukinds_get_nr(topology, 0)
    guard count > 1, let set = hwloc_bitmap_alloc() else { return [:] }
    defer { hwloc_bitmap_free(set) }
    var kinds: [Int: CoreKind] = [:]
    // hwloc ranks kinds by rising performance: the last kind has the performance cores.
    for index in 0..<count
    where hwloc_cpukinds_get_info(topology, UInt32(index), set, nil, nil, nil, 0) == 0 {
      var cpu = hwloc_bitmap_first(set)
      while cpu >= 0 {
        kinds[Int(cpu)] = index == count - 1 ? .performance : .efficiency
        cpu = hwloc_bitmap_next(set, cpu)
      }
    }
    return kinds
  }
}

/// The topology could not be found out.
public struct TopologyFailure: Error, CustomStringConvertible, Sendable {
  public let reason: String
  public var description: String { "cannot find out the CPU topology: \(reason)" }
}
