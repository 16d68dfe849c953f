import SystemPackage

/// How much memory files may take that have been read: what the system has to give, and what the process' group may have.
enum AvailableMemory {
  /// In bytes. Where nobody says, 1 GiB.
  static var byteCount: UInt64 {
    let meminfo = ProcFile.contents(of: "/proc/meminfo")
    let line = meminfo.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    // Where there is no limit, this is "max".
    let limit = UInt64(ProcFile.contents(of: "/sys/fs/cgroup/memory.max").prefix { $0.isNumber })
    return min(kilobytes.map { $0 << 10 } ?? 1 << 30, limit ?? .max)
  }
}
