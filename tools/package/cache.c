#include "cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "unpack.h"

#define NO_LOCKS (-2)

static int is_own_folder(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid();
}

static void add_root(char roots[MAX_ROOTS][PATH_BYTES], int *count, const char *parent, const char *rest) {
  if (parent == NULL || parent[0] != '/' || *count == MAX_ROOTS) return;
  if (snprintf(roots[*count], PATH_BYTES, "%s/%s", parent, rest) < PATH_BYTES) ++*count;
}

/* The cache of this user. Another's home (sudo keeps HOME) is left alone. */
static void add_home(char roots[MAX_ROOTS][PATH_BYTES], int *count, const char *name) {
  const char *home = getenv("HOME");
  char caches[PATH_BYTES];
  if (home == NULL || home[0] != '/' || !is_own_folder(home)) return;
#ifdef __APPLE__
  int length = snprintf(caches, sizeof caches, "%s/Library/Caches", home);
#else
  int length = snprintf(caches, sizeof caches, "%s/.cache", home);
#endif
  if (length >= (int)sizeof caches) return;
  mkdir(caches, 0700);
  add_root(roots, count, caches, name);
}

int cache_roots(const struct package *package, char roots[MAX_ROOTS][PATH_BYTES]) {
  int count = 0;
  const char *chosen = getenv("SONDE_CACHE");
  if (chosen != NULL && chosen[0] != '\0') {
    mkdir(chosen, 0700);
    add_root(roots, &count, chosen, package->name);
    return count;
  }
  char shared[64], beside[PATH_BYTES];
  snprintf(shared, sizeof shared, "%s-%lu", package->name, (unsigned long)geteuid());
  add_root(roots, &count, getenv("XDG_CACHE_HOME"), package->name);
  add_home(roots, &count, package->name);
  add_root(roots, &count, getenv("TMPDIR"), shared);
  add_root(roots, &count, "/tmp", shared);
  add_root(roots, &count, "/var/tmp", shared);
  add_root(roots, &count, "/dev/shm", shared);
  snprintf(beside, sizeof beside, "%s", package->self);
  char *slash = strrchr(beside, '/');
  char hidden[80];
  snprintf(hidden, sizeof hidden, ".%s", shared);
  if (slash != NULL) {
    *slash = '\0';
    // In the root folder itself nothing is left of the path before the slash.
    add_root(roots, &count, beside[0] ? beside : "/.", hidden);
  }
  return count;
}

void remove_tree(const char *path) {
  DIR *folder = opendir(path);
  if (folder != NULL) {
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
      char inside[PATH_BYTES];
      struct stat info;
      if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
      if (snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name) >= (int)sizeof inside) continue;
      if (lstat(inside, &info) == 0 && S_ISDIR(info.st_mode)) remove_tree(inside);
      else unlink(inside);
    }
    closedir(folder);
  }
  rmdir(path);
}

/* A folder in a place that all can write may have been laid there by somebody else. */
static const char *own_root(const char *root) {
  struct stat info;
  struct statvfs system;
  if (mkdir(root, 0700) != 0 && errno != EEXIST) return strerror(errno);
  if (!is_own_folder(root) || lstat(root, &info) != 0 || (info.st_mode & 022) != 0) {
    return "is not a folder that only this user can write";
  }
#ifdef ST_NOEXEC
  if (statvfs(root, &system) == 0 && (system.f_flag & ST_NOEXEC)) return "programs cannot be run from there (noexec)";
#else
  (void)system;
#endif
  return NULL;
}

/* A lock that still has its name: prune may remove one between open and flock. */
static int take_lock(const char *path, int how) {
  for (;;) {
    int fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    int locked;
    do locked = flock(fd, how);
    while (locked != 0 && errno == EINTR);
    if (locked != 0) {
      int unsupported = errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
      close(fd);
      return unsupported ? NO_LOCKS : -1;
    }
    struct stat held, named;
    if (fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev) {
      return fd;
    }
    close(fd);
  }
}

/* Every file with its size: those who clear temporary folders take files one by one. */
static int is_whole(const struct package *package, const char *folder) {
  for (int i = 0; i < package->file_count; i++) {
    char path[PATH_BYTES];
    struct stat info;
    if (snprintf(path, sizeof path, "%s/%s", folder, package->files[i].path) >= (int)sizeof path) return 0;
    if (stat(path, &info) != 0 || (uint64_t)info.st_size != package->files[i].bytes) return 0;
  }
  return 1;
}

