import Foundation
import SystemPackage
import Testing
import TextOutput

@Suite struct ColumnLayoutTests {
  @Test func fillsTheWidthDownTheColumns() {
    let layout = ColumnLayout(cellCounts: [3, 3, 3, 3, 3, 3, 3], width: 20)
    #expect(layout.rowCount == 2)
    #expect(layout.columnWidths == [5, 5, 5, 5])
  }

  @Test func aWideNameTakesALine() {
    #expect(ColumnLayout(cellCounts: [3, 50, 3], width: 20).rowCount == 3)
    #expect(ColumnLayout(cellCounts: [], width: 20).rowCount == 0)
    #expect(ColumnLayout(cellCounts: [500], width: 1).rowCount == 1)
  }
}
