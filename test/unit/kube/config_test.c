#include "libcommon/kube/config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/base/file.h"
#include "libcommon/base/mem.h"
#include "libcommon/kube/config_exec.h"
#include "test/unit/support/expect.h"

/* A directory, and an environment without anything that could be found by chance. */
struct fixture {
	struct sl_tmpdir dir;
	struct sl_kube_config config;
	char path[256];
};

static int setup(void **state)
{
	struct fixture *f = sl_xcalloc(1, sizeof(*f));
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	f->dir = (struct sl_tmpdir)SL_TMPDIR_INIT;
	expect_ok(sl_tmpdir_create("config-test", &f->dir, &err), &err);
	unsetenv("KUBECONFIG");
	unsetenv("KUBERNETES_SERVICE_HOST");
	unsetenv("KUBERNETES_SERVICE_PORT");
	setenv("HOME", f->dir.path, 1);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sl_kube_config_release(&f->config);
	sl_tmpdir_release(&f->dir);
	free(f);
	return 0;
}

/* The file's full name, until the next call. */
static const char *put(struct fixture *f, const char *name, const char *text)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_file_publish(f->dir.fd, name, sl_str(text), 0600, &err), &err);
	snprintf(f->path, sizeof(f->path), "%s/%s", f->dir.path, name);
	return f->path;
}

static int load(struct fixture *f, const struct sl_kube_config_options *o, struct sl_err *err)
{
	sl_kube_config_release(&f->config);
	return sl_kube_config_load(o, &f->config, err);
}

static int load_text(struct fixture *f, const char *text, struct sl_err *err)
{
	struct sl_kube_config_options o = { .path = put(f, "config", text) };

	return load(f, &o, err);
}

#define FRAME(cluster, user) \
	"apiVersion: v1\nkind: Config\ncurrent-context: c\n" \
	"contexts:\n- name: c\n  context: {cluster: k, user: u, namespace: apps}\n" \
	"clusters:\n- name: k\n  cluster:\n" cluster "users:\n- name: u\n  user:\n" user
#define CLUSTER "    server: https://10.0.0.1:6443/\n"

static void reads_everything_inline(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(load_text(f,
			    FRAME("    server: https://10.0.0.1:6443/k8s/\n"
				  "    certificate-authority-data: Q0E=\n"
				  "    tls-server-name: kubernetes\n"
				  "    proxy-url: http://proxy:3128\n",
				  "    client-certificate-data: Q0VSVA==\n"
				  "    client-key-data: S0VZ\n"
				  "    token: t0\n    username: me\n    password: pw\n"
				  "    as: other\n    as-groups: [g1, g2]\n"),
			    &err),
		  &err);
	assert_string_equal(f->config.server, "https://10.0.0.1:6443/k8s");
	assert_string_equal(f->config.namespace_, "apps");
	assert_string_equal(f->config.ca_pem, "CA");
	assert_string_equal(f->config.client_cert_pem, "CERT");
	assert_string_equal(f->config.client_key_pem, "KEY");
	assert_string_equal(f->config.token, "t0");
	assert_string_equal(f->config.username, "me");
	assert_string_equal(f->config.password, "pw");
	assert_string_equal(f->config.tls_server_name, "kubernetes");
	assert_string_equal(f->config.proxy_url, "http://proxy:3128");
	assert_string_equal(f->config.impersonate_user, "other");
	assert_int_equal(f->config.impersonate_groups.n, 2);
	assert_false(f->config.insecure_skip_tls_verify);
}

static void a_copy_has_everything(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_kube_config) copy = SL_KUBE_CONFIG_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_config_options o = { .allow_exec = true };

	o.path = put(f, "config",
		     FRAME("    server: https://x\n    insecure-skip-tls-verify: true\n",
			   "    as: a\n    as-groups: [g]\n    tokenFile: tok\n"
			   "    exec: {apiVersion: client.authentication.k8s.io/v1, command: x, "
			   "args: [arg]}\n"));
	expect_ok(load(f, &o, &err), &err);
	sl_kube_config_copy(&f->config, &copy);
	sl_kube_config_release(&f->config);
	assert_string_equal(copy.server, "https://x");
	assert_true(copy.insecure_skip_tls_verify);
	assert_string_equal(copy.impersonate_user, "a");
	assert_string_equal(copy.impersonate_groups.v[0], "g");
	assert_string_equal(copy.exec_argv.v[1], "arg");
	assert_int_equal(copy.exec_env.n, 1);
	assert_string_equal(copy.exec_api_version, "client.authentication.k8s.io/v1");
	assert_non_null(strstr(copy.token_file, "/tok"));
}

