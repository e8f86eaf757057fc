/*
 * Real Git for tests: shell scripts that make repositories, and `git http-backend` on loopback.
 *
 * Thread rule: one thread.
 */
#ifndef TEST_UNIT_SUPPORT_GITSERVER_H
#define TEST_UNIT_SUPPORT_GITSERVER_H

#include <stdint.h>
#include <sys/types.h>

/* Run `script` with sh -eu in `dir`, with fixed names and dates for commits; aborts if it fails. */
void test_sh(const char *dir, const char *script);

struct test_gitserver {
	pid_t pid;
	int in; /* closing it ends the server */
	uint16_t port;
};
/* Serve the repositories below `root`; `option` is one of git_http.py's, or NULL. Aborts on failure. */
void test_gitserver_start(const char *root, const char *option, struct test_gitserver *ret_server);
void test_gitserver_stop(struct test_gitserver *s);

#endif
