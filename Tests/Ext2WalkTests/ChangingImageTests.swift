import SystemPackage
import Testing

@testable import Ext2Walk

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
}
