#include "test/unit/support/gitserver.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/base/mem.h"
#include "libcommon/base/str.h"

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

static void set_git_environment(void)
{
	static const char *const pairs[][2] = {
		{ "GIT_CONFIG_NOSYSTEM", "1" },
		{ "GIT_CONFIG_GLOBAL", "/dev/null" },
		{ "GIT_AUTHOR_NAME", "An Author" },
		{ "GIT_AUTHOR_EMAIL", "author@example.com" },
		{ "GIT_AUTHOR_DATE", "1700000000 +0100" },
		{ "GIT_COMMITTER_NAME", "A Committer" },
		{ "GIT_COMMITTER_EMAIL", "committer@example.com" },
		{ "GIT_COMMITTER_DATE", "1700000100 +0000" },
	};

	for (size_t i = 0; i < SL_ARRAY_LEN(pairs); i++)
		setenv(pairs[i][0], pairs[i][1], 1);
}

void test_sh(const char *dir, const char *script)
{
	int status = -1;
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid == 0) {
		set_git_environment();
		if (chdir(dir) == 0)
			execlp("sh", "sh", "-euc", script, (char *)NULL);
		_exit(127);
	}
	must(waitpid(pid, &status, 0) == pid, "waitpid");
	if (status != 0) {
		fprintf(stderr, "script failed: %s\n", script);
		abort();
	}
}

static uint16_t read_port(int fd)
{
	char text[16] = "";
	size_t n = 0;
	uint64_t port = 0;

	while (n < sizeof(text) && read(fd, text + n, 1) == 1 && text[n] != '\n')
		n++;
	must(sl_str_to_u64((struct sl_str){ text, n }, 65535, &port), "port of git_http.py");
	return (uint16_t)port;
}

void test_gitserver_start(const char *root, const char *option, struct test_gitserver *ret_server)
{
	int in[2], out[2];

	must(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0, "pipe2");
	ret_server->pid = fork();
	must(ret_server->pid >= 0, "fork");
	if (ret_server->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execlp("python3", "python3", "test/unit/net/git_http.py", root, option,
		       (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	ret_server->in = in[1];
	ret_server->port = read_port(out[0]);
	close(out[0]);
}

void test_gitserver_stop(struct test_gitserver *s)
{
	if (!s->pid)
		return;
	close(s->in);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}
