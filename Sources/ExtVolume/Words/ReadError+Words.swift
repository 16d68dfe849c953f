extension ReadError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .system(let errno, let position): "\(errno) at byte \(position) of the file system"
    case .pastEnd(let position, let byteCount):
      "byte \(position) lies after the end of the image, which holds \(byteCount) bytes of the file system"
    }
  }
}

extension DeviceReadError: CustomStringConvertible {
  package var description: String { "\(errno) at byte \(position)" }
}
