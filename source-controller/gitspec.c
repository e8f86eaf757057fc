#include "source-controller/gitspec.h"

#include "libcommon/codec/duration.h"

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

/* NULL when absent or empty. */
static const char *text(struct sl_arena *a, const struct sl_value *v)
{
	return sl_as_str(v).n ? sl_as_strz(a, v) : NULL;
}

static int read_sparse(struct sl_arena *a, const struct sl_value *list, struct sc_git_spec *s,
		       struct sl_err *err)
{
	const char **dirs;

	if (sl_list_len(list) > SL_GIT_SPARSE_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE,
				  "spec.sparseCheckout has more than %d entries",
				  SL_GIT_SPARSE_MAX);
	s->sparse_count = sl_list_len(list);
	dirs = sl_arena_array(a, s->sparse_count + 1, sizeof(*dirs));
	for (size_t i = 0; i < s->sparse_count; i++)
		dirs[i] = sl_arena_str(a, sl_as_str(sl_list_get(list, i))).p;
	s->sparse = dirs;
	return 0;
}

int sc_git_spec_decode(struct sl_arena *a, const struct sl_value *object,
		       struct sc_git_spec *ret_spec, struct sl_err *err)
{
	const struct sl_value *spec = sl_get(object, "spec"), *ref = sl_get(spec, "ref");
	struct sc_git_spec s = {
		.url = text(a, sl_get(spec, "url")),
		.ref = {
			.branch = text(a, sl_get(ref, "branch")),
			.tag = text(a, sl_get(ref, "tag")),
			.semver = text(a, sl_get(ref, "semver")),
			.name = text(a, sl_get(ref, "name")),
			.commit = text(a, sl_get(ref, "commit")),
		},
		.secret = text(a, sl_get(spec, "secretRef", "name")),
		.proxy_secret = text(a, sl_get(spec, "proxySecretRef", "name")),
		.ignore = sl_get_str(spec, "ignore"),
		.recurse_submodules = sl_get_bool(spec, false, "recurseSubmodules"),
	};
	int r = read_duration(spec, "interval", 0, &s.interval_ms, err);

	if (r == 0)
		r = read_duration(spec, "timeout", SC_TIMEOUT_DEFAULT_MS, &s.timeout_ms, err);
	if (r == 0)
		r = read_sparse(a, sl_get(spec, "sparseCheckout"), &s, err);
	if (r < 0)
		return r;
	if (!s.url)
		return sl_err_set(err, SL_ERR_INVALID, "spec.url is empty");
	if (s.interval_ms <= 0)
		return sl_err_set(err, SL_ERR_INVALID,
				  "spec.interval must be a duration above zero");
	*ret_spec = s;
	return 0;
}

const char *sc_git_spec_unsupported(const struct sl_value *object)
{
	const struct sl_value *spec = sl_get(object, "spec");
	struct sl_str provider = sl_get_str(spec, "provider");

	if (sl_str_starts(sl_get_str(spec, "url"), SL_STR("ssh://")))
		return "spec.url with the scheme ssh";
	if (provider.n && !sl_str_eq(provider, SL_STR("generic")))
		return "spec.provider other than generic";
	if (sl_map_len(sl_get(spec, "verify")))
		return "spec.verify";
	return sl_list_len(sl_get(spec, "include")) ? "spec.include" : NULL;
}

/* An empty list is as good as none: an API server stores both. */
static bool same_list(const struct sl_value *x, const struct sl_value *y)
{
	return (!sl_list_len(x) && !sl_list_len(y)) || sl_value_equal(x, y);
}

bool sc_git_content_changed(const struct sl_value *object)
{
	const struct sl_value *spec = sl_get(object, "spec"), *status = sl_get(object, "status");

	return !sl_value_equal(sl_get(spec, "ignore"), sl_get(status, "observedIgnore")) ||
	       sl_get_bool(spec, false, "recurseSubmodules") !=
		       sl_get_bool(status, false, "observedRecurseSubmodules") ||
	       !same_list(sl_get(spec, "sparseCheckout"),
			  sl_get(status, "observedSparseCheckout")) ||
	       !same_list(sl_get(spec, "include"), sl_get(status, "observedInclude"));
}

static void mirror(struct sl_arena *a, struct sl_value *object, const char *key,
		   const char *observed)
{
	struct sl_value *status = sl_map_need_map(a, object, "status");
	const struct sl_value *v = sl_get(object, "spec", key);

	if (v && (v->kind != SL_V_BOOL || v->b) && (!sl_is_list(v) || sl_list_len(v)))
		sl_map_setz(a, status, observed, sl_value_copy(a, v));
	else
		sl_map_remove(status, sl_str(observed));
}

void sc_git_content_observe(struct sl_arena *a, struct sl_value *object)
{
	struct sl_value *status = sl_map_need_map(a, object, "status");

	mirror(a, object, "ignore", "observedIgnore");
	mirror(a, object, "recurseSubmodules", "observedRecurseSubmodules");
	mirror(a, object, "sparseCheckout", "observedSparseCheckout");
	mirror(a, object, "include", "observedInclude");
	sl_map_remove(status, SL_STR("includedArtifacts"));
	sl_map_remove(status, SL_STR("sourceVerificationMode"));
}