static void files_are_relative_to_the_kubeconfig(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char want[300];

	put(f, "ca.pem", "CA of a file");
	put(f, "cert.pem", "C");
	put(f, "key.pem", "K");
	expect_ok(load_text(f,
			    FRAME(CLUSTER "    certificate-authority: ca.pem\n",
				  "    client-certificate: ./cert.pem\n    client-key: key.pem\n"
				  "    tokenFile: sub/token\n"),
			    &err),
		  &err);
	assert_string_equal(f->config.ca_pem, "CA of a file");
	assert_string_equal(f->config.client_cert_pem, "C");
	snprintf(want, sizeof(want), "%s/sub/token", f->dir.path);
	assert_string_equal(f->config.token_file, want);
	/* Data wins over a file, which is not even read. */
	expect_ok(load_text(f,
			    FRAME(CLUSTER "    certificate-authority: none\n"
					  "    certificate-authority-data: Q0E=\n",
				  "    token: x\n"),
			    &err),
		  &err);
	assert_string_equal(f->config.ca_pem, "CA");
}

static void the_first_file_wins(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *list = NULL;

	put(f, "one",
	    "current-context: c\nclusters:\n- name: k\n  cluster: {server: 'https://one'}\n");
	put(f, "two",
	    "current-context: d\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\n"
	    "clusters:\n- name: k\n  cluster: {server: 'https://two'}\n"
	    "users:\n- name: u\n  user: {token: t}\n");
	list = sl_xasprintf("%s/none::%s/one:%s/two", f->dir.path, f->dir.path, f->dir.path);
	setenv("KUBECONFIG", list, 1);
	expect_ok(load(f, NULL, &err), &err);
	assert_string_equal(f->config.server, "https://one");
	assert_string_equal(f->config.token, "t");
}

static void the_namespace_needs_no_cluster(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_config_options current = { 0 }, other = { .context = "d" },
					    lost = { .context = "none" };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *list = NULL;
	SL_AUTO_FREE char *found = NULL;
	char *none = NULL;

	expect_ok(sl_kube_config_namespace(&current, &none, &err), &err);
	assert_null(none);
	put(f, "one", "current-context: c\ncontexts: [{name: d, context: {cluster: k}}]\n");
	put(f, "two",
	    "current-context: d\ncontexts:\n- name: d\n  context: {namespace: second}\n"
	    "- name: c\n  context: {namespace: first}\n");
	list = sl_xasprintf("%s/one:%s/two", f->dir.path, f->dir.path);
	setenv("KUBECONFIG", list, 1);
	expect_ok(sl_kube_config_namespace(&current, &found, &err), &err);
	assert_string_equal(found, "first");
	expect_ok(sl_kube_config_namespace(&other, &none, &err), &err);
	assert_null(none);
	expect_err(sl_kube_config_namespace(&lost, &none, &err), SL_ERR_INVALID,
		   "context \"none\" does not exist", &err);
}

static void order_of_places(void **state)
{
	struct fixture *f = *state;
	struct sl_kube_config_options o = { 0 };
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *path = NULL;

	expect_err(load(f, &o, &err), SL_ERR_NOT_FOUND, "no kubeconfig", &err);
	sl_err_release(&err);
	assert_int_equal(sl_mkdirs(f->dir.fd, ".kube", 0700, &err), 0);
	put(f, ".kube/config", FRAME("    server: home\n", "    token: t\n"));
	expect_ok(load(f, &o, &err), &err);
	assert_string_equal(f->config.server, "http://home");
	path = sl_xstrdup(put(f, "env", FRAME("    server: https://env\n", "    token: t\n")));
	setenv("KUBECONFIG", path, 1);
	expect_ok(load(f, &o, &err), &err);
	assert_string_equal(f->config.server, "https://env");
	o.path = put(f, "flag", FRAME("    server: https://flag\n", "    token: t\n"));
	expect_ok(load(f, &o, &err), &err);
	assert_string_equal(f->config.server, "https://flag");
	o.path = "/does/not/exist";
	expect_err(load(f, &o, &err), SL_ERR_NOT_FOUND, "/does/not/exist", &err);
	sl_err_release(&err);
	setenv("KUBECONFIG", "/nor/this", 1);
	o.path = NULL;
	expect_err(load(f, &o, &err), SL_ERR_NOT_FOUND, "/nor/this", &err);
}

