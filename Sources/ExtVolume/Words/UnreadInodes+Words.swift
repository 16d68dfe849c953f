extension UnreadInodes.Reason: CustomStringConvertible {
  package var description: String {
    switch self {
    case .table(let error): error.description
    case .bytes(let error): error.description
    }
  }
}
