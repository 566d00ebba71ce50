#ifndef REPORT_H
#define REPORT_H

/* What the child process does: prints the sums of PARTS parts in DIRECTORY and their total. Returns an exit code. */
int report_print(const char *directory, int parts);

/*
 * Runs PROGRAM as a child that prints the report, and copies what it prints to standard output and DIRECTORY/report.txt.
 * Returns 0, or -1 after logging what went wrong.
 */
int report_run(const char *program, const char *directory, int parts);

#endif
