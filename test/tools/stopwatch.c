/*
 * stopwatch: run a program, and print its wall time in microseconds, its CPU time in microseconds and
 * its peak resident memory in KiB on standard error, as the last line.
 *
 *   stopwatch PROGRAM ARG...
 *
 * For measurements that are made from Python: what a process measures of a child includes its own
 * memory from before the exec, which is many times that of what is looked at here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long microseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long of(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

int main(int argc, char **argv)
{
	long long since = microseconds();
	struct rusage usage;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	pid = vfork();
	if (pid == 0) {
		execv(argv[1], argv + 1);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 2;
	fprintf(stderr, "\n%lld %lld %ld\n", microseconds() - since,
		of(usage.ru_utime) + of(usage.ru_stime), usage.ru_maxrss);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