/* Nobody ever sees half of it: it is unpacked beside its place, and renamed. */
static int unpack_beside(const struct package *package, const char *folder, char *problem, size_t problem_bytes) {
  char fresh[PATH_BYTES], old[PATH_BYTES];
  if (snprintf(fresh, sizeof fresh, "%s.%ld.new", folder, (long)getpid()) >= (int)sizeof fresh) return -1;
  snprintf(old, sizeof old, "%.*s.old", (int)strlen(fresh) - 4, fresh);
  if (mkdir(fresh, 0700) != 0) {
    snprintf(problem, problem_bytes, "%s", strerror(errno));
    return -1;
  }
  int done = unpack(package, fresh, problem, problem_bytes);
  if (done == 0 && rename(folder, old) == 0) remove_tree(old);
  if (done == 0 && rename(fresh, folder) != 0 && !is_whole(package, folder)) {
    snprintf(problem, problem_bytes, "%s", strerror(errno));
    done = -1;
  }
  remove_tree(fresh);
  return done;
}

/* What starts that were killed have left of this version; whoever has the turn may remove it. */
static void remove_leftovers(const char *root, const char *id) {
  DIR *folder = opendir(root);
  if (folder == NULL) return;
  size_t length = strlen(id);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char path[PATH_BYTES];
    if (strncmp(entry->d_name, id, length) != 0 || entry->d_name[length] != '.') continue;
    if (strcmp(entry->d_name + length, ".lock") == 0 || strcmp(entry->d_name + length, ".turn") == 0) continue;
    if (snprintf(path, sizeof path, "%s/%s", root, entry->d_name) < (int)sizeof path) remove_tree(path);
  }
  closedir(folder);
}

int prepare(const struct package *package, const char *root, char *folder, char *problem, size_t problem_bytes) {
  char lock[PATH_BYTES], turn[PATH_BYTES];
  const char *refused = own_root(root);
  if (refused != NULL) return snprintf(problem, problem_bytes, "%s", refused), -1;
  if (snprintf(folder, PATH_BYTES, "%s/%s", root, package->id) >= PATH_BYTES - 32) {
    return snprintf(problem, problem_bytes, "the path is too long"), -1;
  }
  snprintf(lock, sizeof lock, "%.4000s.lock", folder);
  snprintf(turn, sizeof turn, "%.4000s.turn", folder);
  int shared = take_lock(lock, LOCK_SH);
  if (shared == -1) return snprintf(problem, problem_bytes, "%s", strerror(errno)), -1;
  if (is_whole(package, folder)) return shared;
  // One unpacks, the others wait for it. Those who run a version that was damaged meanwhile hold the other lock only.
  int alone = take_lock(turn, LOCK_EX), done = -1;
  if (alone == -1) snprintf(problem, problem_bytes, "%s", strerror(errno));
  else {
    if (alone >= 0) remove_leftovers(root, package->id);
    done = is_whole(package, folder) ? 0 : unpack_beside(package, folder, problem, problem_bytes);
    if (alone >= 0) close(alone);
  }
  if (done == 0) return shared;
  if (shared >= 0) close(shared);
  return -1;
}

void prune(const struct package *package, const char *root) {
  DIR *folder = opendir(root);
  if (folder == NULL) return;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char lock[PATH_BYTES], turn[PATH_BYTES + 8], version[PATH_BYTES], id[256];
    size_t length = strlen(entry->d_name);
    if (length <= 5 || strcmp(entry->d_name + length - 5, ".lock") != 0) continue;
    snprintf(id, sizeof id, "%.*s", (int)(length - 5), entry->d_name);
    if (strcmp(id, package->id) == 0) continue;
    if (snprintf(lock, sizeof lock, "%s/%s", root, entry->d_name) >= (int)sizeof lock) continue;
    snprintf(version, sizeof version, "%.*s", (int)(strlen(lock) - 5), lock);
    int fd = take_lock(lock, LOCK_EX | LOCK_NB);
    if (fd < 0) continue;
    remove_leftovers(root, id);
    remove_tree(version);
    snprintf(turn, sizeof turn, "%s.turn", version);
    unlink(turn);
    unlink(lock);
    close(fd);
  }
  closedir(folder);
}
