import Basics
import FolioCore

extension InodeTable {
  /// Where a symbolic link leads: bytes, not text.
  ///
  /// Mirrors `ext4_get_link()`; an encrypted target is shown as a kernel shows it without the key. Short targets stand in
  /// the inode's block area, inline ones in the inode, others in the first block, of which only they are read.
  ///
  /// - Throws: also where the target is no string of the length that the inode gives it.
  package mutating func target(ofLink inode: Inode, on volume: Volume) throws(VolumeError) -> [UInt8] {
    let bytes = try contents(ofLink: inode, on: volume)
    if inode.isEncrypted {
      guard let target = EncryptedTarget(bytes) else {
        throw .corrupt(.encryptedTarget(inode: inode.number, byteCount: bytes.count))
      }
      return EncryptedName(target.cipherText).shown
    }
    guard inode.isTarget(bytes) else {
      let text = Array(bytes.prefix { $0 != 0 })
      throw .corrupt(.target(inode: inode.number, text, byteCount: inode.attributes.byteCount))
    }
    return bytes
  }

  /// Whether the target of a symbolic link is as long as its inode says, and no longer.
  ///
  /// Mirrors the end of `e2fsck_pass1_check_symlink()`.
  package mutating func isWholeTarget(ofLink inode: Inode, on volume: Volume) throws(VolumeError) -> Bool {
    let byteCount = Int(inode.attributes.byteCount)
    let bytes = try contents(ofLink: inode, on: volume, beyond: 1)
    if inode.isEncrypted { return EncryptedTarget(bytes)?.cipherText.count == byteCount - 2 }
    return inode.isTarget(Array(bytes.prefix(byteCount)))
      && (bytes.count == byteCount || bytes[byteCount] == 0)
  }

  /// - Parameter excess: so many bytes that follow the target are read too, where there is room for them.
  private mutating func contents(
    ofLink inode: Inode, on volume: Volume, beyond excess: UInt64 = 0
  ) throws(VolumeError) -> [UInt8] {
    let blockSize = UInt64(volume.superblock.blockSize.byteCount)
    guard inode.isEncrypted || inode.attributes.byteCount <= blockSize else {
      throw .corrupt(.targetLength(inode: inode.number, inode.attributes.byteCount))
    }
    // An encrypted target says its length itself.
    let byteCount = inode.isEncrypted ? blockSize : min(inode.attributes.byteCount + excess, blockSize)
    if inode.hasInlineData {
      return try inlineData(of: inode).bytes(first: Int(byteCount))
    }
    if inode.hasTargetInside(volume.superblock) || byteCount == 0 {
      return Array([UInt8](copying: inode.blockArea.span.raw).prefix(Int(byteCount)))
    }
    guard let run = BlockMapReader.read(inode, on: volume, through: blockSize).runs.first,
      case .mapped(let block) = run.contents,
      let position = volume.position(ofBlock: block)
    else {
      throw .corrupt(.targetBlock(inode: inode.number))
    }
    return try volume.readBytes(Int(byteCount), at: position, of: .target(ofLink: inode.number))
  }
}
