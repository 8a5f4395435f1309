import ArgumentParser
import DetectionControl
import Glibc
import Machine
import Reporting

extension SplitBench.Msr {
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Read and decode the detection registers of every CPU. Changes nothing unless told to load a module.",
      discussion: """
        Shows IA32_CORE_CAPABILITIES (0xCF), MSR_MEMORY_CTRL (0x33) and IA32_DEBUGCTL (0x1D9), beside what Linux \
        believes of them by its policy. CPUs that read alike share a line. 0x33 is read only where 0xCF or Linux \
        says that it exists. Exit code 2 if nothing can be read.
        """)

    @Flag(help: "Print JSON.")
    var json = false

    @Option(help: ArgumentHelp("CPUs to read: \(CpuSelection.grammar).", valueName: "list"))
    var cpu: CpuSelection?

    @Flag(help: "Load Linux's msr module first (modprobe msr); it stays loaded.")
    var loadModule = false

    func run() throws {
      try exitingCleanly {
        if loadModule { try loadMsrModule() }
        let machine = try MachineReport.ofThisMachine(watchMs: 0)
        let cpus = try cpu?.resolve(in: machine.topology) ?? machine.topology.cpus
        let ids = Set(cpus.map(\.id))
        let report = MsrReport(
          access: MsrAccess(cpu: cpus[0].id, files: .live), policy: machine.policy,
          registers: machine.registers.filter { ids.contains($0.cpu) })
        // JSON says why of every register.
        if json { try emit(try Json.text(report)) }
        if let failure = report.failure { throw RegistersUnreadable(reason: failure) }
        for change in ControlNotice.changes(.live) { complain("note: \(change)") }
        if !json { try emit(report.text) }
      }
    }

    private func loadMsrModule() throws {
      var child = pid_t()
      let words: [UnsafeMutablePointer<CChar>?] =
        ["modprobe", "msr"].map { (word: String) in strdup(word) } + [nil]
      defer { for word in words { free(word) } }
      let error = posix_spawnp(&child, "modprobe", nil, nil, words, environ)
      guard error == 0 else { throw ModuleNotLoaded(reason: "modprobe: " + String(cString: strerror(error))) }
      var status: Int32 = 0
      while waitpid(child, &status, 0) < 0 && errno == EINTR {}
      guard status == 0 else { throw ModuleNotLoaded(reason: "modprobe failed") }
    }
  }
}

/// Nothing could be read.
struct RegistersUnreadable: Error, CustomStringConvertible {
  let reason: String
  var description: String { "cannot read model-specific registers: \(reason)" }
}

/// The msr module could not be loaded.
struct ModuleNotLoaded: Error, CustomStringConvertible {
  let reason: String
  var description: String {
    "cannot load the msr module: \(reason); it needs root, kmod, and a Linux with CONFIG_X86_MSR=m"
  }
}
