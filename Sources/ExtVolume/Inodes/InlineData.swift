import Basics
import FolioCore

/// The contents of a file or directory that are kept in its inode.
package struct InlineData {
  /// The 60 bytes of `i_block`.
  package let area: Inode.BlockArea
  /// The value of `system.data`, which goes on where the area ends; empty where there is none.
  package let attribute: [UInt8]
  /// Whether there is one, be it empty. Without, a kernel takes the area for block numbers.
  private(set) var hasAttribute = false

  /// All of it, cut to `count` bytes.
  package func bytes(first count: Int) -> [UInt8] {
    var all = [UInt8](copying: area.span.raw)
    all += attribute
    return Array(all.prefix(count))
  }

  /// Finds the attribute after an inode's fields; nil where the attributes are damaged.
  ///
  /// - Parameter bytes: the inode as it stands in its table.
  package init?(inode: Inode, bytes: RawSpan) {
    area = inode.blockArea
    let attributes = ExtendedAttributes(inode: bytes)
    guard let found = attributes.all.first(where: { $0.isNamed(7, "data") }) else {
      guard !attributes.breaksOff else { return nil }
      attribute = []
      return
    }
    // Damaged, or in another inode, where no kernel puts it.
    guard let value = found.valueBytes else { return nil }
    attribute = [UInt8](copying: bytes.extracting(value))
    hasAttribute = true
  }
}
