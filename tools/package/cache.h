/* Where the program is unpacked: once for each version, in a folder that only this user can write. */
#ifndef SONDE_CACHE_H
#define SONDE_CACHE_H

#include <stddef.h>

#include "package.h"

#define MAX_ROOTS 8
#define PATH_BYTES 4096

/* Folders to unpack in, best first; gives how many. */
int cache_roots(const struct package *package, char roots[MAX_ROOTS][PATH_BYTES]);

/*
 * Sees to it that the program stands unpacked in `folder` beneath `root`. Gives the descriptor of a lock that is shared by
 * all who run this version, or -1 with what went wrong in `problem`; -2 where locks cannot be had, which is no failure.
 */
int prepare(const struct package *package, const char *root, char *folder, char *problem, size_t problem_bytes);

/* Removes other versions that nobody runs. */
void prune(const struct package *package, const char *root);

/* Removes a folder with all that is in it; what cannot be removed stays. */
void remove_tree(const char *path);

#endif
