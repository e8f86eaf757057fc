#include "libcommon/kube/kubeconfig.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/base/file.h"
#include "libcommon/codec/base64.h"
#include "libcommon/codec/json.h"

int sl_kubeconfig_refuse(enum sl_err_code code, const struct sl_value *at, const char *field,
			 struct sl_err *err, const char *what)
{
	return sl_value_err_set(err, at, field, code, "kubeconfig: %s: %s", field, what);
}

/* A string member, NULL when absent or empty. */
static int get_text(const struct sl_value *map, const char *field, struct sl_str *ret_text,
		    struct sl_err *err)
{
	const struct sl_value *v = sl_get(map, field);

	*ret_text = SL_STR_NULL;
	if (sl_is_null(v))
		return 0;
	if (!sl_is_str(v))
		return sl_kubeconfig_refuse(SL_ERR_INVALID, v, field, err, "is no string");
	if (sl_str_chr(v->s, '\0') >= 0)
		return sl_kubeconfig_refuse(SL_ERR_INVALID, v, field, err, "holds a NUL byte");
	if (v->s.n)
		*ret_text = v->s;
	return 0;
}

int sl_kubeconfig_text(const struct sl_value *map, const char *field, char **ret_copy,
		       struct sl_err *err)
{
	struct sl_str text;
	int r = get_text(map, field, &text, err);

	if (r == 0 && text.n)
		*ret_copy = sl_xmemdup0(text.p, text.n);
	return r;
}

/* A file name relative to the kubeconfig's directory, made absolute or relative to ours. */
static char *resolve(const char *dir, struct sl_str name)
{
	if (name.p[0] == '/' || !dir || !dir[0])
		return sl_xmemdup0(name.p, name.n);
	return sl_xasprintf("%s/%.*s", dir, SL_STR_FMT(name));
}

/* "x-data", base64, or else the file that "x" names. */
static int get_pem(const struct sl_kubeconfig_source *s, const struct sl_kubeconfig_entry *e,
		   const char *field, char **ret_pem, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) pem = SL_STRBUF_INIT(SL_KUBECONFIG_BYTES_MAX);
	SL_AUTO_FREE char *data_field = sl_xasprintf("%s-data", field);
	SL_AUTO_FREE char *path = NULL;
	struct sl_str data = SL_STR_NULL, name = SL_STR_NULL;
	int r = get_text(e->value, data_field, &data, err);

	if (r == 0)
		r = get_text(e->value, field, &name, err);
	if (r < 0 || (!data.n && (!name.n || s->drop_refused)))
		return r;
	if (data.n) {
		if (sl_base64_decode(data, &pem, NULL) < 0)
			r = sl_kubeconfig_refuse(SL_ERR_INVALID, sl_get(e->value, data_field),
						 data_field, err, "is no base64 text");
	} else {
		path = resolve(e->dir, name);
		r = sl_file_read_path(path, &pem, err);
	}
	if (r == 0 && memchr(pem.p, 0, pem.n))
		r = sl_kubeconfig_refuse(SL_ERR_INVALID, e->value, field, err, "is no PEM text");
	if (r == 0)
		*ret_pem = sl_xmemdup0(pem.p, pem.n);
	sl_wipe(pem.p, pem.n);
	return r;
}

static int get_bool(const struct sl_value *map, const char *field, bool *ret_value,
		    struct sl_err *err)
{
	const struct sl_value *v = sl_get(map, field);

	if (!sl_is_null(v) && v->kind != SL_V_BOOL)
		return sl_kubeconfig_refuse(SL_ERR_INVALID, v, field, err, "is no boolean");
	*ret_value = sl_as_bool(v, false);
	return 0;
}

int sl_kubeconfig_cluster(const struct sl_kubeconfig_source *s, const struct sl_kubeconfig_entry *e,
			  struct sl_kube_config *c, struct sl_err *err)
{
	struct sl_str server;
	bool insecure = false;
	int r = get_text(e->value, "server", &server, err);

