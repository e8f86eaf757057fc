#include "kustomize-controller/spec.h"

#include <string.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/duration.h"

#define TIMEOUT_MARGIN_MS 30000

static int read_duration(const struct sl_value *spec, const char *key, int64_t otherwise,
			 int64_t *ret_ms, struct sl_err *err)
{
	const struct sl_value *v = sl_get(spec, key);
	int r;

	*ret_ms = otherwise;
	if (!v)
		return 0;
	r = sl_duration_parse_ms(sl_as_str(v), ret_ms, err);
	if (r < 0)
		sl_err_wrap(err, "spec.%s", key);
	return r;
}

/* Drop the last part of "a/b/c"; at the root ".." leads nowhere, as in Flux's secure join. */
static void go_up(struct sl_strbuf *b)
{
	ptrdiff_t slash = sl_str_rchr(sl_strbuf_str(b), '/');

	sl_strbuf_truncate(b, slash < 0 ? 0 : (size_t)slash);
}

/* "./a//b/../c/" becomes "a/c". The result cannot leave the artifact. */
static int clean_path(struct sl_arena *a, struct sl_str path, const char **ret_path,
		      struct sl_err *err)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(4096);
	struct sl_str rest = path, part;

	if (sl_str_chr(path, '\0') >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "spec.path holds a NUL byte");
	while (sl_str_split(&rest, '/', &part)) {
		if (!part.n || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, ".."))
			go_up(&b);
		else
			sl_strbuf_addf(&b, "%s%.*s", b.n ? "/" : "", SL_STR_FMT(part));
	}
	*ret_path = sl_arena_strdup(a, b.p);
	return sl_strbuf_check(&b, "spec.path", err);
}

static enum kc_deletion_policy read_deletion_policy(const struct sl_value *spec)
{
	static const char *const names[] = {
		[KC_MIRROR_PRUNE] = "MirrorPrune",
		[KC_DELETE] = "Delete",
		[KC_WAIT_FOR_TERMINATION] = "WaitForTermination",
		[KC_ORPHAN] = "Orphan",
	};
	struct sl_str s = sl_get_str(spec, "deletionPolicy");

	for (size_t i = 0; i < SL_ARRAY_LEN(names); i++)
		if (sl_str_eqz(s, names[i]))
			return (enum kc_deletion_policy)i;
	return KC_MIRROR_PRUNE;
}

static int read_durations(const struct sl_value *tree, struct kc_spec *s, struct sl_err *err)
{
	int64_t timeout;
	int r = read_duration(tree, "interval", 0, &s->interval_ms, err);

	if (r < 0)
		return r;
	if (s->interval_ms <= 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "spec.interval must be a duration above zero");
	r = read_duration(tree, "retryInterval", s->interval_ms, &s->retry_ms, err);
	if (r < 0)
		return r;
	timeout = s->interval_ms - TIMEOUT_MARGIN_MS;
	if (timeout < TIMEOUT_MARGIN_MS)
		timeout = TIMEOUT_MARGIN_MS;
	return read_duration(tree, "timeout", timeout, &s->timeout_ms, err);
}

/* What cannot be wrong. */
static struct kc_spec decode_plain(struct sl_arena *a, const struct sl_value *object)
{
	const struct sl_value *tree = sl_get(object, "spec");
	struct sl_str account = sl_get_str(tree, "serviceAccountName");

	return (struct kc_spec){
		.tree = tree,
		.prune = sl_get_bool(tree, false, "prune"),
		.suspend = sl_get_bool(tree, false, "suspend"),
		.force = sl_get_bool(tree, false, "force"),
		.wait = sl_get_bool(tree, false, "wait"),
		.deletion_policy = read_deletion_policy(tree),
		.service_account = account.n ? sl_arena_str(a, account).p : NULL,
		.source_ref = sl_get(tree, "sourceRef"),
		.health_checks = sl_get(tree, "healthChecks"),
		.depends_on = sl_get(tree, "dependsOn"),
	};
}

int kc_spec_decode(struct sl_arena *a, const struct sl_value *object, struct kc_spec *ret_spec,
		   struct sl_err *err)
{
	struct kc_spec s = decode_plain(a, object);
	int r = read_durations(s.tree, &s, err);

	if (!r)
		r = clean_path(a, sl_get_str(s.tree, "path"), &s.path, err);
	if (!r)
		*ret_spec = s;
	return r;
}

void kc_spec_decode_deletion(struct sl_arena *a, const struct sl_value *object,
			     struct kc_spec *ret_spec)
{
	*ret_spec = decode_plain(a, object);
	if (read_durations(ret_spec->tree, ret_spec, NULL) < 0)
		ret_spec->timeout_ms = TIMEOUT_MARGIN_MS;
}

static bool has_ready_expr(const struct sl_value *spec)
{
	const struct sl_value *list = sl_get(spec, "dependsOn");

	for (size_t i = 0; i < sl_list_len(list); i++)
		if (sl_get_str(sl_list_get(list, i), "readyExpr").n)
			return true;
	return false;
}

/* An empty map or list asks for nothing. */
static bool is_used(const struct sl_value *v)
{
	return sl_map_len(v) || sl_list_len(v);
}

const char *kc_spec_unsupported(const struct sl_value *object)
{
	static const struct {
		const char *key, *field;
	} fields[] = {
		{ "kubeConfig", "spec.kubeConfig" },
		{ "decryption", "spec.decryption" },
		{ "healthCheckExprs", "spec.healthCheckExprs" },
		{ "ignore", "spec.ignore" },
	};
	const struct sl_value *spec = sl_get(object, "spec");

	for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++)
		if (is_used(sl_get(spec, fields[i].key)))
			return fields[i].field;
	return has_ready_expr(spec) ? "spec.dependsOn[].readyExpr" : NULL;
}
