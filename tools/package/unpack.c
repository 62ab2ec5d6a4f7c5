#include "unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#define RECORD 512
#define IN_BYTES (1 << 18)
#define OUT_BYTES (1 << 20)

/* The tar as it comes out of zstd, in pieces of any length. */
struct unpacking {
  const char *folder;
  unsigned char header[RECORD];
  size_t header_bytes;
  uint64_t left, padding;
  int file;
  int ended;
};

static int write_whole(int fd, const unsigned char *data, size_t bytes) {
  while (bytes > 0) {
    ssize_t wrote = write(fd, data, bytes);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return -1;
    data += wrote;
    bytes -= (size_t)wrote;
  }
  return 0;
}

/* Makes the folders on the way to a file. */
static int make_parents(char *path, size_t from) {
  for (char *slash = strchr(path + from, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    int made = mkdir(path, 0700);
    *slash = '/';
    if (made != 0 && errno != EEXIST) return -1;
  }
  return 0;
}

static int begin_file(struct unpacking *state) {
  const char *name = (const char *)state->header;
  if (name[0] == '\0') return state->ended = 1, 0;
  if (name[0] == '/' || strstr(name, "..") != NULL || memchr(name, '\0', 100) == NULL) return errno = EINVAL, -1;
  char path[4096];
  size_t folder = strlen(state->folder);
  if (snprintf(path, sizeof path, "%s/%s", state->folder, name) >= (int)sizeof path) return errno = ENAMETOOLONG, -1;
  if (make_parents(path, folder + 1) != 0) return -1;
  mode_t mode = (mode_t)strtoul((const char *)state->header + 100, NULL, 8) & 0700;
  state->left = strtoull((const char *)state->header + 124, NULL, 8);
  state->padding = (RECORD - state->left % RECORD) % RECORD;
  state->file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
  return state->file < 0 ? -1 : 0;
}

static size_t least(size_t one, uint64_t other) { return one < other ? one : (size_t)other; }

static int take(struct unpacking *state, const unsigned char *data, size_t bytes) {
  while (bytes > 0 && !state->ended) {
    size_t part;
    if (state->left > 0) {
      part = least(bytes, state->left);
      if (write_whole(state->file, data, part) != 0) return -1;
      state->left -= part;
    } else if (state->padding > 0) {
      part = least(bytes, state->padding);
      state->padding -= part;
    } else {
      part = least(bytes, RECORD - state->header_bytes);
      memcpy(state->header + state->header_bytes, data, part);
      state->header_bytes += part;
      if (state->header_bytes == RECORD) {
        state->header_bytes = 0;
        if (begin_file(state) != 0) return -1;
      }
    }
    data += part;
    bytes -= part;
    if (state->left == 0 && state->file >= 0) {
      int closed = close(state->file);
      state->file = -1;
      if (closed != 0) return -1;
    }
  }
  return 0;
}

/* Several frames may follow each other, as they do in `zstd` itself. */
static const char *decode(const struct package *package, struct unpacking *state, ZSTD_DCtx *zstd, unsigned char *in,
                          unsigned char *out) {
  for (uint64_t done = 0; done < package->bytes;) {
    ssize_t got = pread(package->fd, in, least(IN_BYTES, package->bytes - done), (off_t)(package->offset + done));
    if (got <= 0) return "this executable cannot be read";
    done += (uint64_t)got;
    ZSTD_inBuffer source = {in, (size_t)got, 0};
    ZSTD_outBuffer target;
    do {
      target = (ZSTD_outBuffer){out, OUT_BYTES, 0};
      if (ZSTD_isError(ZSTD_decompressStream(zstd, &target, &source))) return "this executable is damaged: copy it again";
      if (take(state, out, target.pos) != 0) return strerror(errno);
    } while (source.pos < source.size || target.pos == target.size);
  }
  return state->ended ? NULL : "this executable is damaged: copy it again";
}

int unpack(const struct package *package, const char *folder, char *problem, size_t problem_bytes) {
  struct unpacking state = {.folder = folder, .file = -1};
  ZSTD_DCtx *zstd = ZSTD_createDCtx();
  unsigned char *in = malloc(IN_BYTES), *out = malloc(OUT_BYTES);
  const char *wrong = zstd && in && out ? decode(package, &state, zstd, in, out) : "out of memory";
  if (wrong != NULL) snprintf(problem, problem_bytes, "%s", wrong);
  if (state.file >= 0) close(state.file);
  ZSTD_freeDCtx(zstd);
  free(in);
  free(out);
  return wrong == NULL ? 0 : -1;
}
