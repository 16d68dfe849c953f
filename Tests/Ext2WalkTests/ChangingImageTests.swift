import Foundation
import SystemPackage
import Testing

@testable import Ext2Walk
@testable import ExtCheck
@testable import ExtDisk
@testable import ExtMount
@testable import ExtVolume

/// Images that somebody else has mounted, or writes to.
@Suite struct ChangingImageTests {
  @Test(arguments: [
    ["ls", "-lR"], ["map", "-R", "--ways", "all", "--draw"], ["verify", "--thorough"], ["info"],
  ])
  func anImageThatIsWrittenToWhileItIsRead(_ command: [String]) async throws {
    let image = try await ScratchImage(
      blockSize: 4096, tree: (0..<600).map { "d/\($0)-" + String(repeating: "n", count: 100) } + ["e/one"])
    let targets = try await BreakTargets(image)
    let good = try image.bytes(at: 0, 1 << 20)
    let writer = Task {
      var random = SeededRandom(seed: 3)
      while !Task.isCancelled {
        let chosen = targets.next(&random)
        for patch in chosen.patches { try image.patch(at: patch.position, patch.bytes) }
        await Task.yield()
        for patch in chosen.patches where patch.position + patch.bytes.count <= good.count {
          try image.patch(
            at: patch.position, Array(good[patch.position..<patch.position + patch.bytes.count]))
        }
      }
    }
    for _ in 0..<25 {
      let finished = try await Command.ext2walk(command + [image.path.string])
      #expect([0, 1, 2].contains(finished.status), "\(finished.status) \(finished.messages.suffix(500))")
    }
    writer.cancel()
    _ = try await writer.value
  }

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
      return mounts.holds(facts, from: offset, sysfs: sysfs)
    }
    #expect(isHeld(8 << 8, from: 2048 * 512))
    #expect(isHeld(8 << 8 | 2, from: 0))
    #expect(!isHeld(8 << 8, from: 0) && !isHeld(8 << 8 | 1, from: 0) && !isHeld(9 << 8, from: 2048 * 512))
    #expect(!isHeld(0, S_IFREG, from: 2048 * 512))
  }

  /// Real mounts through loop devices, where this machine lets us.
  @Test(.takesMounts) func whatIsMountedIsReadWithAWarning() async throws {
    let disk = try await DiskTests.Disk(DiskTests.gpt)
    for (name, start) in [("one", 2048), ("two", 20480)] {
      let image = try await ScratchImage(blockSize: 1024, tree: [name])
      try await disk.put(image.path.string, at: start * 512)
    }
    let finished = try await Command.script(
      """
      cd "$(dirname "$2")" && mkdir mnt && cp disk.img idle.img && mount -o loop,offset=1M disk.img mnt || exit
      trap 'umount mnt' EXIT
      for arguments in "--partition 1" "--partition 2" "--offset 1M"; do
        "$1" ls $arguments disk.img 2>&1 > /dev/null | grep -c 'mounted read-write'
      done
      "$1" ls --partition 1 idle.img 2>&1 > /dev/null | grep -c 'mounted read-write'
      mount -o remount,ro mnt
      "$1" ls --partition 1 disk.img 2>&1 > /dev/null | grep -c 'mounted read-write'
      """, [disk.path])
    #expect(finished.lines == ["1", "0", "1", "0", "0"], "\(finished.messages)")
  }
}
