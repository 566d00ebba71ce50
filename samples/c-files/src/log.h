#ifndef LOG_H
#define LOG_H

/* Levels as Python's logging counts them; TRACE is 5 by the convention of the field. */
enum log_level { LOG_TRACE = 5, LOG_DEBUG = 10, LOG_INFO = 20, LOG_WARNING = 30, LOG_ERROR = 40 };

/* Takes the lowest level to print from LOG_LEVEL; INFO without it. */
void log_init(void);

/* Prints one line to stderr: time | level | logger | file:line message. Lines of threads never mix. */
void log_line(enum log_level level, const char *logger, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#define LOG(level, logger, ...) log_line(level, logger, __FILE__, __LINE__, __VA_ARGS__)

#endif
