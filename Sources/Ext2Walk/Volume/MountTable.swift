import FolioCore
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What is mounted, as this process sees it: the lines of `/proc/self/mountinfo`.
struct MountTable {
  /// A device number, as mounts have it.
  struct Device: Hashable {
    let major, minor: UInt32

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
  init(_ text: String) {
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
  static func now() -> MountTable {
    MountTable(Self.contents(of: "/proc/self/mountinfo"))
  }

  /// The loop device that is backed by `file`, among those that are mounted for writing; nil where none is.
  ///
  /// - Parameter file: the device and inode of the file, as `stat` has them.
  func loopDevice(over file: (device: dev_t, inode: ino_t)) -> Device? {
    let loopMajor: UInt32 = 7
    return writable.first { device in
      guard device.major == loopMajor else { return false }
      let backing = Self.contents(
        of: FilePath("/sys/dev/block/\(device.major):\(device.minor)/loop/backing_file"))
      var facts = stat()
      let code = unsafe stat(String(backing.prefix { $0 != "\n" }), &facts)
      return code == 0 && facts.st_dev == file.device && facts.st_ino == file.inode
    }
  }

  private static func contents(of path: FilePath) -> String {
    guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return "" }
    defer { try? file.close() }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while let count = unsafe try? piece.withUnsafeMutableBytes({ unsafe try file.read(into: $0) }), count > 0
    {
      bytes += piece[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension ImageFile {
  /// Whether a kernel has it mounted for writing here: what is read of it may change while it is read.
  var isMountedForWriting: Bool {
    guard let facts = facts else { return false }
    let mounts = MountTable.now()
    return facts.st_mode & S_IFMT == S_IFBLK
      ? mounts.writable.contains(MountTable.Device(facts.st_rdev))
      : mounts.loopDevice(over: (facts.st_dev, facts.st_ino)) != nil
  }
}
