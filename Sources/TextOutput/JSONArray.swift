/// Objects in a row: the elements of one array, each on a line of its own, or one object a line (`ndjson`).
package struct JSONArray {
  private let isLines: Bool
  private var isEmpty = true

  /// - Parameter isLines: whether objects stand by themselves, without an array around them.
  package init(isLines: Bool) {
    self.isLines = isLines
  }

  /// Begins the next object.
  package mutating func next(_ output: inout ByteBuffer) {
    if isEmpty {
      if !isLines { output.append(UInt8(ascii: "[")) }
    } else {
      output.append(isLines ? "\n" : ",\n")
    }
    isEmpty = false
  }

  /// Ends the row.
  package func end(_ output: inout ByteBuffer) {
    switch (isLines, isEmpty) {
    case (true, true): break
    case (true, false): output.append("\n")
    case (false, true): output.append("[]\n")
    case (false, false): output.append("]\n")
    }
  }
}