static void in_cluster(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_err(sl_kube_config_in_cluster(f->dir.path, &f->config, &err), SL_ERR_NOT_FOUND,
		   "not in a cluster", &err);
	sl_err_release(&err);
	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	expect_err(sl_kube_config_in_cluster(f->dir.path, &f->config, &err), SL_ERR_NOT_FOUND,
		   "in-cluster configuration: ", &err);
	sl_err_release(&err);
	put(f, "ca.crt", "CA");
	put(f, "namespace", "flux-system");
	put(f, "token", "t");
	expect_ok(sl_kube_config_in_cluster(f->dir.path, &f->config, &err), &err);
	assert_string_equal(f->config.server, "https://[fd00::1]:443");
	assert_string_equal(f->config.ca_pem, "CA");
	assert_string_equal(f->config.namespace_, "flux-system");
	assert_non_null(strstr(f->config.token_file, "/token"));
	assert_null(f->config.token);
}

static void picks_by_name(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_kube_config_options o = { .context = "b" };

	o.path =
		put(f, "config",
		    "current-context: a\ncontexts:\n- name: a\n  context: {cluster: ka, user: ua}\n"
		    "- name: b\n  context: {cluster: kb}\n"
		    "clusters:\n- name: ka\n  cluster: {server: 'https://a'}\n"
		    "- name: kb\n  cluster: {server: 'https://b'}\n"
		    "users:\n- name: ua\n  user: {token: ta}\n");
	expect_ok(load(f, &o, &err), &err);
	assert_string_equal(f->config.server, "https://b");
	assert_null(f->config.token);
	o.user = "ua";
	expect_ok(load(f, &o, &err), &err);
	assert_string_equal(f->config.token, "ta");
	o.cluster = "ka";
	expect_ok(load(f, &o, &err), &err);
	assert_string_equal(f->config.server, "https://a");
	o.context = "none";
	expect_err(load(f, &o, &err), SL_ERR_INVALID, "context \"none\" does not exist", &err);
	sl_err_release(&err);
	o.context = NULL;
	o.cluster = "none";
	expect_err(load(f, &o, &err), SL_ERR_INVALID, "cluster \"none\" does not exist", &err);
	sl_err_release(&err);
	o.cluster = NULL;
	o.user = "none";
	expect_err(load(f, &o, &err), SL_ERR_INVALID, "user \"none\" does not exist", &err);
}

static void refuses_with_the_place(void **state)
{
	static const struct {
		const char *text;
		int want;
		const char *part;
		uint32_t line;
	} cases[] = {
		{ "[]", SL_ERR_INVALID, "is no map", 1 },
		{ "", SL_ERR_INVALID, "no current-context", 0 },
		{ "a: [", SL_ERR_INVALID, "kubeconfig: ", 0 },
		{ FRAME("    x: 1\n", "    token: t\n"), SL_ERR_INVALID, "server: is missing", 10 },
		{ FRAME("    server: 7\n", "    token: t\n"), SL_ERR_INVALID,
		  "server: is no string", 10 },
		{ FRAME(CLUSTER, "    token: 12345\n"), SL_ERR_INVALID, "token: is no string", 14 },
		{ FRAME(CLUSTER "    certificate-authority-data: '%%'\n", "    token: t\n"),
		  SL_ERR_INVALID, "certificate-authority-data: is no base64", 11 },
		{ FRAME(CLUSTER "    certificate-authority-data: QQBC\n", "    token: t\n"),
		  SL_ERR_INVALID, "is no PEM text", 0 },
		{ FRAME(CLUSTER "    certificate-authority: none.pem\n", "    token: t\n"),
		  SL_ERR_NOT_FOUND, "none.pem", 0 },
		{ FRAME(CLUSTER "    insecure-skip-tls-verify: maybe\n", "    token: t\n"),
		  SL_ERR_INVALID, "is no boolean", 11 },
		{ FRAME(CLUSTER "    insecure-skip-tls-verify: true\n"
				"    certificate-authority-data: Q0E=\n",
			"    token: t\n"),
		  SL_ERR_INVALID, "contradicts", 0 },
		{ FRAME(CLUSTER, "    client-certificate-data: Q0E=\n"), SL_ERR_INVALID,
		  "must be given together", 0 },
		{ FRAME(CLUSTER, "    auth-provider: {name: gcp}\n"), SL_ERR_UNSUPPORTED,
		  "auth-provider", 14 },
		{ FRAME(CLUSTER, "    exec: {command: x}\n"), SL_ERR_UNSUPPORTED,
		  "controllers run no other program", 14 },
		{ FRAME(CLUSTER, "    as: x\n    as-uid: '7'\n"), SL_ERR_UNSUPPORTED, "as-uid", 0 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		expect_err(load_text(f, cases[i].text, &err), cases[i].want, cases[i].part, &err);
		if (cases[i].line)
			assert_int_equal(err.origin.line, cases[i].line);
		assert_null(f->config.server);
	}
}

static void a_secret_may_not_reach_out(void **state)
{
	struct fixture *f = *state;
	const struct sl_kube_config_secret_policy open = { .allow_exec = true,
							   .allow_insecure_tls = true };
	const struct sl_str text = SL_STR(FRAME(
		CLUSTER
		"    insecure-skip-tls-verify: true\n    certificate-authority: /etc/passwd\n",
		"    token: t\n    tokenFile: /etc/passwd\n    client-certificate: /etc/passwd\n"
		"    client-key: /etc/passwd\n    as: cluster-admin\n    as-groups: [g]\n"
		"    auth-provider: {name: x}\n"
		"    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./x}\n"));
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_kube_config_parse_secret(text, NULL, &f->config, &err), &err);
	assert_string_equal(f->config.token, "t");
	assert_false(f->config.insecure_skip_tls_verify);
	assert_null(f->config.ca_pem);
	assert_null(f->config.token_file);
	assert_null(f->config.client_cert_pem);
	assert_null(f->config.impersonate_user);
	assert_int_equal(f->config.impersonate_groups.n, 0);
	assert_int_equal(f->config.exec_argv.n, 0);
	sl_kube_config_release(&f->config);
	expect_ok(sl_kube_config_parse_secret(text, &open, &f->config, &err), &err);
	assert_true(f->config.insecure_skip_tls_verify);
	assert_string_equal(f->config.exec_argv.v[0], "./x");
	assert_null(f->config.token_file);
}

