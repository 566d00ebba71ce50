/* A pool of threads that writes files, and a pool of processes that reads them; which worker does what is up to the scheduler. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 4, FILES = 12 };

static atomic_int next;

static void write_file(int number)
{
    char name[32];
    char line[64];
    snprintf(name, sizeof name, "pool-%02d.txt", number);
    int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    if (fd < 0)
        exit(1);
    for (int i = 0; i < 5; i++) {
        int length = snprintf(line, sizeof line, "line %d of file %d\n", i, number);
        if (write(fd, line, (size_t)length) != length)
            exit(1);
    }
    close(fd);
}

static void *work(void *argument)
{
    int number;
    while ((number = atomic_fetch_add(&next, 1)) < FILES)
        write_file(number);
    return argument;
}

static int read_files(int from)
{
    int bytes = 0;
    for (int number = from; number < FILES; number += WORKERS) {
        char name[32];
        char buffer[256];
        snprintf(name, sizeof name, "pool-%02d.txt", number);
        int fd = open(name, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return 1;
        bytes += (int)read(fd, buffer, sizeof buffer);
        close(fd);
        unlink(name);
    }
    return bytes > 0 ? 0 : 1;
}

int main(void)
{
    pthread_t threads[WORKERS];
    for (long i = 0; i < WORKERS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < WORKERS; i++)
        if (fork() == 0)
            _exit(read_files(i));
    int failed = 0;
    int status;
    while (wait(&status) > 0)
        failed |= status;
    puts(failed ? "failed" : "done");
    return failed != 0;
}
