#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/arena.h"
#include "libcommon/base/file.h"
#include "libcommon/base/mem.h"
#include "libcommon/codec/base64.h"
#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/kube/config.h"

#define FILES_MAX 64 /* in $KUBECONFIG */
#define EXEC_WORDS_MAX 1000
#define IN_CLUSTER_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

/* What a kubeconfig is taken from: one or several files, or the text of a Secret. */
struct source {
	struct sl_arena arena;
	struct sl_value *docs[FILES_MAX];
	const char *dirs[FILES_MAX]; /* of the files, for relative names; NULL: text, no files */
	size_t n;
	bool allow_exec;
	bool allow_insecure_tls;
	bool drop_refused; /* a Secret: ignore what is not allowed instead of failing */
};

/* One named cluster, user or context. */
struct entry {
	const struct sl_value *value;
	const char *dir;
};

static void source_release(struct source *s)
{
	sl_arena_release(&s->arena);
}

static void hand_over(struct sl_kube_config *from, struct sl_kube_config *to)
{
	*to = *from;
	*from = (struct sl_kube_config)SL_KUBE_CONFIG_INIT;
}

static int refuse(enum sl_err_code code, const struct sl_value *at, const char *field,
		  struct sl_err *err, const char *what)
{
	sl_err_set(err, code, "kubeconfig: %s: %s", field, what);
	return err ? sl_value_err_at(at, field, err) : (int)code;
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
		return refuse(SL_ERR_INVALID, v, field, err, "is no string");
	if (sl_str_chr(v->s, '\0') >= 0)
		return refuse(SL_ERR_INVALID, v, field, err, "holds a NUL byte");
	if (v->s.n)
		*ret_text = v->s;
	return 0;
}

static int copy_text(const struct sl_value *map, const char *field, char **ret_copy,
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
static int get_pem(const struct source *s, const struct entry *e, const char *field, char **ret_pem,
		   struct sl_err *err)
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
			r = refuse(SL_ERR_INVALID, sl_get(e->value, data_field), data_field, err,
				   "is no base64 text");
	} else {
		path = resolve(e->dir, name);
		r = sl_file_read_path(path, &pem, err);
	}
	if (r == 0 && memchr(pem.p, 0, pem.n))
		r = refuse(SL_ERR_INVALID, e->value, field, err, "is no PEM text");
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
		return refuse(SL_ERR_INVALID, v, field, err, "is no boolean");
	*ret_value = sl_as_bool(v, false);
	return 0;
}

/* The first of that name in any document; `list` is "clusters", `member` "cluster". */
static bool find_entry(const struct source *s, const char *list, const char *member,
		       struct sl_str name, struct entry *ret_entry)
{
	for (size_t d = 0; d < s->n; d++) {
		const struct sl_value *items = sl_get(s->docs[d], list);

		for (size_t i = 0; i < sl_list_len(items); i++) {
			const struct sl_value *item = sl_list_get(items, i);

			if (!sl_str_eq(sl_get_str(item, "name"), name))
				continue;
			ret_entry->value = sl_get(item, member);
			ret_entry->dir = s->dirs[d];
			return true;
		}
	}
	return false;
}

static int read_cluster(const struct source *s, const struct entry *e, struct sl_kube_config *c,
			struct sl_err *err)
{
	struct sl_str server;
	bool insecure = false;
	int r = get_text(e->value, "server", &server, err);

	if (r < 0)
		return r;
	while (sl_str_cut_suffix(&server, SL_STR("/")))
		;
	if (!server.n)
		return refuse(SL_ERR_INVALID, e->value, "server", err, "is missing");
	/* client-go takes an address without a scheme, and means http. */
	if (sl_str_find(server, SL_STR("://")) < 0)
		c->server = sl_xasprintf("http://%.*s", SL_STR_FMT(server));
	else
		c->server = sl_xmemdup0(server.p, server.n);
	r = get_pem(s, e, "certificate-authority", &c->ca_pem, err);
	if (r == 0)
		r = get_bool(e->value, "insecure-skip-tls-verify", &insecure, err);
	if (r == 0)
		r = copy_text(e->value, "tls-server-name", &c->tls_server_name, err);
	if (r == 0)
		r = copy_text(e->value, "proxy-url", &c->proxy_url, err);
	if (r < 0)
		return r;
	c->insecure_skip_tls_verify = insecure && s->allow_insecure_tls;
	if (c->insecure_skip_tls_verify && c->ca_pem)
		return refuse(SL_ERR_INVALID, e->value, "insecure-skip-tls-verify", err,
			      "contradicts certificate-authority");
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

