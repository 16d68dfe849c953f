// Makes the images that `make bench` walks: a million files, by libext2fs, in a sparse file.
//
//   make-image IMAGE BLOCK-SIZE TOP-DIRECTORIES DIRECTORIES FILES [metadata_csum]
//
// TOP-DIRECTORIES in the root, DIRECTORIES in each of them, FILES in each of those; without any directories the files
// stand in one directory of the root, "wide". Names are 9 to 21 bytes long. Directory blocks are filled here and written
// by ext2fs_write_dir_block4(), which adds checksums: ext2fs_link() looks through a whole directory for each name.
#include <ext2fs/ext2fs.h>
#include <et/com_err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ext2_filsys fs;
static ext2_ino_t next_inode;
static blk64_t next_block;

static void check(errcode_t code, const char *what) {
  if (code) {
    com_err("make-image", code, "%s", what);
    exit(2);
  }
}

// A directory that is being filled, block after block.
struct directory {
  ext2_ino_t inode;
  blk64_t block_count;
  unsigned offset;         // where the next record goes
  unsigned last;           // where the last one is
  unsigned links;
  char *bytes;
};

static unsigned block_end(void) {
  return fs->blocksize - (ext2fs_has_feature_metadata_csum(fs->super) ? sizeof(struct ext2_dir_entry_tail) : 0);
}

static ext2_ino_t new_inode(int is_directory) {
  ext2_ino_t inode = next_inode++;
  if (inode > fs->super->s_inodes_count) {
    fprintf(stderr, "make-image: there are no inodes left\n");
    exit(2);
  }
  ext2fs_inode_alloc_stats2(fs, inode, +1, is_directory);
  return inode;
}

static void write_block(struct directory *directory) {
  struct ext2_inode inode;
  blk64_t physical;
  struct ext2_dir_entry *last = (struct ext2_dir_entry *)(directory->bytes + directory->last);
  check(ext2fs_set_rec_len(fs, block_end() - directory->last, last), "rec_len");
  if (block_end() < fs->blocksize) ext2fs_initialize_dirent_tail(fs, EXT2_DIRENT_TAIL(directory->bytes, fs->blocksize));
  check(ext2fs_new_block2(fs, next_block, NULL, &physical), "new block");
  next_block = physical + 1;
  ext2fs_block_alloc_stats2(fs, physical, +1);
  check(ext2fs_read_inode(fs, directory->inode, &inode), "read inode");
  check(ext2fs_bmap2(fs, directory->inode, &inode, NULL, BMAP_SET | BMAP_ALLOC, directory->block_count, NULL, &physical), "bmap");
  // Map blocks, where they are, were added by ext2fs_bmap2().
  check(ext2fs_iblk_add_blocks(fs, &inode, 1), "i_blocks");
  directory->block_count++;
  inode.i_links_count = directory->links;
  check(ext2fs_inode_size_set(fs, &inode, directory->block_count * fs->blocksize), "size");
  check(ext2fs_write_inode(fs, directory->inode, &inode), "write inode");
  check(ext2fs_write_dir_block4(fs, physical, directory->bytes, 0, directory->inode), "write directory block");
  memset(directory->bytes, 0, fs->blocksize);
  directory->offset = 0;
}

static void add(struct directory *directory, const char *name, ext2_ino_t inode, int type) {
  unsigned length = strlen(name), needed = (8 + length + 3) & ~3u;
  if (directory->offset + needed > block_end()) write_block(directory);
  struct ext2_dir_entry *entry = (struct ext2_dir_entry *)(directory->bytes + directory->offset);
  entry->inode = inode;
  check(ext2fs_set_rec_len(fs, needed, entry), "rec_len");
  ext2fs_dirent_set_name_len(entry, length);
  ext2fs_dirent_set_file_type(entry, type);
  memcpy(entry->name, name, length);
  directory->last = directory->offset;
  directory->offset += needed;
  if (type == EXT2_FT_DIR && strcmp(name, ".") != 0) directory->links++;
}

static void begin(struct directory *directory, ext2_ino_t inode, ext2_ino_t parent) {
  directory->inode = inode;
  directory->block_count = 0;
  directory->offset = directory->last = 0;
  // Its name, which is somewhere else, and its ".": ".." is counted below, and belongs to the parent.
  directory->links = 1;
  add(directory, ".", inode, EXT2_FT_DIR);
  add(directory, "..", parent, EXT2_FT_DIR);
}

static void write_new_inode(ext2_ino_t number, int mode, int links) {
  struct ext2_inode_large inode;
  memset(&inode, 0, sizeof inode);
  inode.i_mode = mode;
  inode.i_links_count = links;
  inode.i_mtime = inode.i_ctime = inode.i_atime = 1700000000 + number % 100000;
  inode.i_extra_isize = sizeof inode - EXT2_GOOD_OLD_INODE_SIZE;
  if (LINUX_S_ISDIR(mode) && ext2fs_has_feature_extents(fs->super)) inode.i_flags |= EXT4_EXTENTS_FL;
  // As ext2fs_extent_open() would: an empty tree.
  if (inode.i_flags & EXT4_EXTENTS_FL) {
    struct ext3_extent_header *header = (struct ext3_extent_header *)inode.i_block;
    header->eh_magic = ext2fs_cpu_to_le16(EXT3_EXT_MAGIC);
    header->eh_max = ext2fs_cpu_to_le16(4);
  }
  check(ext2fs_write_inode_full(fs, number, (struct ext2_inode *)&inode, sizeof inode), "write inode");
}