static void survives_every_truncation(void **state)
{
	const struct sl_str text = SL_STR(FRAME(CLUSTER "    certificate-authority-data: Q0E=\n",
						"    token: t\n    as-groups: [a, b]\n"));

	(void)state;
	for (size_t n = 0; n < text.n; n++) {
		SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		int r = sl_kube_config_parse_secret(sl_str_sub(text, 0, n), NULL, &c, &err);

		if (r < 0)
			assert_non_null(err.message);
		else
			assert_non_null(c.server);
	}
}

static void caps_the_text(void **state)
{
	static const struct {
		size_t bytes;
		int want;
	} cases[] = { { SL_KUBECONFIG_BYTES_MAX - 1, 0 },
		      { SL_KUBECONFIG_BYTES_MAX, 0 },
		      { SL_KUBECONFIG_BYTES_MAX + 1, SL_ERR_TOO_LARGE } };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)2 << 20);
		SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_addz(&text, FRAME(CLUSTER, "    token: t\n") "#");
		sl_strbuf_addn(&text, 'x', cases[i].bytes - text.n);
		assert_int_equal(sl_kube_config_parse_secret(sl_strbuf_str(&text), NULL, &c, NULL),
				 cases[i].want);
	}
}

static void caps_the_number_of_files(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_strbuf) list = SL_STRBUF_INIT((size_t)1 << 20);
	const char *path = put(f, "one", FRAME(CLUSTER, "    token: t\n"));

	for (int n = 1; n <= 65; n++) {
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		sl_strbuf_addf(&list, "/not/there:%s:", path);
		setenv("KUBECONFIG", list.p, 1);
		if (n < 63)
			continue;
		if (n <= 64)
			expect_ok(load(f, NULL, &err), &err);
		else
			expect_err(load(f, NULL, &err), SL_ERR_TOO_LARGE, "more than 64 files",
				   &err);
	}
}

static void caps_the_words_of_a_plugin(void **state)
{
	struct fixture *f = *state;

	for (int n = 999; n <= 1001; n++) {
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT((size_t)1 << 20);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		struct sl_kube_config_options o = { .allow_exec = true };

		sl_strbuf_addz(&text, FRAME(CLUSTER, "    exec: {apiVersion: "
						     "client.authentication.k8s.io/v1, command: x, "
						     "args: ["));
		for (int i = 0; i < n; i++)
			sl_strbuf_addz(&text, "a, ");
		sl_strbuf_addz(&text, "]}\n");
		o.path = put(f, "config", text.p);
		if (n <= 1000)
			expect_ok(load(f, &o, &err), &err);
		else
			expect_err(load(f, &o, &err), SL_ERR_TOO_LARGE, "too many args", &err);
	}
}