	if (sl_list_len(args) > EXEC_WORDS_MAX || sl_list_len(env) > EXEC_WORDS_MAX)
		return refuse(SL_ERR_TOO_LARGE, exec, "exec", err, "has too many args or env");
	for (size_t i = 0; i < sl_list_len(args); i++) {
		const struct sl_value *arg = sl_list_get(args, i);

		if (!sl_is_str(arg) || sl_str_chr(arg->s, '\0') >= 0)
			return refuse(SL_ERR_INVALID, arg, "args", err, "holds what is no string");
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

static int read_exec(const struct source *s, const struct entry *e, struct sl_kube_config *c,
		     struct sl_err *err)
{
	const struct sl_value *exec = sl_get(e->value, "exec");
	struct sl_str command, version;
	char *program;
	int r;

	if (sl_is_null(exec) || (!s->allow_exec && s->drop_refused))
		return 0;
	if (!s->allow_exec)
		return refuse(SL_ERR_UNSUPPORTED, exec, "exec", err,
			      "controllers run no other program");
	r = get_text(exec, "command", &command, err);
	if (r == 0)
		r = get_text(exec, "apiVersion", &version, err);
	if (r < 0)
		return r;
	if (!command.n)
		return refuse(SL_ERR_INVALID, exec, "command", err, "is missing");
	if (!sl_str_eqz(version, "client.authentication.k8s.io/v1") &&
	    !sl_str_eqz(version, "client.authentication.k8s.io/v1beta1"))
		return refuse(SL_ERR_UNSUPPORTED, exec, "apiVersion", err,
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

static int read_impersonation(const struct source *s, const struct entry *e,
			      struct sl_kube_config *c, struct sl_err *err)
{
	const struct sl_value *groups = sl_get(e->value, "as-groups");
	int r;

	if (s->drop_refused)
		return 0;
	if (sl_map_len(sl_get(e->value, "as-user-extra")) || sl_get_str(e->value, "as-uid").n)
		return refuse(SL_ERR_UNSUPPORTED, e->value, "as-user-extra", err,
			      "as-uid and as-user-extra are not supported");
	r = copy_text(e->value, "as", &c->impersonate_user, err);
	for (size_t i = 0; i < sl_list_len(groups) && i < EXEC_WORDS_MAX; i++)
		sl_strvec_push_str(&c->impersonate_groups, sl_as_str(sl_list_get(groups, i)));
	return r;
}

static int read_user(const struct source *s, const struct entry *e, struct sl_kube_config *c,
		     struct sl_err *err)
{
	struct sl_str token_file = SL_STR_NULL;
	int r;

	if (!sl_is_null(sl_get(e->value, "auth-provider")) && !s->drop_refused)
		return refuse(SL_ERR_UNSUPPORTED, sl_get(e->value, "auth-provider"),
			      "auth-provider", err,
			      "was removed from Kubernetes in 1.26, use an exec plugin");
	r = get_pem(s, e, "client-certificate", &c->client_cert_pem, err);
	if (r == 0)
		r = get_pem(s, e, "client-key", &c->client_key_pem, err);
	if (r == 0)
		r = copy_text(e->value, "token", &c->token, err);
	if (r == 0)
		r = get_text(e->value, "tokenFile", &token_file, err);
	if (r == 0)
		r = copy_text(e->value, "username", &c->username, err);
	if (r == 0)
		r = copy_text(e->value, "password", &c->password, err);
	if (r == 0)
		r = read_impersonation(s, e, c, err);
	if (r < 0)
		return r;
	if (token_file.n && !s->drop_refused)
		c->token_file = resolve(e->dir, token_file);
	if (!c->client_cert_pem != !c->client_key_pem)
		return refuse(SL_ERR_INVALID, e->value, "client-certificate", err,
			      "certificate and key must be given together");
	return read_exec(s, e, c, err);
}

static struct sl_str current_context(const struct source *s)
{
	for (size_t d = 0; d < s->n; d++) {
		struct sl_str name = sl_get_str(s->docs[d], "current-context");

		if (name.n)
			return name;
	}
	return SL_STR_NULL;
}

static int pick_names(const struct source *s, const struct sl_kube_config_options *o,
		      struct sl_str *ret_cluster, struct sl_str *ret_user, struct sl_kube_config *c,
		      struct sl_err *err)
{
	struct sl_str name = o->context ? sl_str(o->context) : current_context(s);
	struct entry context = { 0 };
	int r = 0;

	if (!name.n && !(o->cluster && o->user))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: there is no current-context, and none was named");
	if (name.n && !find_entry(s, "contexts", "context", name, &context))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: context \"%.*s\" does not exist", SL_STR_FMT(name));
	if (context.value)
		r = copy_text(context.value, "namespace", &c->namespace_, err);
	*ret_cluster = o->cluster ? sl_str(o->cluster) : sl_get_str(context.value, "cluster");
	*ret_user = o->user ? sl_str(o->user) : sl_get_str(context.value, "user");
	return r;
}

static int read_source(const struct source *s, const struct sl_kube_config_options *o,
		       struct sl_kube_config *ret_config, struct sl_err *err)
{
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	struct sl_str cluster_name, user_name;
	struct entry cluster, user;
	int r = pick_names(s, o, &cluster_name, &user_name, &c, err);

	if (r < 0)
		return r;
	if (!find_entry(s, "clusters", "cluster", cluster_name, &cluster))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: cluster \"%.*s\" does not exist",
				  SL_STR_FMT(cluster_name));
	r = read_cluster(s, &cluster, &c, err);
	if (r < 0)
		return r;
	/* A context without a user is anonymous. */
	if (user_name.n) {
		if (!find_entry(s, "users", "user", user_name, &user))
			return sl_err_set(err, SL_ERR_INVALID,
					  "kubeconfig: user \"%.*s\" does not exist",
					  SL_STR_FMT(user_name));
		r = read_user(s, &user, &c, err);
		if (r < 0)
			return r;
	}
	hand_over(&c, ret_config);
	return 0;
}

/* The text becomes one more document of the source. `path` NULL: no file. */
static int add_document(struct source *s, struct sl_str text, const char *path, struct sl_err *err)
{
	struct sl_yaml_options o = { .rules = SL_YAML_KUBERNETES,
				     .bytes = SL_KUBECONFIG_BYTES_MAX,
				     .depth = 64,
				     .nodes = 200000 };
	struct sl_value *doc;
	ptrdiff_t slash;
	int r;

	if (path)
		o.file = sl_arena_strdup(&s->arena, path);
	r = sl_yaml_parse(&s->arena, text, &o, &doc, err);
	if (r < 0) {
		sl_err_wrap(err, "kubeconfig");
		return r;
	}
	if (!sl_is_null(doc) && !sl_is_map(doc))
		return refuse(SL_ERR_INVALID, doc, "(top)", err, "is no map");
	slash = sl_str_rchr(sl_str(path), '/');
	s->docs[s->n] = doc;
	if (path && slash > 0)
		s->dirs[s->n] =
			sl_arena_str(&s->arena, sl_str_sub(sl_str(path), 0, (size_t)slash)).p;
	else
		s->dirs[s->n] = slash == 0 ? "/" : "";
	s->n++;
	return 0;
}

static int add_file(struct source *s, const char *path, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_KUBECONFIG_BYTES_MAX);
	int r = sl_file_read_path(path, &text, err);

	if (r == 0)
		r = add_document(s, sl_strbuf_str(&text), path, err);
	sl_wipe(text.p, text.n);
	return r;
}

/* Files that are not there are passed over, as client-go does. */
static int add_list(struct source *s, struct sl_str list, struct sl_err *err)
{
	struct sl_str part;

	while (sl_str_split(&list, ':', &part)) {
		SL_AUTO_FREE char *path = sl_xmemdup0(part.p, part.n);
		SL_AUTO(sl_err) one = SL_ERR_INIT;
		int r;

		if (!part.n)
			continue;
		if (s->n == FILES_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "KUBECONFIG names more than %d files", FILES_MAX);
		r = add_file(s, path, &one);
		if (r < 0 && r != SL_ERR_NOT_FOUND)
			return sl_err_move(err, &one);
	}
	return 0;
}

static int read_in_cluster_file(const char *directory, const char *name, char **ret_text,
				struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_KUBECONFIG_BYTES_MAX);
	SL_AUTO_FREE char *path = sl_xasprintf("%s/%s", directory, name);
	int r = sl_file_read_path(path, &text, err);

