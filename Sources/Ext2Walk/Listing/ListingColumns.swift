import ExtVolume
import FolioCore
import TextOutput

/// A directory's names in columns, as `ls` shows them on a terminal.
struct ListingColumns {
  private let cellCounts: [Int]
  private let layout: ColumnLayout

  /// - Parameters:
  ///   - order: the rows of `table` in the order in which they are shown.
  ///   - width: of the terminal, in cells.
  init(_ order: [UInt32], of table: borrowing EntryTable, text: TextListing, width: Int) {
    var cellCounts: [Int] = []
    for row in order.lazy.map(Int.init) {
      cellCounts.append(
        text.cellCount(table.entry(at: row), name: table.name(at: row), table.details(at: row)))
    }
    self.cellCounts = cellCounts
    layout = ColumnLayout(cellCounts: cellCounts, width: width)
  }

  var lineCount: Int { layout.rowCount }

  func append(
    line: Int, _ order: [UInt32], of table: borrowing EntryTable, text: TextListing,
    to output: inout ByteBuffer
  ) {
    for (column, columnWidth) in layout.columnWidths.enumerated() {
      let index = column * layout.rowCount + line
      guard index < order.count else { break }
      let row = Int(order[index])
      text.appendCell(
        table.entry(at: row), name: table.name(at: row), details: table.details(at: row), to: &output)
      if index + layout.rowCount < order.count {
        for _ in cellCounts[index]..<columnWidth { output.append(UInt8(ascii: " ")) }
      }
    }
    output.append(UInt8(ascii: "\n"))
  }
}
