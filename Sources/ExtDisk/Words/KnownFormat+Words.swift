extension KnownFormat {
  /// What to do next. `image` is the file's name as it can be typed.
  package func advice(image: String) -> String {
    switch kind {
    case .compressed(let program): "unpack it first: \(program) -dk \(image)"
    case .archive(let program): "unpack the image that is in it first: \(program) \(image) says what there is"
    case .virtualDisk(let format):
      "convert it first: qemu-img convert -f \(format) -O raw \(image) disk.img"
    case .sparseAndroid: "convert it first: simg2img \(image) disk.img"
    case .forensic(let program, let file):
      "show it as a disk first: \(program) \(image) FOLDER, then read FOLDER/\(file)"
    case .dynamicPartitions:
      "ext2walk info \(image) says which ext file systems begin in it; lpunpack \(image) FOLDER takes all partitions out"
    case .other(let advice): advice.replacing("IMAGE", with: image)
    case .encrypted: "open it first: cryptsetup open \(image) NAME, then read /dev/mapper/NAME"
    case .volumeManager:
      "activate it first: vgchange -ay (losetup -fP makes a device of a file), then read /dev/VOLUMEGROUP/VOLUME"
    case .raidMember:
      "assemble it first: mdadm --assemble --readonly (losetup -fP makes a device of a file), then read /dev/mdN"
    case .otherFileSystem: "ext2walk reads ext2, ext3 and ext4 only"
    case .swap: "there are no files in it"
    case .text: "give a file or device that holds a file system"
    case .nothing:
      "a file system may begin further in (--offset), or its first superblock is gone (--superblock): "
        + "ext2walk info \(image) looks for backup superblocks, and in the first 4 MiB for file systems"
    }
  }
}
