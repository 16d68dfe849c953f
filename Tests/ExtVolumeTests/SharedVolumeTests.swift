import Basics
import ExtVolume
import FolioCore
import Testing
import TextOutput

@testable import TestSupport

/// Threads share a volume, and libext2fs' handle in it.
@Suite struct SharedVolumeTests {
  /// What all calls of libext2fs that threads may make say of some directories.
  private struct Said: Equatable {
    var records: [InodeNumber: [String]] = [:]
    var hashes: [String: UInt32] = [:]
    var damagedGroups: [UInt32] = []
  }

  private static func ask(_ volume: Volume, _ directories: [InodeNumber]) throws -> Said {
    var said = Said()
    var inodes = InodeTable(volume)
    for number in directories {
      let directory = try inodes.inode(number)
      var names: [String] = []
      try volume.iterateDirectory(number, limit: 10000) { record, name in
        names.append(
          "\(record.inode) \(record.offset) \(record.length) \(Escaping.text([UInt8](copying: name)))")
      }
      said.records[number] = names
      for name in names {
        said.hashes[name] = volume.hashes(of: Array(name.utf8).raw, version: 1, in: directory)?.hash
      }
      said.damagedGroups = (0..<volume.groupCount).filter { !volume.hasRightChecksum(group: $0) }
    }
    return said
  }

  /// libext2fs keeps inodes and blocks in the handle while it iterates, and takes a descriptor's checksum out of it while
  /// it computes: without the lock what one thread is told depends on others.
  @Test func manyThreadsAskLibext2fsAtOnce() async throws {
    let tree = (0..<24).flatMap { directory in (0..<20).map { "d-\(directory)/file-\(directory)-\($0)" } }
    let image = try await ScratchImage(
      blockSize: 1024, type: "ext4", tree: tree, options: ["-O", "metadata_csum,^has_journal"], blocks: 40000)
    let volume = try Volume(try FileSource(path: image.path))
    let directories = try (0..<24).map { try image.inode(of: "d-\($0)") }
    let alone = try Self.ask(volume, directories)
    #expect(alone.records.values.allSatisfy { $0.count >= 22 } && alone.hashes.count > 480)
    #expect(alone.damagedGroups.isEmpty && volume.groupCount > 4)
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for turn in 0..<16 {
        group.addTask {
          // Each in another order, so that they want different blocks at a time.
          let order = directories[(turn % 24)...] + directories[..<(turn % 24)]
          return try Self.ask(volume, Array(order)) == alone
        }
      }
      for try await isSame in group { #expect(isSame) }
    }
  }
}
