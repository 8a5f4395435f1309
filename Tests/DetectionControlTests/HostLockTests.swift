import Foundation
import Machine
import Synchronization
import SystemPackage
import Testing

@testable import DetectionControl

/// Folders of a machine in place of /run/lock and /tmp.
private final class LockFolders {
  let root = FilePath(NSTemporaryDirectory()).appending("locks-\(UUID().uuidString)")
  var files: FileTree { FileTree(root: root) }

  init(_ folders: [String: mode_t] = ["run/lock": 0o1777, "tmp": 0o1777]) throws {
    try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
    for (folder, mode) in folders {
      try FileManager.default.createDirectory(atPath: path(folder), withIntermediateDirectories: true)
      chmod(path(folder), mode)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  func path(_ name: String) -> String { root.appending(FilePath(name).components).string }
  func has(_ name: String) -> Bool { access(path(name), F_OK) == 0 }
}

@Suite struct HostLockTests {
  private static let first = "run/lock/splitbench.lock"
  private static let second = "tmp/splitbench.lock"

  @Test func theSecondIsToldWhoAndSinceWhen() throws {
    let folders = try LockFolders()
    let before = time(nil)
    var held: HostLock? = try HostLock(folders.files)
    let busy = try #require(throws: HostBusy.self) { try HostLock(folders.files, patience: 0.1) }
    #expect(busy.process == Int(getpid()))
    #expect((before...time(nil)).contains(busy.sinceUnixSeconds))
    #expect(!folders.has(Self.second))
    withExtendedLifetime(held) {}
    held = nil
    _ = try HostLock(folders.files, patience: 0)
  }

  /// As what a killed run leaves behind does.
  @Test func oneThatLetsGoSoonIsWaitedFor() throws {
    let folders = try LockFolders()
    let held = Mutex<HostLock?>(try HostLock(folders.files))
    #expect(throws: HostBusy.self) { try HostLock(folders.files, patience: 0) }
    Thread.detachNewThread {
      usleep(100_000)
      held.withLock { $0 = nil }
    }
    _ = try HostLock(folders.files, patience: 60)
  }

  /// Otherwise the first user would shut the others out.
  @Test func everyUserMayOpenIt() throws {
    let folders = try LockFolders()
    let mask = umask(0o077)
    defer { umask(mask) }
    _ = try HostLock(folders.files)
    var status = stat()
    #expect(stat(folders.path(Self.first), &status) == 0 && status.st_mode & 0o777 == 0o666)
  }

  /// Root could write there, others could not: they would hold different locks.
  @Test(arguments: [["run/lock": mode_t(0o755), "tmp": 0o1777], ["tmp": 0o1777]])
  func aFolderOfRootsOwnIsPassedOver(modes: [String: mode_t]) throws {
    let folders = try LockFolders(modes)
    let held = try HostLock(folders.files)
    #expect(folders.has(Self.second) && !folders.has(Self.first))
    withExtendedLifetime(held) {}
  }

  @Test(arguments: [[:], ["run/lock": mode_t(0o755)], ["run/lock": 0o777, "tmp": 0o1775]])
  func withoutAFolderItSaysWhy(modes: [String: mode_t]) throws {
    let folders = try LockFolders(modes)
    let none = try #require(throws: NoHostLock.self) { try HostLock(folders.files) }
    #expect(none.reason.contains("/run/lock") && none.reason.contains("/tmp"))
  }

  enum Planted: CaseIterable { case link, danglingLink, hardLink, pipe, folder }

  /// Anyone may put something of that name there. It is neither followed, nor waited for, nor written to.
  @Test(arguments: Planted.allCases)
  func whatIsPlantedIsLeftAlone(_ planted: Planted) throws {
    let folders = try LockFolders()
    let (place, target) = (folders.path(Self.first), folders.path("target"))
    try Data("precious".utf8).write(to: URL(filePath: target))
    switch planted {
    case .link: symlink(target, place)
    case .danglingLink: symlink(target + "-none", place)
    case .hardLink: link(target, place)
    case .pipe: mkfifo(place, 0o666)
    case .folder: mkdir(place, 0o777)
    }
    let held = try HostLock(folders.files)
    #expect(folders.has(Self.second), "the next folder serves")
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "precious" && !folders.has("target-none"))
    withExtendedLifetime(held) {}
  }

  @Test(arguments: ["", "-1", "0", "1e3", "\u{1B}[31m1", "999999999"])
  func aHolderThatIsNotToBeSeenHasNoNumber(text: String) throws {
    let folders = try LockFolders()
    let held = try HostLock(folders.files)
    try Data(text.utf8).write(to: URL(filePath: folders.path(Self.first)), options: [])
    let busy = try #require(throws: HostBusy.self) { try HostLock(folders.files, patience: 0) }
    #expect(busy.process == nil)
    withExtendedLifetime(held) {}
  }

  /// Cleaning up /tmp must not leave the next two with a lock each.
  @Test func aFileThatIsRemovedIsMadeAnew() throws {
    let folders = try LockFolders()
    _ = try HostLock(folders.files)
    unlink(folders.path(Self.first))
    let held = try HostLock(folders.files)
    #expect(throws: HostBusy.self) { try HostLock(folders.files, patience: 0) }
    withExtendedLifetime(held) {}
  }

  /// As a user whom nothing is allowed, if this one is root; on the calling thread alone (setfsuid(2)).
  private func unprivileged<Result>(_ body: () throws -> Result) rethrows -> Result {
    typealias SetUser = @convention(c) (uid_t) -> Int32
    let set = unsafeBitCast(dlsym(nil, "setfsuid"), to: SetUser.self)
    let before = uid_t(bitPattern: set(geteuid() == 0 ? 65534 : geteuid()))
    defer { _ = set(before) }
    return try body()
  }

  /// Another one holds it there: a lock in the next folder would keep nobody away.
  @Test func aLockThatIsRefusedIsNotReplaced() throws {
    let folders = try LockFolders()
    try Data().write(to: URL(filePath: folders.path(Self.first)))
    chmod(folders.path(Self.first), 0)
    let none = try #require(throws: NoHostLock.self) {
      try unprivileged { try HostLock(folders.files) }
    }
    #expect(none.reason.contains("/run/lock/splitbench.lock") && !folders.has(Self.second))
  }