	if (r < 0)
		return r;
	while (sl_str_cut_suffix(&server, SL_STR("/")))
		;
	if (!server.n)
		return sl_kubeconfig_refuse(SL_ERR_INVALID, e->value, "server", err, "is missing");
	/* client-go takes an address without a scheme, and means http. */
	if (sl_str_find(server, SL_STR("://")) < 0)
		c->server = sl_xasprintf("http://%.*s", SL_STR_FMT(server));
	else
		c->server = sl_xmemdup0(server.p, server.n);
	r = get_pem(s, e, "certificate-authority", &c->ca_pem, err);
	if (r == 0)
		r = get_bool(e->value, "insecure-skip-tls-verify", &insecure, err);
	if (r == 0)
		r = sl_kubeconfig_text(e->value, "tls-server-name", &c->tls_server_name, err);
	if (r == 0)
		r = sl_kubeconfig_text(e->value, "proxy-url", &c->proxy_url, err);
	if (r < 0)
		return r;
	c->insecure_skip_tls_verify = insecure && s->allow_insecure_tls;
	if (c->insecure_skip_tls_verify && c->ca_pem)
		return sl_kubeconfig_refuse(SL_ERR_INVALID, e->value, "insecure-skip-tls-verify",
					    err, "contradicts certificate-authority");
	return 0;
}

/* KUBERNETES_EXEC_INFO tells the plugin what it is asked for, and of the cluster if it wants. */
static void push_exec_info(const struct sl_value *exec, struct sl_kube_config *c)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(4 * SL_KUBECONFIG_BYTES_MAX);
	struct sl_value *info = sl_value_map(&a), *spec, *cluster;

	sl_map_set_strz(&a, info, "kind", "ExecCredential");
	sl_map_set_strz(&a, info, "apiVersion", c->exec_api_version);
	spec = sl_map_need_map(&a, info, "spec");
	sl_map_set_bool(&a, spec, "interactive",
			!sl_str_eqz(sl_get_str(exec, "interactiveMode"), "Never"));
	if (sl_get_bool(exec, false, "provideClusterInfo")) {
		cluster = sl_map_need_map(&a, spec, "cluster");
		sl_map_set_strz(&a, cluster, "server", c->server);
		if (c->tls_server_name)
			sl_map_set_strz(&a, cluster, "tls-server-name", c->tls_server_name);
		if (c->insecure_skip_tls_verify)
			sl_map_set_bool(&a, cluster, "insecure-skip-tls-verify", true);
		if (c->ca_pem) {
			SL_AUTO(sl_strbuf) ca = SL_STRBUF_INIT(2 * SL_KUBECONFIG_BYTES_MAX);

			sl_base64_encode(sl_str(c->ca_pem), &ca);
			sl_map_set_str(&a, cluster, "certificate-authority-data",
				       sl_strbuf_str(&ca));
		}
		if (c->proxy_url)
			sl_map_set_strz(&a, cluster, "proxy-url", c->proxy_url);
	}
	sl_json_write(info, SL_JSON_COMPACT, &text);
	sl_strvec_pushf(&c->exec_env, "KUBERNETES_EXEC_INFO=%s", text.p);
}

static int read_exec_words(const struct sl_value *exec, struct sl_kube_config *c,
			   struct sl_err *err)
{
	const struct sl_value *args = sl_get(exec, "args"), *env = sl_get(exec, "env");
	struct sl_str name, value;
	int r = 0;

	if (sl_list_len(args) > SL_KUBECONFIG_WORDS_MAX ||
	    sl_list_len(env) > SL_KUBECONFIG_WORDS_MAX)
		return sl_kubeconfig_refuse(SL_ERR_TOO_LARGE, exec, "exec", err,
					    "has too many args or env");
	for (size_t i = 0; i < sl_list_len(args); i++) {
		const struct sl_value *arg = sl_list_get(args, i);

		if (!sl_is_str(arg) || sl_str_chr(arg->s, '\0') >= 0)
			return sl_kubeconfig_refuse(SL_ERR_INVALID, arg, "args", err,
						    "holds what is no string");
		sl_strvec_push_str(&c->exec_argv, arg->s);
	}
	for (size_t i = 0; i < sl_list_len(env) && r == 0; i++) {
		r = get_text(sl_list_get(env, i), "name", &name, err);
		if (r == 0)
			r = get_text(sl_list_get(env, i), "value", &value, err);
		if (r == 0 && name.n)
			sl_strvec_pushf(&c->exec_env, "%.*s=%.*s", SL_STR_FMT(name),
					SL_STR_FMT(value));
	}
	return r;
}

