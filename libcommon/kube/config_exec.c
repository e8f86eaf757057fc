#include "libcommon/kube/config_exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/clock.h"
#include "libcommon/base/mem.h"
#include "libcommon/base/strbuf.h"
#include "libcommon/codec/json.h"

/* Ours, with the plugin's variables in place of those of the same name. */
static void build_env(const struct sl_strvec *more, struct sl_strvec *ret_env)
{
	for (char **e = environ; *e; e++) {
		struct sl_str all = sl_str(*e), name;
		bool replaced = false;

		sl_str_split(&all, '=', &name);
		for (size_t i = 0; i < more->n && !replaced; i++)
			replaced = !strncmp(more->v[i], *e, name.n + 1);
		if (!replaced)
			sl_strvec_push(ret_env, *e);
	}
	for (size_t i = 0; i < more->n; i++)
		sl_strvec_push(ret_env, more->v[i]);
}

static int spawn(const struct sl_kube_config *c, int out_fd, pid_t *ret_pid, struct sl_err *err)
{
	SL_AUTO(sl_strvec) env = SL_STRVEC_INIT;
	posix_spawn_file_actions_t actions;
	int r;

	build_env(&c->exec_env, &env);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	r = posix_spawnp(ret_pid, c->exec_argv.v[0], &actions, NULL, c->exec_argv.v, env.v);
	posix_spawn_file_actions_destroy(&actions);
	if (r)
		return sl_err_errno(err, r, "run the credential plugin %s", c->exec_argv.v[0]);
	return 0;
}

/* Until the program closes its output. */
static int read_all(int fd, const char *program, struct sl_strbuf *out, struct sl_err *err)
{
	int64_t deadline = sl_mono_ms() + SL_EXEC_TIMEOUT_MS;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - sl_mono_ms();
		char *to;
		ssize_t n;

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return sl_err_set(err, SL_ERR_TIMEOUT,
					  "the credential plugin %s did not end within %d s",
					  program, SL_EXEC_TIMEOUT_MS / 1000);
		to = sl_strbuf_reserve(out, 4096);
		if (!to)
			return sl_strbuf_check(out, "the credential plugin's output", err);
		n = read(fd, to, 4096);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return sl_err_errno(err, errno, "read from the credential plugin");
		if (n > 0)
			sl_strbuf_claim(out, (size_t)n);
	}
}

/* Its output, once it has ended well. */
static int run(const struct sl_kube_config *c, struct sl_strbuf *out, struct sl_err *err)
{
	const char *program = c->exec_argv.v[0];
	SL_AUTO_FD int read_fd = -1;
	int fds[2], status = 0, r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return sl_err_errno(err, errno, "run the credential plugin %s", program);
	read_fd = fds[0];
	r = spawn(c, fds[1], &pid, err);
	close(fds[1]);
	if (r < 0)
		return r;
	r = read_all(read_fd, program, out, err);
	if (r < 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return r;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return sl_err_set(err, SL_ERR_AUTH,
				  "the credential plugin %s failed with status %d", program,
				  WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

static void replace(char **field, struct sl_str text)
{
	if (!text.n)
		return;
	if (*field)
		sl_wipe(*field, strlen(*field));
	free(*field);
	*field = sl_xmemdup0(text.p, text.n);
}

int sl_kube_config_exec_take(struct sl_kube_config *config, struct sl_str output,
			     struct sl_err *err)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const struct sl_json_limits limits = { .depth = 32, .bytes = SL_EXEC_OUTPUT_MAX };
	struct sl_str token, cert, key;
	struct sl_value *v;
	int r = sl_json_parse(&a, output, &limits, &v, err);

	if (r < 0) {
		sl_err_wrap(err, "the credential plugin's output");
		return r;
	}
	if (!sl_str_eqz(sl_get_str(v, "kind"), "ExecCredential") ||
	    !sl_str_eqz(sl_get_str(v, "apiVersion"),
			config->exec_api_version ? config->exec_api_version : ""))
		return sl_err_set(err, SL_ERR_INVALID,
				  "the credential plugin's output is no ExecCredential of %s",
				  config->exec_api_version);
	token = sl_get_str(v, "status", "token");
	cert = sl_get_str(v, "status", "clientCertificateData");
	key = sl_get_str(v, "status", "clientKeyData");
	if ((!token.n && !cert.n) || !cert.n != !key.n || sl_str_chr(token, '\0') >= 0 ||
	    sl_str_chr(cert, '\0') >= 0 || sl_str_chr(key, '\0') >= 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "the credential plugin's output holds neither a token nor a "
				  "certificate with its key");
	replace(&config->token, token);
	replace(&config->client_cert_pem, cert);
	replace(&config->client_key_pem, key);
	return 0;
}

int sl_kube_config_exec(struct sl_kube_config *config, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_EXEC_OUTPUT_MAX);
	int r;

	if (!config->exec_argv.n)
		return 0;
	r = run(config, &out, err);
	if (r == 0)
		r = sl_kube_config_exec_take(config, sl_strbuf_str(&out), err);
	sl_wipe(out.p, out.n);
	return r;
}
