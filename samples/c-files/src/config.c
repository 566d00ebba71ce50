#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

static int set_value(struct config *config, const char *key, int value)
{
    if (value < 1 || value > 10000)
        return -1;
    if (strcmp(key, "threads") == 0 && value <= 16)
        config->threads = value;
    else if (strcmp(key, "records") == 0)
        config->records = value;
    else if (strcmp(key, "batch") == 0 && value <= CONFIG_MAX_BATCH)
        config->batch = value;
    else
        return -1;
    return 0;
}

static int read_file(const char *path, struct config *config)
{
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return -1;

    char text[256];
    int bad = 0;
    for (int number = 1; fgets(text, sizeof text, file) != NULL; number++) {
        char key[32];
        int value;
        if (text[0] == '#' || text[0] == '\n')
            continue;
        if (sscanf(text, " %31[a-z] = %d", key, &value) != 2 || set_value(config, key, value) != 0) {
            LOG(LOG_ERROR, "config", "%s:%d is not understood: %s", path, number, text);
            bad = 1;
            continue;
        }
        LOG(LOG_TRACE, "config", "%s = %d", key, value);
    }
    fclose(file);
    errno = bad ? EINVAL : 0;
    return bad ? -1 : 0;
}

int config_read(const char *directory, struct config *config)
{
    char path[4096];
    *config = (struct config){.threads = 3, .records = 40, .batch = 8};

    snprintf(path, sizeof path, "%s/files.conf", directory);
    if (read_file(path, config) != 0) {
        LOG(LOG_ERROR, "config", "cannot use %s: %s", path, strerror(errno));
        return -1;
    }
    snprintf(path, sizeof path, "%s/local.conf", directory);
    if (read_file(path, config) != 0) {
        if (errno != ENOENT)
            return -1;
        LOG(LOG_DEBUG, "config", "no local.conf, which is fine");
    }
    return 0;
}
