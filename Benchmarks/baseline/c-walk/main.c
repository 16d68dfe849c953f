// What a C programmer would write: every path of an image, by libext2fs and stdio.
//
//   c-walk IMAGE        as `ext2walk ls -RU --full-path`
//   c-walk -l IMAGE     with mode, links, owner, size and time, as `ls -lRU`
#include <ext2fs/ext2fs.h>
#include <et/com_err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static ext2_filsys fs;
static int is_long;
static char path[1 << 16];

struct place {
  int length;
};

static void print_inode(ext2_ino_t number) {
  static struct ext2_inode_large inode;
  char text[32];
  if (ext2fs_read_inode_full(fs, number, (struct ext2_inode *)&inode, sizeof inode)) return;
  time_t time = inode.i_mtime;
  struct tm parts;
  strftime(text, sizeof text, "%Y-%m-%d %H:%M", localtime_r(&time, &parts));
  printf("%06o %3u %5u %5u %10llu %s ", inode.i_mode, inode.i_links_count, inode_uid(inode), inode_gid(inode),
         (unsigned long long)EXT2_I_SIZE(&inode), text);
}

static int visit(ext2_ino_t directory, int entry, struct ext2_dir_entry *record, int offset, int block_size, char *buffer,
                 void *context) {
  struct place *place = context;
  int length = ext2fs_dirent_name_len(record);
  (void)directory, (void)offset, (void)block_size, (void)buffer;
  if (entry == DIRENT_DOT_FILE || entry == DIRENT_DOT_DOT_FILE || record->name[0] == '.') return 0;
  if (place->length + 1 + length >= (int)sizeof path) return 0;
  path[place->length] = '/';
  memcpy(path + place->length + 1, record->name, length);
  struct place below = {place->length + 1 + length};
  if (is_long) print_inode(record->inode);
  fwrite(path, 1, below.length, stdout);
  putchar('\n');
  if (ext2fs_dirent_file_type(record) == EXT2_FT_DIR) ext2fs_dir_iterate2(fs, record->inode, 0, NULL, visit, &below);
  return 0;
}

int main(int argc, char **argv) {
  static char output[1 << 16];
  if (argc > 1 && strcmp(argv[1], "-l") == 0) is_long = 1, argc--, argv++;
  if (argc != 2) {
    fprintf(stderr, "c-walk [-l] IMAGE\n");
    return 64;
  }
  setvbuf(stdout, output, _IOFBF, sizeof output);
  errcode_t code = ext2fs_open(argv[1], EXT2_FLAG_64BITS, 0, 0, unix_io_manager, &fs);
  if (code) {
    com_err("c-walk", code, "%s", argv[1]);
    return 2;
  }
  struct place root = {0};
  code = ext2fs_dir_iterate2(fs, EXT2_ROOT_INO, 0, NULL, visit, &root);
  ext2fs_close_free(&fs);
  return code || fflush(stdout) ? 1 : 0;
}
