#include "package.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#else
#include <sys/auxv.h>
#endif

#define MAGIC "SONDEPK1"
#define TRAILER_BYTES 32
#define MAX_MANIFEST_BYTES (1 << 20)

/* Where this executable is. Without /proc (an empty root) the kernel's own word for what it started is taken. */
static int open_self(char *path, size_t size, const char *called_as) {
#ifdef __APPLE__
  uint32_t length = (uint32_t)size;
  (void)called_as;
  return _NSGetExecutablePath(path, &length) == 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
#else
  ssize_t length = readlink("/proc/self/exe", path, size - 1);
  int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  if (length > 0 && fd >= 0) {
    path[length] = '\0';
    return fd;
  }
  const char *started = (const char *)getauxval(AT_EXECFN);
  if (started == NULL) started = called_as;
  if (realpath(started, path) == NULL) snprintf(path, size, "%s", started);
  return open(started, O_RDONLY | O_CLOEXEC);
#endif
}

static uint64_t little_endian(const unsigned char *bytes) {
  uint64_t number = 0;
  for (int i = 7; i >= 0; i--) number = number << 8 | bytes[i];
  return number;
}

static int read_whole(int fd, void *into, size_t bytes, uint64_t offset) {
  for (size_t done = 0; done < bytes;) {
    ssize_t got = pread(fd, (char *)into + done, bytes - done, (off_t)(offset + done));
    if (got <= 0) return -1;
    done += (size_t)got;
  }
  return 0;
}

/* A line of the manifest: a key, a tab, and what it says. */
static const char *take_line(struct package *package, char *line) {
  char *said = strchr(line, '\t');
  if (said == NULL) return "its manifest cannot be read";
  *said++ = '\0';
  if (strcmp(line, "name") == 0) package->name = said;
  else if (strcmp(line, "id") == 0) package->id = said;
  else if (strcmp(line, "word") == 0 && package->word_count < MAX_WORDS) package->words[package->word_count++] = said;
  else if (strcmp(line, "variable") == 0 && package->variable_count < MAX_WORDS) {
    package->variables[package->variable_count++] = said;
  } else if (strcmp(line, "file") == 0 && package->file_count < MAX_FILES) {
    struct expected *file = &package->files[package->file_count++];
    char *path;
    file->bytes = strtoull(said, &path, 10);
    if (*path != '\t') return "its manifest cannot be read";
    file->path = path + 1;
  } else return "its manifest says more than this launcher knows";
  return NULL;
}

static const char *read_manifest(struct package *package, uint64_t offset, uint64_t bytes) {
  char *text = bytes < MAX_MANIFEST_BYTES ? malloc(bytes + 1) : NULL;
  if (text == NULL || read_whole(package->fd, text, bytes, offset) != 0) return "its manifest cannot be read";
  text[bytes] = '\0';
  char *rest = NULL;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    const char *problem = take_line(package, line);
    if (problem != NULL) return problem;
  }
  return package->name && package->id && package->word_count ? NULL : "its manifest is not complete";
}

const char *open_package(struct package *package, const char *called_as) {
  memset(package, 0, sizeof *package);
  package->fd = open_self(package->self, sizeof package->self, called_as);
  if (package->fd < 0) return "this executable cannot be found or read";
  struct stat info;
  unsigned char trailer[TRAILER_BYTES];
  if (fstat(package->fd, &info) != 0 || info.st_size < TRAILER_BYTES) return "this executable cannot be read";
  uint64_t size = (uint64_t)info.st_size;
  if (read_whole(package->fd, trailer, TRAILER_BYTES, size - TRAILER_BYTES) != 0 || memcmp(trailer, MAGIC, 8) != 0) {
    return "no program is attached: the file was cut short, copy it again";
  }
  package->offset = little_endian(trailer + 8);
  package->bytes = little_endian(trailer + 16);
  uint64_t manifest = little_endian(trailer + 24);
  if (package->offset + package->bytes + manifest + TRAILER_BYTES != size) {
    return "its parts do not add up to its size: copy the file again";
  }
  return read_manifest(package, package->offset + package->bytes, manifest);
}

char *with_folder(const char *text, const char *folder) {
  const char *mark = strstr(text, "{dir}");
  char *whole = malloc(strlen(text) + strlen(folder) + 1);
  if (whole == NULL) exit(127);
  if (mark == NULL) return strcpy(whole, text);
  memcpy(whole, text, (size_t)(mark - text));
  strcpy(whole + (mark - text), folder);
  return strcat(whole, mark + strlen("{dir}"));
}
