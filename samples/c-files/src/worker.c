#define _GNU_SOURCE
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define MAX_THREADS 16
#define RECORD_LENGTH 16

struct worker {
    pthread_t thread;
    int number;
    const char *directory;
    const struct config *config;
    int failed;
};

/* Fills the part's file, a batch of records with each write. */
static int write_part(const struct worker *worker, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return -1;

    char batch[RECORD_LENGTH * CONFIG_MAX_BATCH];
    unsigned value = (unsigned)worker->number + 1;
    int failed = 0;
    for (int first = 0; first < worker->config->records && !failed; first += worker->config->batch) {
        size_t length = 0;
        int last = first + worker->config->batch;
        if (last > worker->config->records)
            last = worker->config->records;
        for (int record = first; record < last; record++) {
            value = value * 1103515245u + 12345u;
            length += (size_t)snprintf(batch + length, RECORD_LENGTH, "%05u %08u\n", (unsigned)record % 100000,
                                       value % 100000000);
        }
        failed = write(fd, batch, length) != (ssize_t)length;
        LOG(LOG_TRACE, "worker", "part %d: wrote %zu bytes", worker->number, length);
    }
    return close(fd) != 0 || failed ? -1 : 0;
}

/* Adds up the part's numbers, reading a record at a time: slow on purpose, for there must be something to find. */
static int sum_part(const struct worker *worker, const char *path, unsigned long *sum)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;

    char record[RECORD_LENGTH];
    ssize_t length;
    *sum = 0;
    while ((length = read(fd, record, RECORD_LENGTH - 1)) > 0) {
        record[length] = '\0';
        *sum += strtoul(record + 6, NULL, 10);
    }
    LOG(LOG_TRACE, "worker", "part %d: sum is %lu", worker->number, *sum);
    return close(fd) != 0 || length < 0 ? -1 : 0;
}

static int write_sum(const struct worker *worker, unsigned long sum)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/sum-%d.txt", worker->directory, worker->number);
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return -1;
    fprintf(file, "%lu\n", sum);
    return fclose(file);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    char name[16];
    char path[4096];
    unsigned long sum;

    snprintf(name, sizeof name, "worker-%d", worker->number);
    pthread_setname_np(pthread_self(), name);
    snprintf(path, sizeof path, "%s/part-%d.txt", worker->directory, worker->number);
    LOG(LOG_DEBUG, "worker", "%s starts on %s", name, path);

    if (write_part(worker, path) != 0 || sum_part(worker, path, &sum) != 0 || write_sum(worker, sum) != 0) {
        LOG(LOG_ERROR, "worker", "%s failed on %s: %s", name, path, strerror(errno));
        worker->failed = 1;
    }
    return NULL;
}

int workers_run(const char *directory, const struct config *config)
{
    struct worker workers[MAX_THREADS];
    int started = 0;
    int failed = 0;

    for (; started < config->threads && started < MAX_THREADS; started++) {
        workers[started] = (struct worker){.number = started, .directory = directory, .config = config};
        int error = pthread_create(&workers[started].thread, NULL, work, &workers[started]);
        if (error != 0) {
            LOG(LOG_ERROR, "worker", "cannot start a thread: %s", strerror(error));
            failed = 1;
            break;
        }
    }
    for (int i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        failed |= workers[i].failed;
    }
    return failed ? -1 : 0;
}
