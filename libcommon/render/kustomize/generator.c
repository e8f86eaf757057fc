#include <string.h>

#include "libcommon/codec/base64.h"
#include "libcommon/render/kustomize/transform.h"

/* One entry of configMapGenerator or secretGenerator on its way to an object. */
struct generator {
	struct sl_kz_stage *s;
	const struct sl_value *args;
	const char *field; /* of the kustomization, for messages */
	bool is_secret;
	struct sl_value *obj;
	struct sl_value *options; /* own and global ones together */
};

#define VALUE_MAX ((size_t)16 << 20) /* bytes of one value, encoded */

/* Say where; returns `code`. */
static int fail(const struct generator *g, const struct sl_value *at, int code, struct sl_err *err)
{
	sl_value_err_at(at ? at : g->args, g->field, err);
	return code;
}

struct sl_value *sl_kz_encode_secret(struct sl_arena *a, struct sl_str bytes)
{
	SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(2 * VALUE_MAX);
	SL_AUTO(sl_strbuf) lines = SL_STRBUF_INIT(2 * VALUE_MAX + VALUE_MAX / 16);

	sl_base64_encode(bytes, &plain);
	if (plain.n < 70)
		return sl_kz_new_text(a, sl_strbuf_str(&plain));
	for (size_t i = 0; i < plain.n; i += 70) {
		sl_strbuf_adds(&lines, sl_str_sub(sl_strbuf_str(&plain), i, i + 70));
		sl_strbuf_addc(&lines, '\n');
	}
	return sl_kz_new_text(a, sl_strbuf_str(&lines));
}

static int add_pair(struct generator *g, struct sl_str key, struct sl_str value,
		    const struct sl_value *at, struct sl_err *err)
{
	struct sl_arena *a = g->s->kz->a;
	bool text = !g->is_secret && sl_str_is_utf8(value);

	if (value.n > VALUE_MAX) {
		return fail(g, at,
			    sl_err_set(err, SL_ERR_TOO_LARGE,
				       "the value of key '%.*s' is larger than %zu bytes",
				       SL_STR_FMT(key), (size_t)VALUE_MAX),
			    err);
	}
	if (sl_map_get(sl_get(g->obj, "data"), key) ||
	    sl_map_get(sl_get(g->obj, "binaryData"), key)) {
		struct sl_str name = sl_get_str(g->args, "name");

		return fail(g, at,
			    sl_err_set(err, SL_ERR_INVALID,
				       "configmap %.*s illegally repeats the key `%.*s`",
				       SL_STR_FMT(name), SL_STR_FMT(key)),
			    err);
	}
	struct sl_value *data =
		sl_map_need_map(a, g->obj, text || g->is_secret ? "data" : "binaryData");

	sl_map_set(a, data, key, text ? sl_kz_new_text(a, value) : sl_kz_encode_secret(a, value));
	return 0;
}

static struct sl_str without_quotes(struct sl_str s)
{
	if (s.n < 2 || s.p[0] != s.p[s.n - 1] || (s.p[0] != '"' && s.p[0] != '\''))
		return s;
	return sl_str_sub(s, 1, s.n - 1);
}

static int add_literals(struct generator *g, struct sl_err *err)
{
	const struct sl_value *list = sl_get(g->args, "literals");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		struct sl_str s = sl_as_str(sl_list_get(list, i));
		ptrdiff_t eq = sl_str_chr(s, '=');

		if (eq <= 0) {
			return fail(g, sl_list_get(list, i),
				    sl_err_set(err, SL_ERR_INVALID,
					       "invalid literal source %.*s, expected key=value",
					       SL_STR_FMT(s)),
				    err);
		}
		int r = add_pair(g, sl_str_sub(s, 0, (size_t)eq),
				 without_quotes(sl_str_sub(s, (size_t)eq + 1, s.n)),
				 sl_list_get(list, i), err);

		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static int add_env_line(struct generator *g, struct sl_str line, const struct sl_value *at,
			struct sl_err *err)
{
	if (!sl_str_is_utf8(line)) {
		return fail(
			g, at,
			sl_err_set(err, SL_ERR_INVALID, "an env file has a line that is not UTF-8"),
			err);
	}
	(void)sl_str_cut_suffix(&line, SL_STR("\r"));
	while (line.n > 0 && is_space(line.p[0]))
		line = sl_str_sub(line, 1, line.n);
	if (line.n == 0 || line.p[0] == '#')
		return 0;
	ptrdiff_t eq = sl_str_chr(line, '=');
	struct sl_str key = eq < 0 ? line : sl_str_sub(line, 0, (size_t)eq);
	struct sl_str value = eq < 0 ? SL_STR_NULL : sl_str_sub(line, (size_t)eq + 1, line.n);

	return key.n == 0 ? 0 : add_pair(g, key, value, at, err);
}

static int add_env_files(struct generator *g, struct sl_err *err)
{
	const struct sl_value *list = sl_get(g->args, "envs");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *at = sl_list_get(list, i);
		struct sl_str text, line;
		const char *path;
		int r = sl_kz_load(g->s->kz, g->s->dir, sl_as_str(at), &text, &path, err);

		if (r == 0)
			(void)sl_str_cut_prefix(&text, SL_STR("\xef\xbb\xbf"));
		while (r == 0 && sl_str_split(&text, '\n', &line))
			r = add_env_line(g, line, at, err);
		if (r < 0) {
			sl_err_wrap(err, "env source file '%.*s'", SL_STR_FMT(sl_as_str(at)));
			return fail(g, at, r, err);
		}
	}
	return 0;
}

