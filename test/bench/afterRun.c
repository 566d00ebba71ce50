#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Makes about CALLS system calls on FILES files, and writes the steady clock's time at its end into TIMES. */
int main(int argc, char **argv) {
  if (argc != 4) return 2;
  long calls = atol(argv[1]), files = atol(argv[2]);
  char buffer[64], path[64];
  for (long done = 0, round = 0; done < calls; round++) {
    snprintf(path, sizeof path, "data-%ld.bin", round % files);
    int fd = open(path, O_RDWR | O_CREAT, 0644);
    for (int i = 0; i < 8; i++) {
      if (pread(fd, buffer, sizeof buffer, 8 * (round % 2)) < 0) return 1;
      if (pwrite(fd, buffer, 16 + i, 64 * i) < 0) return 1;
    }
    close(fd);
    done += 18;
  }
  int times = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t at = now.tv_sec * 1000000000LL + now.tv_nsec;
  return write(times, &at, sizeof at) == sizeof at ? 0 : 1;
}
