#define _GNU_SOURCE
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

static const struct {
    enum log_level level;
    const char *name;
} levels[] = {
    {LOG_TRACE, "TRACE"}, {LOG_DEBUG, "DEBUG"}, {LOG_INFO, "INFO"}, {LOG_WARNING, "WARNING"}, {LOG_ERROR, "ERROR"},
};

static enum log_level lowest = LOG_INFO;

void log_init(void)
{
    const char *wanted = getenv("LOG_LEVEL");
    if (wanted == NULL)
        return;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (strcasecmp(wanted, levels[i].name) == 0)
            lowest = levels[i].level;
}

static const char *level_name(enum log_level level)
{
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (levels[i].level == level)
            return levels[i].name;
    return "?";
}

void log_line(enum log_level level, const char *logger, const char *file, int line, const char *format, ...)
{
    if (level < lowest)
        return;

    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);

    char text[1024];
    size_t length = strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &utc);
    length += snprintf(text + length, sizeof text - length, ",%03ld | %-8s | files.%s | %s:%d: ",
                       now.tv_nsec / 1000000, level_name(level), logger, file, line);

    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(text + length, sizeof text - length - 1, format, arguments);
    va_end(arguments);
    size_t room = sizeof text - length - 2;
    length += wanted < 0 ? 0 : (size_t)wanted < room ? (size_t)wanted : room;
    text[length++] = '\n';

    /* One write, so that lines of several threads and processes stay whole. */
    if (write(STDERR_FILENO, text, length) < 0)
        return;
}