/* "key=path", or a path whose last part is the key. */
static int split_file_source(struct generator *g, const struct sl_value *at, struct sl_str *ret_key,
			     struct sl_str *ret_path, struct sl_err *err)
{
	struct sl_str s = sl_as_str(at);
	ptrdiff_t eq = sl_str_chr(s, '='), slash;
	int r = 0;

	if (eq < 0) {
		*ret_path = s;
		while (s.n > 1 && s.p[s.n - 1] == '/')
			s.n--;
		slash = sl_str_rchr(s, '/');
		*ret_key = sl_str_sub(s, (size_t)(slash + 1), s.n);
		return 0;
	}
	*ret_key = sl_str_sub(s, 0, (size_t)eq);
	*ret_path = sl_str_sub(s, (size_t)eq + 1, s.n);
	if (sl_str_chr(*ret_path, '=') >= 0)
		r = sl_err_set(err, SL_ERR_INVALID,
			       "source \"%.*s\" key name or file path contains '='", SL_STR_FMT(s));
	else if (ret_key->n == 0)
		r = sl_err_set(err, SL_ERR_INVALID,
			       "missing key name for file path \"%.*s\" in source \"%.*s\"",
			       SL_STR_FMT(*ret_path), SL_STR_FMT(s));
	else if (ret_path->n == 0)
		r = sl_err_set(err, SL_ERR_INVALID,
			       "missing file path for key name \"%.*s\" in source \"%.*s\"",
			       SL_STR_FMT(*ret_key), SL_STR_FMT(s));
	return r < 0 ? fail(g, at, r, err) : 0;
}

