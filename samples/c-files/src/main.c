/*
 * A program with something to trace: reads its configuration, lets threads write and read files, and has a child process
 * print the result. Does the same system calls each time; see README.md.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "log.h"
#include "report.h"
#include "worker.h"

/* The sample's own folder: the one above the folder of the program. */
static int sample_folder(char *program, char *folder, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", program, size - 1);
    if (length < 0)
        return -1;
    program[length] = '\0';
    memcpy(folder, program, (size_t)length + 1);
    for (int level = 0; level < 2; level++) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL)
            return -1;
        *slash = '\0';
    }
    return 0;
}

static void pause_for(int milliseconds)
{
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR)
        ;
}

static int number_after(int argc, char **argv, const char *option, int otherwise)
{
    for (int i = 1; i + 1 < argc; i++)
        if (strcmp(argv[i], option) == 0)
            return atoi(argv[i + 1]);
    return otherwise;
}

int main(int argc, char **argv)
{
    log_init();
    if (argc == 4 && strcmp(argv[1], "--report") == 0)
        return report_print(argv[2], atoi(argv[3]));

    char program[4096];
    char folder[4096];
    char work[4200];
    struct config config;
    int rounds = number_after(argc, argv, "--rounds", 1);
    int pause = number_after(argc, argv, "--pause", 0);

    if (sample_folder(program, folder, sizeof program) != 0) {
        LOG(LOG_ERROR, "main", "cannot find the program's own folder: %s", strerror(errno));
        return 1;
    }
    if (config_read(folder, &config) != 0)
        return 1;
    snprintf(work, sizeof work, "%s/build/work", folder);
    if (mkdir(work, 0755) != 0 && errno != EEXIST) {
        LOG(LOG_ERROR, "main", "cannot make %s: %s", work, strerror(errno));
        return 1;
    }
    for (int round = 1; round <= rounds; round++) {
        LOG(LOG_INFO, "main", "round %d of %d with %d threads", round, rounds, config.threads);
        if (workers_run(work, &config) != 0 || report_run(program, work, config.threads) != 0)
            return 1;
        if (pause > 0 && round < rounds)
            pause_for(pause);
    }
    LOG(LOG_INFO, "main", "done");
    return 0;
}
