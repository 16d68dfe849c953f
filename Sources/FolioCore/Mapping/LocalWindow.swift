import SystemPackage

/// A window of 16 slots of one page each, used as a stack; 15 of them can be had.
///
/// Mirrors `kmap_local`: slots in the fixmap, one window a CPU, a stack a task. `KM_MAX_IDX` is 16 and the check follows
/// the increment, so the 16th map at once is a bug. Not for use by two threads; give each its own.
struct LocalWindow: ~Copyable {
  static var slotCount: Int { 16 }
  static var usableSlotCount: Int { slotCount - 1 }

  private let range: AddressRange
  /// How many slots are taken: those from 0 up to this.
  private(set) var depth: Int

  init(pageSize: PageSize) throws(Errno) {
    range = try AddressRange(pageCount: Self.slotCount, pageSize: pageSize)
    depth = 0
  }

  var freeSlotCount: Int { Self.usableSlotCount - depth }

  /// The slot that holds `address`; nil for an address elsewhere.
  func slot(at address: UnsafeRawPointer) -> Int? {
    unsafe range.page(of: address)
  }

  /// Maps `frames`, one in each of the next slots, which are neighbours. One system call a frame.
  ///
  /// - Returns: the address of the first.
  mutating func push(_ frames: [Int], of file: borrowing MemoryFile) throws(Errno) -> UnsafeRawPointer {
    trapUnless(
      frames.count <= freeSlotCount,
      "kmap_local: \(depth + frames.count) slots at once, and there are \(Self.usableSlotCount)")
    let first = depth
    do throws(Errno) {
      for frame in frames {
        try range.put(frame..<frame + 1, of: file, atPage: depth)
        depth += 1
      }
    } catch {
      // A failed call may have taken away what was there before it.
      range.clear(depth..<depth + 1)
      while depth > first { pop(slot: depth - 1, count: 1) }
      throw error
    }
    return unsafe UnsafeRawPointer(range.address(ofPage: first))
  }

  /// Undoes the `count` slots from `slot` on, which must be the last that were taken. One system call a slot, as
  /// the kernel clears one entry at a time, the last first.
  ///
  /// Traps otherwise. The kernel warns, and clears the top slot, which is the wrong one.
  mutating func pop(slot: Int, count: Int) {
    trapUnless(
      slot + count == depth,
      "kmap_local: slot \(slot + count - 1) is undone while slot \(depth - 1) is the last that was taken")
    for _ in 0..<count {
      depth -= 1
      range.clear(depth..<depth + 1)
    }
  }
}