static int add_files(struct generator *g, struct sl_err *err)
{
	const struct sl_value *list = sl_get(g->args, "files");

	for (size_t i = 0; i < sl_list_len(list); i++) {
		const struct sl_value *at = sl_list_get(list, i);
		struct sl_str key, rel, text;
		const char *path;
		int r = split_file_source(g, at, &key, &rel, err);

		if (r < 0)
			return r;
		r = sl_kz_load(g->s->kz, g->s->dir, rel, &text, &path, err);
		if (r < 0) {
			sl_err_wrap(err, "file source '%.*s'", SL_STR_FMT(rel));
			return fail(g, at, r, err);
		}
		r = add_pair(g, key, text, at, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Global options fill what the generator's own leave open. */
static struct sl_value *merge_options(struct sl_arena *a, const struct sl_value *own,
				      const struct sl_value *global)
{
	static const char *const maps[] = { "labels", "annotations" };
	static const char *const flags[] = { "disableNameSuffixHash", "immutable" };
	struct sl_value *out = sl_value_map(a);

	for (size_t i = 0; i < SL_ARRAY_LEN(maps); i++) {
		const struct sl_value *sources[] = { sl_get(global, maps[i]),
						     sl_get(own, maps[i]) };

		for (size_t k = 0; k < SL_ARRAY_LEN(sources); k++)
			for (size_t m = 0; m < sl_map_len(sources[k]); m++)
				sl_map_set(a, sl_map_need_map(a, out, maps[i]),
					   sources[k]->map.members[m].key,
					   sources[k]->map.members[m].value);
	}
	for (size_t i = 0; i < SL_ARRAY_LEN(flags); i++)
		sl_map_set_bool(a, out, flags[i],
				sl_get_bool(own, false, flags[i]) ||
					sl_get_bool(global, false, flags[i]));
	return out;
}

static int make_base(struct generator *g, struct sl_err *err)
{
	struct sl_arena *a = g->s->kz->a;
	struct sl_str name = sl_get_str(g->args, "name"), ns = sl_get_str(g->args, "namespace");
	struct sl_str type = sl_get_str(g->args, "type");

	if (name.n == 0) {
		return fail(g, NULL,
			    sl_err_set(err, SL_ERR_INVALID, "a configmap must have a name"), err);
	}
	g->obj = sl_value_map(a);
	g->obj->file = g->args->file;
	g->obj->line = g->args->line;
	sl_map_set_strz(a, g->obj, "apiVersion", "v1");
	sl_map_set_strz(a, g->obj, "kind", g->is_secret ? "Secret" : "ConfigMap");
	struct sl_value *meta = sl_map_need_map(a, g->obj, "metadata");

	sl_kz_set_member(g->s->kz, meta, "name", name);
	if (ns.n > 0)
		sl_kz_set_member(g->s->kz, meta, "namespace", ns);
	if (g->is_secret) {
		sl_map_setz(a, g->obj, "type",
			    sl_kz_new_text(a, type.n > 0 ? type : SL_STR("Opaque")));
		(void)sl_map_need_map(a, g->obj, "data");
	}
	return 0;
}

/* kustomize writes them in quotes; but it writes annotations anew when it adds its own. */
static struct sl_value *option_texts(struct generator *g, const char *field)
{
	struct sl_value *texts = sl_value_copy(g->s->kz->a, sl_get(g->options, field));

	for (size_t i = 0; i < sl_map_len(texts); i++) {
		struct sl_value *v = texts->map.members[i].value;

		if (sl_is_str(v))
			v->quoted = sl_streq(field, "labels") ||
				    sl_kz_new_text(g->s->kz->a, v->s)->quoted;
	}
	return texts;
}

static void apply_options(struct generator *g)
{
	static const char *const maps[] = { "labels", "annotations" };
	struct sl_arena *a = g->s->kz->a;
	struct sl_value *meta = sl_map_need_map(a, g->obj, "metadata");

	for (size_t i = 0; i < SL_ARRAY_LEN(maps); i++)
		if (sl_map_len(sl_get(g->options, maps[i])) > 0)
			sl_map_setz(a, meta, maps[i], option_texts(g, maps[i]));
	if (sl_get_bool(g->options, false, "immutable"))
		sl_map_set_bool(a, g->obj, "immutable", true);
}

static enum sl_kz_behavior behavior_of(const struct sl_value *args)
{
	struct sl_str s = sl_get_str(args, "behavior");

	return sl_str_eqz(s, "replace") ? SL_KZ_REPLACE
	       : sl_str_eqz(s, "merge") ? SL_KZ_MERGE
					: SL_KZ_CREATE;
}

static int generate_one(struct generator *g, struct sl_kz_resource **ret, struct sl_err *err)
{
	int r = make_base(g, err);

	if (r == 0)
		r = add_env_files(g, err);
	if (r == 0)
		r = add_literals(g, err);
	if (r == 0)
		r = add_files(g, err);
	if (r < 0)
		return r;
	apply_options(g);
	struct sl_kz_resource *res = sl_kz_resource_new(g->s->kz, g->obj);

	res->behavior = behavior_of(g->args);
	res->generated = true;
	res->needs_hash = !sl_get_bool(g->options, false, "disableNameSuffixHash");
	if (g->s->kz->track_origin)
		res->origin = sl_kz_stage_origin(g->s);
	*ret = res;
	return 0;
}

int sl_kz_generate_one(struct sl_kz_stage *s, const struct sl_value *args, bool is_secret,
		       const char *field, const struct sl_value *global_options,
		       struct sl_kz_resource **ret, struct sl_err *err)
{
	struct generator g = { .s = s,
			       .args = args,
			       .field = field,
			       .is_secret = is_secret,
			       .options = merge_options(s->kz->a, sl_get(args, "options"),
							global_options) };

	return generate_one(&g, ret, err);
}

int sl_kz_generate(struct sl_kz_stage *s, struct sl_err *err)
{
	static const struct {
		const char *field, *builtin;
		bool is_secret;
	} kinds[] = {
		{ "configMapGenerator", "ConfigMapGenerator", false },
		{ "secretGenerator", "SecretGenerator", true },
	};
	const struct sl_value *global = sl_get(s->kust->value, "generatorOptions");

	for (size_t k = 0; k < SL_ARRAY_LEN(kinds); k++) {
		const struct sl_value *list = sl_get(s->kust->value, kinds[k].field);

		s->builtin = kinds[k].builtin;
		for (size_t i = 0; i < sl_list_len(list); i++) {
			const struct sl_value *args = sl_list_get(list, i);
			struct sl_kz_resource *made;
			int r = sl_kz_generate_one(s, args, kinds[k].is_secret, kinds[k].field,
						   global, &made, err);

			if (r == 0)
				r = sl_kz_map_absorb(s->kz, s->m, made, err);
			if (r < 0)
				sl_value_err_at(args, kinds[k].field, err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}
