#define _GNU_SOURCE
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"

int report_print(const char *directory, int parts)
{
    unsigned long total = 0;
    for (int part = 0; part < parts; part++) {
        char path[4096];
        unsigned long sum;
        snprintf(path, sizeof path, "%s/sum-%d.txt", directory, part);
        FILE *file = fopen(path, "re");
        if (file == NULL || fscanf(file, "%lu", &sum) != 1) {
            LOG(LOG_ERROR, "report", "cannot read %s: %s", path, strerror(errno));
            if (file != NULL)
                fclose(file);
            return 1;
        }
        fclose(file);
        printf("part %d: %lu\n", part, sum);
        total += sum;
    }
    printf("total: %lu\n", total);
    LOG(LOG_DEBUG, "report", "reported %d parts", parts);
    return fflush(stdout) == 0 ? 0 : 1;
}

static int copy(int from, int to, int also)
{
    char buffer[512];
    ssize_t length;
    while ((length = read(from, buffer, sizeof buffer)) > 0) {
        LOG(LOG_TRACE, "report", "%zd bytes from the child", length);
        if (write(to, buffer, (size_t)length) != length || write(also, buffer, (size_t)length) != length)
            return -1;
    }
    return length < 0 ? -1 : 0;
}

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    LOG(LOG_ERROR, "report", "the child ended with status 0x%x", (unsigned)status);
    return -1;
}

int report_run(const char *program, const char *directory, int parts)
{
    char path[4096];
    char count[16];
    int ends[2];
    snprintf(path, sizeof path, "%s/report.txt", directory);
    snprintf(count, sizeof count, "%d", parts);

    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        LOG(LOG_ERROR, "report", "cannot write %s: %s", path, strerror(errno));
        return -1;
    }
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program, program, "--report", directory, count, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    if (child < 0) {
        LOG(LOG_ERROR, "report", "cannot start a child: %s", strerror(errno));
        close(ends[0]);
        close(file);
        return -1;
    }
    LOG(LOG_INFO, "report", "a child process adds up %d parts", parts);
    int copied = copy(ends[0], STDOUT_FILENO, file);
    close(ends[0]);
    close(file);
    return wait_for(child) == 0 ? copied : -1;
}
