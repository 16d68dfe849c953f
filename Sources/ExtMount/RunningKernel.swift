import ExtVolume
import FolioCore
package import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The kernel of the machine that this runs on, as far as it tells.
package struct RunningKernel {
  package let kernel: Kernel
  /// Which of ext2, ext3 and ext4 `/proc/filesystems` names. A driver that is a module may not be loaded yet.
  let loaded: [String]
  /// As `uname -r` says.
  package let release: String

  /// - Parameters:
  ///   - root: where `proc` and `sys` are.
  ///   - release: what `uname -r` says.
  package init(root: FilePath, release: String, pageSize: Int) {
    let listed = ProcFile.contents(of: root.appending("proc/filesystems"))
    let names = listed.split(separator: "\n").compactMap { $0.split(whereSeparator: \.isWhitespace).last }
    loaded = ["ext2", "ext3", "ext4"].filter { names.contains(Substring($0)) }
    self.release = release
    let version = KernelVersion(release: release)
    let features = root.appending("sys/fs/ext4/features")
    let hasExt4 = loaded.contains("ext4")
    // Where the driver isn't loaded its features can't be seen: the version and huge pages tell.
    let takesLargeBlocks =
      hasExt4
      ? Self.exists(features.appending("blocksize_gt_pagesize"))
      : version.map { $0 >= KernelVersion(6, 19) } ?? false
        && Self.exists(root.appending("sys/kernel/mm/transparent_hugepage"))
    kernel = Kernel(
      name: "this machine: Linux \(release), pages of \(pageSize >> 10) KiB",
      driver: hasExt4 || !loaded.contains("ext2") ? .ext4 : .ext2, version: version, pageSize: pageSize,
      takesLargeBlocks: takesLargeBlocks,
      hasUnicode: hasExt4 ? Self.exists(features.appending("casefold")) : nil)
  }

  /// The one that this process runs on.
  package static func here() -> RunningKernel {
    var names = utsname()
    let release =
      unsafe uname(&names) == 0
      ? unsafe withUnsafeBytes(of: names.release) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      : "?"
    return RunningKernel(root: "/", release: release, pageSize: PageSize.host.byteCount)
  }

  private static func exists(_ path: FilePath) -> Bool {
    unsafe path.withPlatformString { unsafe access($0, F_OK) == 0 }
  }
}
