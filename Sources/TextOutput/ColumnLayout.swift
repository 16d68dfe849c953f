/// Arranges names in columns, sorted down each column, as `ls` does on a terminal.
package struct ColumnLayout {
  package let rowCount: Int
  /// Cells from the start of each column to the start of the next.
  package let columnWidths: [Int]

  private static var gap: Int { 2 }

  /// The layout with the fewest rows that fits.
  ///
  /// - Parameters:
  ///   - cellCounts: how many cells each name takes.
  ///   - width: how many there are.
  /// - Complexity: names times columns that may fit.
  package init(cellCounts: [Int], width: Int) {
    let most = min(cellCounts.count, max(1, width / (1 + Self.gap)))
    for columnCount in stride(from: most, to: 1, by: -1) {
      let rows = (cellCounts.count + columnCount - 1) / columnCount
      var widths: [Int] = []
      for start in stride(from: 0, to: cellCounts.count, by: rows) {
        let widest = cellCounts[start..<min(start + rows, cellCounts.count)].max() ?? 0
        widths.append(widest + Self.gap)
      }
      if widths.reduce(0, +) - Self.gap <= width {
        rowCount = rows
        columnWidths = widths
        return
      }
    }
    rowCount = cellCounts.count
    columnWidths = [cellCounts.max() ?? 0]
  }
}
