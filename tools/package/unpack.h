#ifndef SONDE_UNPACK_H
#define SONDE_UNPACK_H

#include <stddef.h>

#include "package.h"

/* Unpacks into a folder that exists and is empty. Gives 0, or -1 with what went wrong in `problem`. */
int unpack(const struct package *package, const char *folder, char *problem, size_t problem_bytes);

#endif
