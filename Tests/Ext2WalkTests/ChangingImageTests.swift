import Foundation
import SystemPackage
import Testing

@testable import TestSupport

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
