import Basics
import Foundation
import SystemPackage
import Testing

@testable import ExtVolume
@testable import TestSupport

/// What is mounted, by the lines of mountinfo.
@Suite struct MountTableTests {
  @Test func whatIsMountedForWritingIsToldFromWhatIsNot() {
    let mounts = MountTable(
      """
      22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
      30 22 8:2 / /mnt/read\\040only ro,relatime - ext4 /dev/sda2 ro
      31 22 8:3 / /mnt/bound ro,relatime shared:2 master:1 - ext2 /dev/sda3 rw
      32 22 259:70000 / /data rw - ext4 /dev/nvme9n1p1 rw,data=ordered
      nonsense
      33 22 8 / / rw - ext4
      """)
    let devices = mounts.writable.map { "\($0.major):\($0.minor)" }.sorted()
    // The file system of 8:3 is writable, whatever one of its mounts is.
    #expect(devices == ["259:70000", "8:1", "8:3"])
    // 259:70000 as Linux packs it.
    #expect(
      mounts.writable.contains(MountTable.Device(259 << 8 | 70000 & 0xFF | (70000 & ~0xFF) << 12)))
  }

  /// A partition is told from its disk by what sysfs says: this machine may have none.
  @Test func aMountedPartitionOfADiskIsTold() throws {
    let scratch = try ScratchDirectory()
    let sysfs = scratch.path
    for (file, text) in [("devices/sda/dev", "8:0\n"), ("devices/sda/sda2/start", "2048\n")] {
      let path = sysfs.appending(file)
      try FileManager.default.createDirectory(
        atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
      try writeFile(path, Array(text.utf8))
    }
    try FileManager.default.createDirectory(
      atPath: sysfs.appending("dev/block").string, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: sysfs.appending("dev/block/8:2").string, withDestinationPath: "../../devices/sda/sda2")
    let mounts = MountTable("22 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw")
    func isHeld(_ device: dev_t, _ mode: mode_t = S_IFBLK, from offset: UInt64) -> Bool {
      var facts = stat()
      (facts.st_mode, facts.st_rdev) = (mode, device)
      return mounts.holds(facts, from: BytePosition(offset), sysfs: sysfs)
    }
    #expect(isHeld(8 << 8, from: 2048 * 512))
    #expect(isHeld(8 << 8 | 2, from: 0))
    #expect(!isHeld(8 << 8, from: 0) && !isHeld(8 << 8 | 1, from: 0) && !isHeld(9 << 8, from: 2048 * 512))
    #expect(!isHeld(0, S_IFREG, from: 2048 * 512))
  }
}
