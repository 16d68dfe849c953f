import Basics
import ExtVolume

/// Checks what a directory's inode says of its size and of how many blocks it has.
struct SizeCheck {
  private(set) var broken: [(rule: Rule, facts: Finding.Facts)] = []

  /// - Parameters:
  ///   - blocks: of one that isn't kept in its inode.
  ///   - data: the contents of one that is.
  init(
    _ directory: Inode, blocks: BlockMap?, data: InlineData?, superblock: Superblock,
    named: inout NamedInodes
  ) {
    if directory.unreadSizeHigh != 0 {
      broken.append((.wrongSize, .sizeHigh(directory.unreadSizeHigh)))
    }
    if let data {
      let expected = UInt64(data.area.count + data.attribute.count)
      if directory.attributes.byteCount != expected {
        broken.append((.wrongSize, .sizes(directory.attributes.byteCount, expected: expected)))
      }
      checkBlockCount(of: directory, holding: 0, superblock, &named)
    } else if let blocks, blocks.isSound {
      let preallocated = blocks.preallocated.reduce(0) { $0 + UInt64($1.count) }
      let count = blocks.mappedCount + UInt64(blocks.nodes.count) + preallocated
      checkBlockCount(of: directory, holding: count, superblock, &named)
    }
  }

  /// - Parameter count: how many blocks it has, but for those of its attributes.
  private mutating func checkBlockCount(
    of directory: Inode, holding count: UInt64, _ superblock: Superblock, _ named: inout NamedInodes
  ) {
    guard !superblock.hasClusters else { return }
    var count = count + (directory.attributeBlock == 0 ? 0 : 1)
    do throws(VolumeError) {
      count += try named.attributeInodeBlockCount(of: directory)
    } catch {
      broken.append((.blockUnreadable, .attributes(error)))
      return
    }
    let expected = count * UInt64(superblock.blockSize.byteCount / 512)
    if directory.attributes.blocks512 != expected {
      broken.append((.wrongBlockCount, .blockCounts(directory.attributes.blocks512, expected: expected)))
    }
  }
}
