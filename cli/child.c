#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/base/clock.h"

static int spawn(const struct sl_cli_program *p, int said_fd, pid_t *ret_pid, struct sl_err *err)
{
	posix_spawn_file_actions_t actions;
	int r;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, p->dir);
	posix_spawn_file_actions_adddup2(&actions, said_fd, STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, p->out_fd < 0 ? said_fd : p->out_fd,
					 STDOUT_FILENO);
	r = posix_spawnp(ret_pid, p->argv[0], &actions, NULL, (char *const *)(uintptr_t)p->argv,
			 environ);
	posix_spawn_file_actions_destroy(&actions);
	return r ? sl_err_errno(err, r, "run %s", p->argv[0]) : 0;
}

/* Until the program closes its output. */
static int listen_to(const struct sl_cli_program *p, int fd, struct sl_strbuf *said,
		     struct sl_err *err)
{
	int64_t deadline = sl_mono_ms() + p->timeout_ms;
	char chunk[4096];

	for (;;) {
		struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - sl_mono_ms();
		int ready = left <= 0 ? 0 : poll(&poll_fd, 1, left > 60000 ? 60000 : (int)left);

		if (left <= 0)
			return sl_err_set(err, SL_ERR_TIMEOUT, "%s did not end within %lld ms",
					  p->argv[0], (long long)p->timeout_ms);
		if (ready <= 0)
			continue;
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return sl_err_errno(err, errno, "read what %s says", p->argv[0]);
		if (n > 0 && said->n + (size_t)n <= SL_CLI_SAID_MAX)
			sl_strbuf_adds(said, (struct sl_str){ chunk, (size_t)n });
	}
}

static int failed(const struct sl_cli_program *p, const struct sl_strbuf *said, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) command = SL_STRBUF_INIT(SL_CLI_SAID_MAX);
	struct sl_str text = sl_str_trim(sl_strbuf_str(said));

	/* A helper of ours says what is wrong in whole sentences. */
	if (p->out_fd >= 0 && sl_str_cut_prefix(&text, SL_STR("✗ ")))
		return sl_err_set(err, SL_ERR_INVALID, "%.*s", SL_STR_FMT(text));
	for (size_t i = 0; p->argv[i]; i++)
		sl_strbuf_addf(&command, "%s%s", i ? " " : "", p->argv[i]);
	return sl_err_set(err, SL_ERR_INVALID, "failed to run '%s': %.*s", command.p,
			  SL_STR_FMT(text));
}

int sl_cli_program_run(const struct sl_cli_program *p, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) said = SL_STRBUF_INIT(SL_CLI_SAID_MAX);
	SL_AUTO_FD int read_fd = -1;
	int fds[2], status = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return sl_err_errno(err, errno, "run %s", p->argv[0]);
	read_fd = fds[0];
	int r = spawn(p, fds[1], &pid, err);

	close(fds[1]);
	if (r < 0)
		return r;
	r = listen_to(p, read_fd, &said, err);
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return r;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : failed(p, &said, err);
}

int sl_cli_remote_path(struct sl_arena *a, char **ret_path, struct sl_err *err)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n < 0)
		return sl_err_errno(err, errno, "find the folder of this program");
	path[n] = 0;
	char *slash = strrchr(path, '/');

	if (!slash)
		return sl_err_set(err, SL_ERR_INTERNAL, "%s is no path of a program", path);
	*slash = 0;
	*ret_path = sl_arena_printf(a, "%s/sluice-remote", path);
	return 0;
}
