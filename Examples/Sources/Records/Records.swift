import FolioCore
import SystemPackage

/// Prints the records of one directory block: `Records FILE POSITION BLOCK-SIZE`, in bytes.
///
/// The block becomes a folio in high memory, so it is seen through a mapping that has to be made and undone.
@main
struct Records {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let position = Int64(arguments[2]), let blockSize = Int(arguments[3]) else {
      print("usage: Records FILE POSITION BLOCK-SIZE")
      return
    }
    let arena = try PageArena(frameCount: PageSize.host.pageCount(for: blockSize), memory: .high)
    let mapper = FolioMapper(arena)
    var folio = try Folio(byteCount: blockSize, in: arena)
    var source = FilePages(file: try FileDescriptor.open(arguments[1], .readOnly), position: position)
    try folio.fill(through: blockSize, from: &source)
    try mapper.withMapping(of: folio) { mapping in
      let bytes = mapping.bytes
      var cursor = RecordCursor(bytes, format: RecordFormat(blockSize: blockSize, inodeCount: .max))
      loop: while true {
        switch cursor.next() {
        case .record(let record):
          let name = bytes.extracting(record.nameBytes).withUnsafeBytes {
            String(decoding: $0, as: UTF8.self)
          }
          let shown = record.isEntry ? name : "(free)"
          print(record.offset, record.length, record.inode, shown, separator: "\t")
        case .damage(let damage):
          print("damaged at \(cursor.offset): \(damage.rule)")
          break loop
        case .needsBytes, .end: break loop
        }
      }
    }
  }
}