	if (r == 0)
		*ret_text = sl_strbuf_steal(&text);
	return r;
}

int sl_kube_config_in_cluster(const char *directory, struct sl_kube_config *ret_config,
			      struct sl_err *err)
{
	const char *host = getenv("KUBERNETES_SERVICE_HOST");
	const char *port = getenv("KUBERNETES_SERVICE_PORT");
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	int r;

	if (!directory)
		directory = IN_CLUSTER_DIR;
	if (!host || !*host || !port || !*port)
		return sl_err_set(err, SL_ERR_NOT_FOUND,
				  "not in a cluster: KUBERNETES_SERVICE_HOST is not set");
	c.server =
		sl_xasprintf(strchr(host, ':') ? "https://[%s]:%s" : "https://%s:%s", host, port);
	c.token_file = sl_xasprintf("%s/token", directory);
	r = read_in_cluster_file(directory, "ca.crt", &c.ca_pem, err);
	if (r < 0) {
		sl_err_wrap(err, "in-cluster configuration");
		return r;
	}
	/* Only a default for who does not say otherwise. */
	(void)read_in_cluster_file(directory, "namespace", &c.namespace_, NULL);
	hand_over(&c, ret_config);
	return 0;
}

static int load_default(struct source *s, const struct sl_kube_config_options *o,
			struct sl_kube_config *ret_config, struct sl_err *err)
{
	bool named = o->context || o->cluster || o->user;
	const char *home = getenv("HOME");
	SL_AUTO_FREE char *path = NULL;
	int r;

