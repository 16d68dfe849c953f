extension BlockMapDamage: CustomStringConvertible {
  package var description: String {
    switch self {
    case .nodeHeader: "the header of its extent node is damaged"
    case .nodeTwice(let block): "block \(block) of its block map serves twice"
    case .blockTwice(let block): "block \(block) serves twice"
    case .impossible(let block): "block \(block) can't hold contents"
    case .outside(let block, let count):
      "block \(block) is outside the file system, whose last is \(count - 1)"
    case .afterImage(let block): "block \(block) lies after the end of the image"
    case .unwritten: "its extent was allocated and never written"
    case .neverWritten(let block):
      "block \(block) lies in a hole of the image: nothing was ever written there"
    case .unreadable(let error): "its block map can't be read: \(error)"
    case .misplaced(let count): "its extents are not in order: \(count) blocks are not listed"
    case .emptyExtents: "it has extents of no length"
    case .afterSize(let byteCount):
      "blocks are mapped after its size of \(byteCount) bytes, and are not listed"
    }
  }
}
