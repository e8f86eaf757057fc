#include "libcommon/kube/kubeconfig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libcommon/base/file.h"
#include "libcommon/codec/yaml.h"

#define IN_CLUSTER_DIR "/var/run/secrets/kubernetes.io/serviceaccount"

static void sl_kubeconfig_source_release(struct sl_kubeconfig_source *s)
{
	sl_arena_release(&s->arena);
}

static void hand_over(struct sl_kube_config *from, struct sl_kube_config *to)
{
	*to = *from;
	*from = (struct sl_kube_config)SL_KUBE_CONFIG_INIT;
}

/* The first of that name in any document; `list` is "clusters", `member` "cluster". */
static bool find_entry(const struct sl_kubeconfig_source *s, const char *list, const char *member,
		       struct sl_str name, struct sl_kubeconfig_entry *ret_entry)
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

static struct sl_str current_context(const struct sl_kubeconfig_source *s)
{
	for (size_t d = 0; d < s->n; d++) {
		struct sl_str name = sl_get_str(s->docs[d], "current-context");

		if (name.n)
			return name;
	}
	return SL_STR_NULL;
}

static int pick_names(const struct sl_kubeconfig_source *s, const struct sl_kube_config_options *o,
		      struct sl_str *ret_cluster, struct sl_str *ret_user, struct sl_kube_config *c,
		      struct sl_err *err)
{
	struct sl_str name = o->context ? sl_str(o->context) : current_context(s);
	struct sl_kubeconfig_entry context = { 0 };
	int r = 0;

	if (!name.n && !(o->cluster && o->user))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: there is no current-context, and none was named");
	if (name.n && !find_entry(s, "contexts", "context", name, &context))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: context \"%.*s\" does not exist", SL_STR_FMT(name));
	if (context.value)
		r = sl_kubeconfig_text(context.value, "namespace", &c->namespace_, err);
	*ret_cluster = o->cluster ? sl_str(o->cluster) : sl_get_str(context.value, "cluster");
	*ret_user = o->user ? sl_str(o->user) : sl_get_str(context.value, "user");
	return r;
}

static int read_source(const struct sl_kubeconfig_source *s, const struct sl_kube_config_options *o,
		       struct sl_kube_config *ret_config, struct sl_err *err)
{
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;
	struct sl_str cluster_name, user_name;
	struct sl_kubeconfig_entry cluster, user;
	int r = pick_names(s, o, &cluster_name, &user_name, &c, err);

	if (r < 0)
		return r;
	if (!find_entry(s, "clusters", "cluster", cluster_name, &cluster))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: cluster \"%.*s\" does not exist",
				  SL_STR_FMT(cluster_name));
	r = sl_kubeconfig_cluster(s, &cluster, &c, err);
	if (r < 0)
		return r;
	/* A context without a user is anonymous. */
	if (user_name.n) {
		if (!find_entry(s, "users", "user", user_name, &user))
			return sl_err_set(err, SL_ERR_INVALID,
					  "kubeconfig: user \"%.*s\" does not exist",
					  SL_STR_FMT(user_name));
		r = sl_kubeconfig_user(s, &user, &c, err);
		if (r < 0)
			return r;
	}
	hand_over(&c, ret_config);
	return 0;
}

/* The text becomes one more document of the source. `path` NULL: no file. */
static int add_document(struct sl_kubeconfig_source *s, struct sl_str text, const char *path,
			struct sl_err *err)
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
		return sl_kubeconfig_refuse(SL_ERR_INVALID, doc, "(top)", err, "is no map");
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

static int add_file(struct sl_kubeconfig_source *s, const char *path, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(SL_KUBECONFIG_BYTES_MAX);
	int r = sl_file_read_path(path, &text, err);

	if (r == 0)
		r = add_document(s, sl_strbuf_str(&text), path, err);
	sl_wipe(text.p, text.n);
	return r;
}

/* Files that are not there are passed over, as client-go does. */
static int add_list(struct sl_kubeconfig_source *s, struct sl_str list, struct sl_err *err)
{
	struct sl_str part;

	while (sl_str_split(&list, ':', &part)) {
		SL_AUTO_FREE char *path = sl_xmemdup0(part.p, part.n);
		SL_AUTO(sl_err) one = SL_ERR_INIT;
		int r;

		if (!part.n)
			continue;
		if (s->n == SL_KUBECONFIG_FILES_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE,
					  "KUBECONFIG names more than %d files",
					  SL_KUBECONFIG_FILES_MAX);
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

static char *home_path(void)
{
	const char *home = getenv("HOME");

	return sl_xasprintf("%s/.kube/config", home ? home : "");
}

static int load_default(struct sl_kubeconfig_source *s, const struct sl_kube_config_options *o,
			struct sl_kube_config *ret_config, struct sl_err *err)
{
	bool named = o->context || o->cluster || o->user;
	SL_AUTO_FREE char *path = home_path();
	int r;

	if (!named) {
		r = sl_kube_config_in_cluster(NULL, ret_config, err);
		if (r != SL_ERR_NOT_FOUND)
			return r;
	}
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
	SL_AUTO(sl_kubeconfig_source) s = { .allow_insecure_tls = true };
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

/* Of a pod; NULL elsewhere. */
static char *pod_namespace(void)
{
	const char *given = getenv("POD_NAMESPACE");
	SL_AUTO(sl_kube_config) c = SL_KUBE_CONFIG_INIT;

	if (sl_kube_config_in_cluster(NULL, &c, NULL) < 0)
		return NULL;
	return given && *given ? sl_xstrdup(given) : SL_STEAL(c.namespace_);
}

int sl_kube_config_namespace(const struct sl_kube_config_options *options, char **ret_namespace,
			     struct sl_err *err)
{
	SL_AUTO(sl_kubeconfig_source) s = { 0 };
	const char *env = getenv("KUBECONFIG");
	SL_AUTO_FREE char *home = home_path();
	struct sl_kubeconfig_entry context = { 0 };
	struct sl_str name;
	char *found = NULL;
	int r;

	if (options->path && *options->path)
		r = add_file(&s, options->path, err);
	else
		r = add_list(&s, sl_str(env && *env ? env : home), err);
	if (r < 0)
		return r;
	name = options->context ? sl_str(options->context) : current_context(&s);
	if (name.n && !find_entry(&s, "contexts", "context", name, &context))
		return sl_err_set(err, SL_ERR_INVALID,
				  "kubeconfig: context \"%.*s\" does not exist", SL_STR_FMT(name));
	if (context.value)
		r = sl_kubeconfig_text(context.value, "namespace", &found, err);
	if (r == 0)
		*ret_namespace = found ? found : pod_namespace();
	return r;
}

int sl_kube_config_parse_secret(struct sl_str text,
				const struct sl_kube_config_secret_policy *policy,
				struct sl_kube_config *ret_config, struct sl_err *err)
{
	const struct sl_kube_config_options options = { 0 };
	SL_AUTO(sl_kubeconfig_source) s = { .drop_refused = true };
	int r;

	s.allow_exec = policy && policy->allow_exec;
	s.allow_insecure_tls = policy && policy->allow_insecure_tls;
	r = add_document(&s, text, NULL, err);
	return r < 0 ? r : read_source(&s, &options, ret_config, err);
}