	if (!named) {
		r = sl_kube_config_in_cluster(NULL, ret_config, err);
		if (r != SL_ERR_NOT_FOUND)
			return r;
	}
	path = sl_xasprintf("%s/.kube/config", home ? home : "");
	r = add_list(s, sl_str(path), err);
	if (r == 0 && !s->n)
		return sl_err_set(
			err, SL_ERR_NOT_FOUND,
			"no kubeconfig: none was named, KUBECONFIG is not set, this is no "
			"pod, and %s does not exist",
			path);
	return r < 0 ? r : read_source(s, o, ret_config, err);
}

int sl_kube_config_load(const struct sl_kube_config_options *options,
			struct sl_kube_config *ret_config, struct sl_err *err)
{
	SL_AUTO(source) s = { .allow_insecure_tls = true };
	const struct sl_kube_config_options none = { 0 };
	const char *env = getenv("KUBECONFIG");
	int r;

	if (!options)
		options = &none;
	s.allow_exec = options->allow_exec;
	if (options->path && options->path[0]) {
		r = add_file(&s, options->path, err);
	} else if (env && *env) {
		r = add_list(&s, sl_str(env), err);
		if (r == 0 && !s.n)
			r = sl_err_set(err, SL_ERR_NOT_FOUND,
				       "no file that KUBECONFIG=%s names exists", env);
	} else {
		return load_default(&s, options, ret_config, err);
	}
	return r < 0 ? r : read_source(&s, options, ret_config, err);
}

int sl_kube_config_parse_secret(struct sl_str text,
				const struct sl_kube_config_secret_policy *policy,
				struct sl_kube_config *ret_config, struct sl_err *err)
{
	const struct sl_kube_config_options options = { 0 };
	SL_AUTO(source) s = { .drop_refused = true };
	int r;

	s.allow_exec = policy && policy->allow_exec;
	s.allow_insecure_tls = policy && policy->allow_insecure_tls;
	r = add_document(&s, text, NULL, err);
	return r < 0 ? r : read_source(&s, &options, ret_config, err);
}
