import Basics
import FolioCore

/// Directories kept in their inode.
extension DirectoryReader {
  /// Begins a part of a directory kept in its inode: its parent's number, the rest of `i_block`, and the attribute's value.
  ///
  /// Mirrors `ext2fs_inline_data_dir_iterate()`: `.` and `..` have no records there. Offsets count from the
  /// start of the contents.
  mutating func beginInline(_ part: InlinePart, inodes: inout InodeTable) -> Advance {
    guard let current else { preconditionFailure("no directory has been begun") }
    let directory = current.inode
    let data: InlineData
    do throws(VolumeError) {
      data = try current.readInlineData(&inodes)
    } catch {
      phase = .done
      return .damage(DirectoryDamage(kind: .directory(error)))
    }
    let area = data.area.span.raw
    switch part {
    case .dot: return beginInline(".", names: directory.number, recordLength: 0, then: .inline(.dotDot))
    case .dotDot:
      let parent = area.littleEndian(at: 0, as: InodeNumber.self)
      return beginInline("..", names: parent, recordLength: 4, then: .inline(.area))
    case .area:
      let rest = [UInt8](copying: area.extracting(4..<area.byteCount))
      beginInline(rest, startingAt: 4, of: directory, then: .inline(.attribute))
    case .attribute:
      beginInline(data.attribute, startingAt: area.byteCount, of: directory, then: .done)
    }
    return .again
  }

  mutating func beginInline(
    _ name: String, names inode: InodeNumber, recordLength: Int, then next: Phase
  ) -> Advance {
    let entry = Entry(
      inode: inode, type: .directory, recordLength: recordLength, directory: current?.inode.number)
    region = RecordRegion(entry.place, format: region.format)
    singleName = Array(name.utf8)
    phase = next
    return .single(entry.record, nil)
  }

  mutating func beginInline(
    _ bytes: [UInt8], startingAt start: Int, of directory: Inode, then next: Phase
  ) {
    region = RecordRegion(
      EntryPlace(
        directory: directory.number, start: start, namesTypes: volume.superblock.recordsNameTypes),
      format: volume.recordFormat(of: directory, regionSize: bytes.count), inlineBytes: bytes, then: next)
    position.reset(tally: RecordTally())
    phase = .records
  }
}
