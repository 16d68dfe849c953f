import CSupport

// Tables of a million entries take hundreds of megabytes a few bytes at a time: page by page, the kernel would take as
// long to give that memory as the sort takes.

extension UnsafeMutableRawPointer {
  /// Allocates memory, in huge pages if it is large and the system has them; to be given back by `deallocate()`.
  package static func allocateLarge(byteCount: Int) -> UnsafeMutableRawPointer {
    let hugePage = 2 << 20
    guard byteCount >= 2 * hugePage else { return .allocate(byteCount: byteCount, alignment: 16) }
    let whole = (byteCount + hugePage - 1) & ~(hugePage - 1)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: whole, alignment: hugePage)
    // Advice only: where it isn't taken, pages are small.
    _ = unsafe madvise(memory, whole, Int32(CSUPPORT_MADV_HUGEPAGE))
    return unsafe memory
  }
}
