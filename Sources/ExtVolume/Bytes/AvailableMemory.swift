import SystemPackage

/// How much memory files may take that have been read: what the system has to give, and what the process' group of cgroup v2 may
/// have.
enum AvailableMemory {
  /// Where the kernel tells of the process' group.
  private static var group: FilePath {
    let lines = ProcFile.contents(of: "/proc/self/cgroup").split(separator: "\n")
    let name = lines.first { $0.hasPrefix("0::/") }?.dropFirst(4) ?? ""
    return FilePath("/sys/fs/cgroup").appending(String(name))
  }

  /// In bytes. Where nobody says, 1 GiB.
  static var byteCount: UInt64 {
    let meminfo = ProcFile.contents(of: "/proc/meminfo")
    let line = meminfo.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
    let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap { UInt64($0) }
    // Where there is no limit, this is "max".
    let limit = UInt64(ProcFile.contents(of: group.appending("memory.max")).prefix { $0.isNumber })
    return min(kilobytes.map { $0 << 10 } ?? 1 << 30, limit ?? .max)
  }
}
