import Basics
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is mounted, as this process sees it: the lines of `/proc/self/mountinfo`.
package struct MountTable {
  /// A device number, as mounts have it.
  package struct Device: Hashable {
    package let major, minor: UInt32

    init(_ number: dev_t) {
      // As gnu_dev_major() and gnu_dev_minor(), which are macros.
      let number = UInt64(number)
      major = UInt32(truncatingIfNeeded: number >> 8 & 0xFFF | number >> 32 & 0xFFFF_F000)
      minor = UInt32(truncatingIfNeeded: number & 0xFF | number >> 12 & 0xFFFF_FF00)
    }

    fileprivate init?(_ text: Substring) {
      let parts = text.split(separator: ":")
      guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
      (self.major, self.minor) = (major, minor)
    }
  }

  /// The devices whose file systems are mounted for writing.
  let writable: Set<Device>

  /// Reads the lines of a `mountinfo`; see proc_pid_mountinfo(5).
  package init(_ text: String) {
    var writable: Set<Device> = []
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let end = fields.firstIndex(of: "-"), end + 3 < fields.count, let device = Device(fields[2])
      else { continue }
      // The file system's own options: a mount may be read-only where another of the same device isn't.
      if fields[end + 3].split(separator: ",").contains("rw") { writable.insert(device) }
    }
    self.writable = writable
  }

  /// What is mounted now; nothing where that can't be told.
  package static func now() -> MountTable {
    MountTable(ProcFile.contents(of: "/proc/self/mountinfo"))
  }

  /// Whether a file system is mounted for writing that begins at `offset` of a file or device: by itself, as a partition of
  /// it, or through a loop device.
  ///
  /// - Parameters:
  ///   - file: what `stat` says of the file or device.
  ///   - offset: in bytes.
  ///   - sysfs: where the kernel tells of block devices; see sysfs-block(5).
  func holds(_ file: stat, from offset: BytePosition, sysfs: FilePath = "/sys") -> Bool {
    let device = file.st_mode & S_IFMT == S_IFBLK ? Device(file.st_rdev) : nil
    return writable.contains { mounted in
      if mounted == device, offset == 0 { return true }
      var disk = sysfs.appending("dev/block/\(mounted.major):\(mounted.minor)")
      var start: BytePosition = 0
      if let sectors = UInt64(Self.line(of: disk.appending("start"))) {
        start = BytePosition(sectors * 512)
        // A partition's directory stands in that of its disk.
        disk.append("..")
        if let device, Device(Self.line(of: disk.appending("dev"))[...]) == device { return start == offset }
      }
      guard let loopOffset = UInt64(Self.line(of: disk.appending("loop/offset"))) else { return false }
      var backing = stat()
      let code = unsafe stat(Self.line(of: disk.appending("loop/backing_file")), &backing)
      return code == 0 && backing.st_dev == file.st_dev && backing.st_ino == file.st_ino
        && start + loopOffset == offset
    }
  }

  private static func line(of path: FilePath) -> String {
    String(ProcFile.contents(of: path).prefix { $0 != "\n" })
  }
}

extension ByteSource {
  /// Whether a kernel has it mounted for writing here: what is read of it may change while it is read.
  package var isMountedForWriting: Bool {
    file?.facts.map { MountTable.now().holds($0, from: positionOnDevice(of: 0)) } ?? false
  }
}