/* A script as the plugin; its credentials end up in the config. */
static int run_plugin(struct fixture *f, const char *script, struct sl_err *err)
{
	SL_AUTO_FREE char *config = NULL;
	struct sl_kube_config_options o = { .allow_exec = true };

	put(f, "plugin", script);
	assert_int_equal(fchmodat(f->dir.fd, "plugin", 0700, 0), 0);
	o.path = put(f, "config",
		     FRAME("    server: https://x\n    certificate-authority-data: Q0E=\n",
			   "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n"
			   "      command: ./plugin\n      args: [one, 'two words']\n"
			   "      env: [{name: GREETING, value: hello}]\n"
			   "      provideClusterInfo: true\n      interactiveMode: Never\n"));
	expect_ok(load(f, &o, err), err);
	return sl_kube_config_exec(&f->config, err);
}

static void runs_a_plugin(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) info = SL_STRBUF_INIT(65536);

	setenv("GREETING", "overridden", 1);
	expect_ok(
		run_plugin(
			f,
			"#!/bin/sh\nprintf %s \"$KUBERNETES_EXEC_INFO\" > \"$HOME/info\"\n"
			"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":"
			"\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"'\"$GREETING "
			"$1 $2\"'\"}}'\n",
			&err),
		&err);
	assert_string_equal(f->config.token, "hello one two words");
	expect_ok(sl_file_read(f->dir.fd, "info", &info, &err), &err);
	assert_string_equal(info.p, "{\"kind\":\"ExecCredential\","
				    "\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":"
				    "{\"interactive\":false,\"cluster\":{\"server\":\"https://x\","
				    "\"certificate-authority-data\":\"Q0E=\"}}}");
}

static void reports_a_plugin_that_fails(void **state)
{
	struct fixture *f = *state;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_err(run_plugin(f, "#!/bin/sh\nexit 3\n", &err), SL_ERR_AUTH, "failed with status 3",
		   &err);
	sl_err_release(&err);
	expect_err(run_plugin(f, "#!/bin/sh\necho no\n", &err), SL_ERR_INVALID, "plugin's output",
		   &err);
	sl_err_release(&err);
	expect_err(run_plugin(f, "#!/bin/sh\nhead -c 2000000 /dev/zero\n", &err), SL_ERR_TOO_LARGE,
		   "plugin's output", &err);
	sl_err_release(&err);
	free(f->config.exec_argv.v[0]);
	f->config.exec_argv.v[0] = sl_xstrdup("/does/not/exist");
	expect_err(sl_kube_config_exec(&f->config, &err), SL_ERR_NOT_FOUND, "/does/not/exist",
		   &err);
}

static void takes_only_complete_credentials(void **state)
{
	static const struct {
		const char *status;
		int want;
	} cases[] = {
		{ "{\"token\":\"t\"}", 0 },
		{ "{\"clientCertificateData\":\"c\",\"clientKeyData\":\"k\"}", 0 },
		{ "{\"clientCertificateData\":\"c\"}", SL_ERR_INVALID },
		{ "{\"token\":\"t\",\"clientKeyData\":\"k\"}", SL_ERR_INVALID },
		{ "{\"token\":\"a\\u0000b\"}", SL_ERR_INVALID },
		{ "{}", SL_ERR_INVALID },
		{ "null", SL_ERR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
		SL_AUTO_FREE char *text =
			sl_xasprintf("{\"kind\":\"ExecCredential\",\"apiVersion\":\"client."
				     "authentication.k8s.io/v1beta1\",\"status\":%s}",
				     cases[i].status);

		c.exec_api_version = sl_xstrdup("client.authentication.k8s.io/v1beta1");
		c.token = sl_xstrdup("old");
		assert_int_equal(sl_kube_config_exec_take(&c, sl_str(text), NULL), cases[i].want);
		if (cases[i].want)
			assert_string_equal(c.token, "old");
		/* Another version than asked for. */
		c.exec_api_version[strlen(c.exec_api_version) - 1] = '2';
		assert_int_equal(sl_kube_config_exec_take(&c, sl_str(text), NULL), SL_ERR_INVALID);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(reads_everything_inline),
		TEST(a_copy_has_everything),
		TEST(files_are_relative_to_the_kubeconfig),
		TEST(the_first_file_wins),
		TEST(the_namespace_needs_no_cluster),
		TEST(order_of_places),
		TEST(in_cluster),
		TEST(picks_by_name),
		TEST(refuses_with_the_place),
		TEST(a_secret_may_not_reach_out),
		TEST(survives_every_truncation),
		TEST(caps_the_text),
		TEST(caps_the_number_of_files),
		TEST(caps_the_words_of_a_plugin),
		TEST(runs_a_plugin),
		TEST(reports_a_plugin_that_fails),
		TEST(takes_only_complete_credentials),
	};

	return cmocka_run_group_tests_name("kube/config", tests, NULL, NULL);
}