static int read_exec(const struct sl_kubeconfig_source *s, const struct sl_kubeconfig_entry *e,
		     struct sl_kube_config *c, struct sl_err *err)
{
	const struct sl_value *exec = sl_get(e->value, "exec");
	struct sl_str command, version;
	char *program;
	int r;

	if (sl_is_null(exec) || (!s->allow_exec && s->drop_refused))
		return 0;
	if (!s->allow_exec)
		return sl_kubeconfig_refuse(SL_ERR_UNSUPPORTED, exec, "exec", err,
					    "controllers run no other program");
	r = get_text(exec, "command", &command, err);
	if (r == 0)
		r = get_text(exec, "apiVersion", &version, err);
	if (r < 0)
		return r;
	if (!command.n)
		return sl_kubeconfig_refuse(SL_ERR_INVALID, exec, "command", err, "is missing");
	if (!sl_str_eqz(version, "client.authentication.k8s.io/v1") &&
	    !sl_str_eqz(version, "client.authentication.k8s.io/v1beta1"))
		return sl_kubeconfig_refuse(
			SL_ERR_UNSUPPORTED, exec, "apiVersion", err,
			"is neither client.authentication.k8s.io/v1 nor v1beta1");
	/* A name without a slash is looked up in $PATH, any other is relative to the file. */
	program = sl_str_chr(command, '/') < 0 ? sl_xmemdup0(command.p, command.n)
					       : resolve(e->dir, command);
	sl_strvec_take(&c->exec_argv, program);
	c->exec_api_version = sl_xmemdup0(version.p, version.n);
	r = read_exec_words(exec, c, err);
	if (r == 0)
		push_exec_info(exec, c);
	return r;
}

static int read_impersonation(const struct sl_kubeconfig_source *s,
			      const struct sl_kubeconfig_entry *e, struct sl_kube_config *c,
			      struct sl_err *err)
{
	const struct sl_value *groups = sl_get(e->value, "as-groups");
	int r;

	if (s->drop_refused)
		return 0;
	if (sl_map_len(sl_get(e->value, "as-user-extra")) || sl_get_str(e->value, "as-uid").n)
		return sl_kubeconfig_refuse(SL_ERR_UNSUPPORTED, e->value, "as-user-extra", err,
					    "as-uid and as-user-extra are not supported");
	r = sl_kubeconfig_text(e->value, "as", &c->impersonate_user, err);
	for (size_t i = 0; i < sl_list_len(groups) && i < SL_KUBECONFIG_WORDS_MAX; i++)
		sl_strvec_push_str(&c->impersonate_groups, sl_as_str(sl_list_get(groups, i)));
	return r;
}

int sl_kubeconfig_user(const struct sl_kubeconfig_source *s, const struct sl_kubeconfig_entry *e,
		       struct sl_kube_config *c, struct sl_err *err)
{
	struct sl_str token_file = SL_STR_NULL;
	int r;

	if (!sl_is_null(sl_get(e->value, "auth-provider")) && !s->drop_refused)
		return sl_kubeconfig_refuse(
			SL_ERR_UNSUPPORTED, sl_get(e->value, "auth-provider"), "auth-provider", err,
			"was removed from Kubernetes in 1.26, use an exec plugin");
	r = get_pem(s, e, "client-certificate", &c->client_cert_pem, err);
	if (r == 0)
		r = get_pem(s, e, "client-key", &c->client_key_pem, err);
	if (r == 0)
		r = sl_kubeconfig_text(e->value, "token", &c->token, err);
	if (r == 0)
		r = get_text(e->value, "tokenFile", &token_file, err);
	if (r == 0)
		r = sl_kubeconfig_text(e->value, "username", &c->username, err);
	if (r == 0)
		r = sl_kubeconfig_text(e->value, "password", &c->password, err);
	if (r == 0)
		r = read_impersonation(s, e, c, err);
	if (r < 0)
		return r;
	if (token_file.n && !s->drop_refused)
		c->token_file = resolve(e->dir, token_file);
	if (!c->client_cert_pem != !c->client_key_pem)
		return sl_kubeconfig_refuse(SL_ERR_INVALID, e->value, "client-certificate", err,
					    "certificate and key must be given together");
	return read_exec(s, e, c, err);
}
