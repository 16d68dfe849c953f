extension Feature {
  /// Who reads all of a file system with this feature.
  package var readers: String {
    switch readPast {
    case .compression: "Linux 2.2 and 2.4 with the patches of e2compr, and the e2fsprogs of e2compr"
    case .dirdata: "Lustre's servers (ldiskfs) and Lustre's e2fsprogs"
    case .mmp: "Linux 3.0 and e2fsprogs 1.42"
    case .attributeInodes: "Linux 4.13 and e2fsprogs 1.44"
    case .largeDirectories: "Linux 4.13 and e2fsprogs 1.44"
    case .encrypt: "Linux 4.1 and e2fsprogs 1.43"
    case .casefold: "Linux 5.2 and e2fsprogs 1.45"
    case nil:
      since.map { "Linux \($0) or later, and an e2fsprogs of its time" }
        ?? "no Linux or e2fsprogs that ext2walk knows"
    }
  }
}

extension Feature.ReadPast {
  /// Why directories are read all the same.
  package var words: String {
    switch self {
    case .compression: "directories are never compressed, the contents of files may be"
    case .dirdata: "ext2walk skips the data that stands after a name in its record"
    case .mmp: "it only says who has mounted it"
    case .attributeInodes: "it only says where large attributes are"
    case .largeDirectories: "ext2walk reads such directories itself"
    case .encrypt: "names are shown as a kernel without the key shows them"
    case .casefold: "it only changes how names are compared"
    }
  }
}
