import CExt2fs

/// libext2fs as a whole: its table of error messages.
enum Ext2Library {
  private static let tableIsLoaded: Void = initialize_ext2_error_table()

  /// What libext2fs and com_err say of an `errcode_t`, such as "Bad magic number in super-block".
  static func words(for code: errcode_t) -> String {
    _ = tableIsLoaded
    guard let text = unsafe error_message(code) else { return "error \(code)" }
    return unsafe String(cString: text)
  }
}
