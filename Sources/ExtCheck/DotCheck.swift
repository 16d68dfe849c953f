import Basics
import ExtVolume
import FolioCore

/// Checks "." and ".." of one directory: whether they are there, and first.
struct DotCheck {
  /// A rule that is broken, and what was found.
  struct Broken {
    let rule: Rule
    /// In bytes from the start of the first block.
    var offset = 0
    var facts: Finding.Facts?
  }

  private var hasDot = false
  private var hasDotDot = false
  /// Where the second record begins, in the first block.
  private var secondRecord = 0

  /// Looks at the start of the directory's first block.
  ///
  /// - Parameter head: 24 bytes at least.
  mutating func begin(_ head: RawSpan, blockSize: Int) -> [Broken] {
    secondRecord = RecordLength.decode(head.littleEndian(at: 4), blockSize: blockSize)
    var broken: [Broken] = []
    // As e2fsck has it: their names end in zeroes, which fills their records.
    if isDot(head, at: 0, length: 1), head[byteAt: 9] != 0 {
      broken.append(Broken(rule: .dotUnterminated, facts: .dotUnterminated(.single, head[byteAt: 9])))
    }
    if secondRecord == 12, isDot(head, at: 12, length: 2), head[byteAt: 22] != 0 {
      broken.append(
        Broken(rule: .dotUnterminated, offset: 12, facts: .dotUnterminated(.double, head[byteAt: 22])))
    }
    return broken
  }

  private func isDot(_ head: RawSpan, at offset: Int, length: UInt8) -> Bool {
    head[byteAt: offset + 6] == length && head[byteAt: offset + 8] == UInt8(ascii: ".")
      && (length == 1 || head[byteAt: offset + 9] == UInt8(ascii: "."))
  }

  /// Takes an entry of one of the two names.
  ///
  /// - Returns: what is wrong with it, and whether it is the directory's "..".
  mutating func take(
    _ entry: Entry, isDouble: Bool, in directory: InodeNumber
  ) -> (broken: [Broken], isDotDot: Bool) {
    // One kept in its inode has its parent's number, and "." goes without saying.
    let isFirst = entry.block.map { $0.logical == 0 && entry.offset == 0 } ?? (entry.recordLength == 0)
    let isSecond =
      entry.block.map { $0.logical == 0 && entry.offset == secondRecord }
      ?? (entry.offset == 0 && entry.recordLength == 4)
    var broken: [Broken] = []
    switch (isFirst, isSecond) {
    case (true, _) where !isDouble:
      hasDot = true
      if entry.inode != directory { broken.append(Broken(rule: .wrongDot, facts: .inode(entry.inode))) }
      if entry.recordLength >= 24 {
        broken.append(Broken(rule: .dotTooLong, facts: .recordLength(entry.recordLength)))
      }
    case (_, true) where isDouble && !hasDotDot:
      hasDotDot = true
      return ([], true)
    // Where the records before it are damaged nobody can tell which it is.
    case _ where entry.isSalvaged: break
    default:
      broken.append(
        Broken(rule: .dotMisplaced, facts: .dot(isDouble ? .double : .single, inode: entry.inode)))
    }
    return (broken, false)
  }

  /// What was missing at the end of the first block.
  var missing: [Broken] {
    var missing: [Broken] = []
    if !hasDot { missing.append(Broken(rule: .missingDot)) }
    if !hasDotDot { missing.append(Broken(rule: .missingDotDot, offset: secondRecord)) }
    return missing
  }
}
