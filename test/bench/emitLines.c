/* Prints LINES log lines each millisecond for SECONDS and writes to TIMES the CLOCK_MONOTONIC of each millisecond's write. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  const int lines = atoi(argv[1]);
  const int ticks = atoi(argv[2]) * 1000;
  FILE *times = fopen(argv[3], "wb");
  char *text = malloc((size_t)lines * 128);
  if (times == NULL || text == NULL) return 2;
  int64_t due = now();
  for (int tick = 0; tick < ticks; tick++) {
    size_t length = 0;
    for (int line = 0; line < lines; line++)
      length += (size_t)sprintf(text + length, "2026-03-01 10:00:00,123 - bench.loop - TRACE - [emit.c:%d] tick %d\n", line, tick);
    const int64_t written = now();
    for (size_t done = 0; done < length;) {
      const ssize_t part = write(1, text + done, length - done);
      if (part < 0) return 3;
      done += (size_t)part;
    }
    fwrite(&written, sizeof written, 1, times);
    due += 1000000;
    const int64_t wait = due - now();
    if (wait > 0) {
      const struct timespec pause = {0, (long)wait};
      nanosleep(&pause, NULL);
    }
  }
  return fclose(times) == 0 ? 0 : 3;
}
