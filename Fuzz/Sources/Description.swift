import Basics
import ExtDisk
import ExtMount
import ExtVolume
import FolioCore
import TextOutput

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Looks at an image from outside, as `info` does: what it is, who mounts it, where else there are superblocks.
func describe(_ image: any ByteSource, asDisk: Bool = false) {
  let contents = ImageContents.examine(image, asDisk: asDisk)
  let name = Array("image".utf8)
  for number in [nil, 1, 5] {
    attempt {
      guard let found = try contents.fileSystem(partition: number, image: name) else { return }
      expectPlain(found.words)
      let part = try PartSource(of: image, from: found.partition.start)
      if let superblock = part.superblock() { try describeFileSystem(part, superblock) }
    }
  }
  if case .disk(let table) = contents {
    expect(table.partitions.count <= 256, "\(table.partitions.count) partitions")
    for found in table.partitions { expectPlain(found.line) }
    for damage in table.damage { expectPlain(damage.description) }
  }
  if case .ext(let superblock) = contents {
    attempt { try describeFileSystem(image, superblock) }
  } else {
    lookForOthers(in: image)
  }
}

/// Looks for superblocks elsewhere, where there is none at the start.
private func lookForOthers(in image: any ByteSource) {
  var failure: DeviceReadError?
  for hasDynamicPartitions in [false, true] {
    for found in image.embeddedFileSystems(hasDynamicPartitions: hasDynamicPartitions, &failure) {
      expect(found.position < image.end, "a file system at \(found.position)")
    }
  }
  expect(failure == nil, "memory refused a read: \(failure.map { "\($0)" } ?? "")")
  openBackups(in: image)
}

private func openBackups(in image: any ByteSource) {
  for backup in image.backupSuperblocks(everywhere: true).prefix(4) {
    let options = Volume.OpenOptions(blockSize: backup.facts.blockSize, superblock: backup.block)
    attempt { _ = try Volume(image, options: options) }
  }
}

/// What kernels say of a file system.
private func describeFileSystem(_ image: any ByteSource, _ superblock: Superblock) throws(VolumeError) {
  var obstacles: [MountObstacle] = []
  defer {
    for kernel in Kernel.kinds {
      let verdict = kernel.verdict(on: superblock, obstacles: obstacles, imageByteCount: image.byteCount)
      for reason in verdict.reasons { expectPlain(reason.words) }
    }
  }
  for value in superblock.impossibleValues { expectPlain(value.words) }
  if superblock.type == "jbd" { _ = image.obstacleOfJournal(after: superblock) }
  let volume: Volume
  do throws(VolumeError) {
    volume = try Volume(image)
  } catch {
    openBackups(in: image)
    throw error
  }
  if volume.hasDamagedDescriptors { openBackups(in: image) }
  obstacles = MountCheck.obstacles(of: volume)
  for obstacle in obstacles { expectPlain(obstacle.reason.words) }
  var inodes = InodeTable(volume)
  if try !inodes.inode(.root).isDirectory, let words = try LostTrees.find(on: volume).words {
    expectPlain(words)
  }
}

/// Does what may be refused. The words of the refusal must be such as can be shown.
func attempt(_ body: () throws -> Void) {
  do {
    try body()
  } catch let error as any ImageError {
    expectPlain(error.description)
  } catch {
    fatalError("\(error)")
  }
}

/// Words for people hold nothing that acts on their terminal.
func expectPlain(_ words: String) {
  expect(
    !words.unicodeScalars.contains { $0 != "\n" && Escaping.acts($0) },
    "something acts in \(words.debugDescription)")
}