static ext2_ino_t new_directory(struct directory *directory, ext2_ino_t parent) {
  ext2_ino_t inode = new_inode(1);
  write_new_inode(inode, LINUX_S_IFDIR | 0755, 2);
  begin(directory, inode, parent);
  return inode;
}

static void add_files(struct directory *directory, long count, long first) {
  char name[64];
  for (long index = first; index < first + count; index++) {
    // 9 to 21 bytes.
    snprintf(name, sizeof name, "file-%.*ld", 4 + (int)(index * 7 % 13), index);
    ext2_ino_t inode = new_inode(0);
    write_new_inode(inode, LINUX_S_IFREG | 0644, 1);
    add(directory, name, inode, EXT2_FT_REG_FILE);
  }
}

int main(int argc, char **argv) {
  if (argc < 6) {
    fprintf(stderr, "make-image IMAGE BLOCK-SIZE TOP-DIRECTORIES DIRECTORIES FILES [metadata_csum]\n");
    return 64;
  }
  unsigned block_size = atoi(argv[2]);
  long tops = atol(argv[3]), directories = atol(argv[4]), files = atol(argv[5]);
  int has_checksums = argc > 6;
  long directory_count = tops * directories + tops + 16;
  long inode_count = (tops ? tops * directories * files : files) + directory_count;
  unsigned inodes_per_group = block_size * 8 < 65528 ? block_size * 8 : 65000;
  unsigned blocks_per_group = block_size * 8 < 65528 ? block_size * 8 : 65528;
  unsigned long long group_count = (inode_count + inodes_per_group - 1) / inodes_per_group + 1;
  unsigned long long inode_blocks = group_count * (inodes_per_group * 256ull / block_size + 8);
  unsigned long long needed = inode_blocks + directory_count + files / 16 * 64 / block_size + 4096;
  unsigned long long block_count = group_count * blocks_per_group;
  if (block_count < needed) block_count = needed;

  struct ext2_super_block parameters;
  memset(&parameters, 0, sizeof parameters);
  parameters.s_rev_level = EXT2_DYNAMIC_REV;
  while ((1024u << parameters.s_log_block_size) < block_size) parameters.s_log_block_size++;
  parameters.s_log_cluster_size = parameters.s_log_block_size;
  ext2fs_blocks_count_set(&parameters, block_count);
  parameters.s_inodes_count = inode_count;
  parameters.s_inode_size = 256;
  parameters.s_feature_incompat = EXT2_FEATURE_INCOMPAT_FILETYPE;
  if (has_checksums) {
    parameters.s_feature_incompat |= EXT3_FEATURE_INCOMPAT_EXTENTS;
    parameters.s_feature_ro_compat |= EXT4_FEATURE_RO_COMPAT_METADATA_CSUM;
  }
  int file = open(argv[1], O_RDWR | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || ftruncate(file, block_count * block_size) != 0) {
    perror(argv[1]);
    return 2;
  }
  close(file);
  add_error_table(&et_ext2_error_table);
  check(ext2fs_initialize(argv[1], EXT2_FLAG_64BITS, &parameters, unix_io_manager, &fs), "initialize");
  fs->super->s_checksum_type = has_checksums ? EXT2_CRC32C_CHKSUM : 0;
  for (int index = 0; index < 16; index++) fs->super->s_uuid[index] = index * 11 + 1;
  ext2fs_init_csum_seed(fs);
  check(ext2fs_allocate_tables(fs), "allocate tables");
  check(ext2fs_mkdir(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, NULL), "root");
  for (ext2_ino_t inode = 1; inode < EXT2_GOOD_OLD_FIRST_INO; inode++)
    if (inode != EXT2_ROOT_INO) ext2fs_inode_alloc_stats2(fs, inode, +1, 0);
  check(ext2fs_mkdir(fs, EXT2_ROOT_INO, 0, "lost+found"), "lost+found");
  next_inode = EXT2_GOOD_OLD_FIRST_INO + 1;

  struct directory top = {.bytes = calloc(1, block_size)}, directory = {.bytes = calloc(1, block_size)};
  char name[64];
  if (!tops) {
    ext2_ino_t inode = new_directory(&directory, EXT2_ROOT_INO);
    check(ext2fs_link(fs, EXT2_ROOT_INO, "wide", inode, EXT2_FT_DIR), "link");
    add_files(&directory, files, 0);
    write_block(&directory);
  }
  for (long index = 0; index < tops; index++) {
    ext2_ino_t inode = new_directory(&top, EXT2_ROOT_INO);
    snprintf(name, sizeof name, "top-%04ld", index);
    check(ext2fs_link(fs, EXT2_ROOT_INO, name, inode, EXT2_FT_DIR), "link");
    for (long second = 0; second < directories; second++) {
      ext2_ino_t child = new_directory(&directory, inode);
      snprintf(name, sizeof name, "directory-%04ld", second);
      add(&top, name, child, EXT2_FT_DIR);
      add_files(&directory, files, second * files);
      write_block(&directory);
    }
    write_block(&top);
    if (isatty(2)) fprintf(stderr, "\r%s: %ld %%\x1b[K", argv[1], (index + 1) * 100 / tops);
  }
  if (isatty(2)) fprintf(stderr, "\r\x1b[K");
  struct ext2_inode root;
  check(ext2fs_read_inode(fs, EXT2_ROOT_INO, &root), "root");
  root.i_links_count = 3 + (tops ? tops : 1);
  check(ext2fs_write_inode(fs, EXT2_ROOT_INO, &root), "root");
  check(ext2fs_close_free(&fs), "close");
  return 0;
}
