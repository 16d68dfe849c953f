import FolioCore

extension InodeTable {
  /// Where a symbolic link leads: bytes, not text.
  ///
  /// Mirrors `ext4_get_link()`; encrypted targets are given as they stand. Short targets stand in the inode's
  /// block area, inline ones in the inode, others in the first block, of which only they are read.
  ///
  /// - Throws: also where the target is no string of the length that the inode gives it.
  mutating func target(ofLink inode: Inode, on volume: Volume) throws(VolumeError) -> [UInt8] {
    let bytes = try contents(ofLink: inode, on: volume)
    guard !bytes.isEmpty, !bytes.contains(0), bytes.count == inode.attributes.byteCount else {
      let shown = Escaping.text(Array(bytes.prefix { $0 != 0 }))
      throw VolumeError(
        "reading the target of symbolic link \(inode.number)",
        reason: "it is \"\(shown)\", which is not \(inode.attributes.byteCount) bytes long as its inode says")
    }
    return bytes
  }

  private mutating func contents(ofLink inode: Inode, on volume: Volume) throws(VolumeError) -> [UInt8] {
    let byteCount = inode.attributes.byteCount
    let operation = "reading the target of symbolic link \(inode.number)"
    guard byteCount <= UInt64(volume.superblock.blockSize) else {
      throw VolumeError(operation, reason: "it can't be \(byteCount) bytes long")
    }
    if inode.hasInlineData {
      return try inlineData(of: inode).bytes(first: Int(byteCount))
    }
    if byteCount < 60 {
      return Array([UInt8](copying: inode.blockArea.span.raw).prefix(Int(byteCount)))
    }
    guard let run = BlockMap.read(inode, on: volume).runs.first, case .mapped(let block) = run.contents,
      let position = volume.position(ofBlock: block)
    else {
      throw VolumeError(operation, reason: "its block can't be found")
    }
    return try volume.readBytes(Int(byteCount), at: position, operation: operation)
  }
}
