#ifndef WORKER_H
#define WORKER_H

#include "config.h"

/*
 * Runs config->threads threads. Thread N writes DIRECTORY/part-N.txt, reads it back and writes the sum of its numbers to
 * DIRECTORY/sum-N.txt. Returns 0, or -1 when any of them failed.
 */
int workers_run(const char *directory, const struct config *config);

#endif
