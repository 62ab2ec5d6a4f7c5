/*
 * Unpacks the program that is appended to it, once, and becomes it: the same process, so that signals, the terminal and
 * the exit code are the program's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cache.h"
#include "package.h"

extern char **environ;

#define CANNOT_START 127

static void launch(const struct package *package, const char *folder, int lock, int argc, char **argv) {
  char **words = calloc((size_t)(package->word_count + argc + 1), sizeof *words);
  if (words == NULL) return;
  int count = 0;
  for (int i = 0; i < package->word_count; i++) words[count++] = with_folder(package->words[i], folder);
  for (int i = 1; i < argc; i++) words[count++] = argv[i];
  for (int i = 0; i < package->variable_count; i++) putenv(with_folder(package->variables[i], folder));
  // The lock stays open in the program, so that prune leaves its folder alone for as long as it runs.
  if (lock >= 0) fcntl(lock, F_SETFD, 0);
  execve(words[0], words, environ);
  free(words);
}

int main(int argc, char **argv) {
  static struct package package;
  static char roots[MAX_ROOTS][PATH_BYTES], problems[MAX_ROOTS][256];
  const char *broken = open_package(&package, argv[0]);
  if (broken != NULL) {
    fprintf(stderr, "error: %s: %s\n", argc ? argv[0] : "sonde", broken);
    return CANNOT_START;
  }
#ifdef __linux__
  // The program would end in a panic, which tells nobody what to do.
  if (access("/proc/self/exe", F_OK) != 0) {
    fprintf(stderr, "error: /proc is not there; mount it: mount -t proc proc /proc\n");
    return CANNOT_START;
  }
#endif
  int count = cache_roots(&package, roots);
  for (int i = 0; i < count; i++) {
    char folder[PATH_BYTES];
    int lock = prepare(&package, roots[i], folder, problems[i], sizeof problems[i]);
    if (lock == -1) continue;
    prune(&package, roots[i]);
    launch(&package, folder, lock, argc, argv);
    int reason = errno;
    snprintf(problems[i], sizeof problems[i], "cannot be run there: %s", strerror(reason));
    // Of no use to anybody where programs cannot be run, or when a power cut has left zeros.
    if (reason == EACCES || reason == EPERM || reason == ENOEXEC) remove_tree(folder);
    if (lock >= 0) close(lock);
  }
  fprintf(stderr, "error: no folder was found to unpack this program in; set SONDE_CACHE to one that can hold 110 MB\n");
  for (int i = 0; i < count; i++) fprintf(stderr, "error: %s: %s\n", roots[i], problems[i]);
  return CANNOT_START;
}
