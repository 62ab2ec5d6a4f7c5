/* What is appended to the launcher: [zstd frames of one tar][manifest][trailer]. */
#ifndef SONDE_PACKAGE_H
#define SONDE_PACKAGE_H

#include <stdint.h>

#define MAX_WORDS 64
#define MAX_FILES 256

/* A file that must stand in the unpacked folder, with its size: what tells a whole folder from a damaged one. */
struct expected {
  const char *path;
  uint64_t bytes;
};

struct package {
  int fd;
  uint64_t offset, bytes;
  const char *name, *id;
  const char *words[MAX_WORDS], *variables[MAX_WORDS];
  struct expected files[MAX_FILES];
  int word_count, variable_count, file_count;
  char self[4096];
};

/* Finds this executable and reads what is appended to it. Gives NULL, or what is wrong. */
const char *open_package(struct package *package, const char *called_as);

/* The path with `{dir}` replaced, in memory of its own. */
char *with_folder(const char *text, const char *folder);

#endif
