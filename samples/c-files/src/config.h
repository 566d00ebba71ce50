#ifndef CONFIG_H
#define CONFIG_H

/* A batch of records is one buffer and one write. */
#define CONFIG_MAX_BATCH 64

struct config {
    int threads;
    /* Records that each thread writes and reads back. */
    int records;
    /* Records that one write carries. */
    int batch;
};

/*
 * Reads DIRECTORY/files.conf, and DIRECTORY/local.conf over it when there is one.
 * Returns 0, or -1 after logging what is wrong.
 */
int config_read(const char *directory, struct config *config);

#endif