  /// Its maker opens it to everyone a moment after it has made it. This one may come too late, but not every time.
  @Test func aRefusalIsBelievedTheSecondTime() throws {
    let taken = try (0..<20).contains { _ in
      let folders = try LockFolders()
      let place = folders.path(Self.first)
      try Data().write(to: URL(filePath: place))
      chmod(place, 0)
      let maker = Thread {
        usleep(20_000)
        chmod(place, 0o666)
      }
      maker.start()
      defer { while !maker.isFinished { usleep(1000) } }
      return (try? unprivileged { try HostLock(folders.files) }) != nil
    }
    #expect(taken)
  }

  /// As on a file system that is mounted for reading.
  @Test func aLockThatMayOnlyBeReadServes() throws {
    let folders = try LockFolders()
    try Data().write(to: URL(filePath: folders.path(Self.first)))
    chmod(folders.path(Self.first), 0o444)
    try unprivileged {
      let held = try HostLock(folders.files)
      #expect(!folders.has(Self.second) && held.doubt == nil)
      #expect(throws: HostBusy.self) { try HostLock(folders.files, patience: 0) }
      withExtendedLifetime(held) {}
    }
  }

  /// A line of /proc/self/mountinfo, the namespaces of this process and of PID 1, and whether others may see another /tmp.
  @Test(arguments: [
    ("22 1 8:1 / / rw - ext4 /dev/vda1 rw", "mnt:[1]", "mnt:[1]", false),
    ("30 22 8:1 /x/tmp /tmp rw shared:1 - ext4 /dev/vda1 rw", "mnt:[1]", "mnt:[1]", true),
    ("30 22 8:1 / /tmp/other rw - ext4 /dev/vda1 rw", "mnt:[1]", nil, false),
    ("22 1 8:1 / / rw - ext4 /dev/vda1 rw", "mnt:[2]", "mnt:[1]", true),
  ])
  func aPrivateFolderIsInDoubt(mount: String, own: String, first: String?, isDoubtful: Bool) throws {
    for modes in [["tmp": mode_t(0o1777)], ["run/lock": 0o1777, "tmp": 0o1777]] {
      let folders = try LockFolders(modes)
      for (process, namespace) in [("self", own), ("1", first)] {
        try FileManager.default.createDirectory(
          atPath: folders.path("proc/\(process)/ns"), withIntermediateDirectories: true)
        if let namespace { symlink(namespace, folders.path("proc/\(process)/ns/mnt")) }
      }
      try Data("\(mount)\n".utf8).write(to: URL(filePath: folders.path("proc/self/mountinfo")))
      let doubt = try HostLock(folders.files).doubt
      #expect(doubt?.contains("/tmp") == (isDoubtful && modes.count == 1 ? true : nil))
    }
  }
}
