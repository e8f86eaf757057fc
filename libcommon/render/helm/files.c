#include <stddef.h>

#include "libcommon/codec/base64.h"
#include "libcommon/render/helm/funcs_codec.h"
#include "libcommon/render/helm/objects.h"
#include "libcommon/render/helm/pathglob.h"

/* .Files: a Go map from names to bytes, with methods. */

static const struct sl_go_type files_type;

static struct sl_str file_bytes(const struct sl_goval *files, struct sl_str name)
{
	const struct sl_goval *v = sl_go_map_get(files->map, name);

	return v ? v->s : SL_STR("");
}

static int files_get(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		     struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)n;
	(void)err;
	*ret = sl_goval_str(file_bytes(&args[0], args[1].s));
	return 0;
}

static int files_get_bytes(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			   struct sl_goval *ret, struct sl_err *err)
{
	(void)call;
	(void)n;
	(void)err;
	*ret = sl_goval_bytes(file_bytes(&args[0], args[1].s));
	return 0;
}

static int files_glob(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		      struct sl_goval *ret, struct sl_err *err)
{
	struct sl_go_map *found = sl_go_map_new(call->a);
	const struct sl_go_map *all = args[0].map;
	const struct sl_helm_glob *glob = NULL;
	int r = sl_helm_glob_parse(call->a, args[1].s, &glob, err);

	(void)n;
	if (r < 0)
		return r;
	for (size_t i = 0; i < sl_go_map_len(all); i++) {
		SL_AUTO(sl_arena) scratch = SL_ARENA_INIT;
		struct sl_str name = sl_go_map_key_at(all, i);

		if (sl_helm_glob_match(&scratch, glob, name))
			sl_go_map_set_borrow(call->a, found, name, *sl_go_map_value_at(all, i));
	}
	*ret = (struct sl_goval){ .type = &files_type, .map = found };
	return 0;
}

/* path.Base. */
static struct sl_str base_name(struct sl_str path)
{
	ptrdiff_t slash;

	if (!path.n)
		return SL_STR(".");
	while (path.n > 1 && sl_str_cut_suffix(&path, SL_STR("/")))
		;
	slash = sl_str_rchr(path, '/');
	return slash < 0 || path.n == 1 ? path : sl_str_sub(path, (size_t)slash + 1, path.n);
}

/* A map from the last part of the names, as YAML. Of several with the same the last one counts. */
static int as_yaml(struct sl_go_call *call, const struct sl_go_map *files, bool base64,
		   struct sl_goval *ret, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) yaml = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	struct sl_go_map *m = sl_go_map_new(call->a);
	struct sl_str *names = sl_go_map_keys(call->a, files), text;
	int r;

	for (size_t i = 0; i < sl_go_map_len(files); i++) {
		struct sl_str bytes = sl_go_map_get(files, names[i])->s;
		SL_AUTO(sl_strbuf) encoded = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);

		if (base64) {
			sl_base64_encode(bytes, &encoded);
			bytes = sl_arena_str(call->a, sl_strbuf_str(&encoded));
		}
		sl_go_map_set(call->a, m, base_name(names[i]), sl_goval_str(bytes));
	}
	r = sl_helm_to_yaml(call->a, (struct sl_goval){ .type = &sl_go_string_map, .map = m },
			    &yaml, err);
	if (r == SL_ERR_TOO_LARGE)
		return r;
	text = r < 0 ? SL_STR("") : sl_arena_str(call->a, sl_strbuf_str(&yaml));
	(void)sl_str_cut_suffix(&text, SL_STR("\n"));
	*ret = sl_goval_str(text);
	return 0;
}

static int files_as_config(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			   struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	return as_yaml(call, args[0].map, false, ret, err);
}

static int files_as_secrets(struct sl_go_call *call, const struct sl_goval *args, size_t n,
			    struct sl_goval *ret, struct sl_err *err)
{
	(void)n;
	return as_yaml(call, args[0].map, true, ret, err);
}

static int files_lines(struct sl_go_call *call, const struct sl_goval *args, size_t n,
		       struct sl_goval *ret, struct sl_err *err)
{
	struct sl_str rest = file_bytes(&args[0], args[1].s), line;
	struct sl_go_list *lines = sl_go_list_new(call->a, 16);

	(void)n;
	(void)err;
	if (rest.n) {
		(void)sl_str_cut_suffix(&rest, SL_STR("\n"));
		while (sl_str_split(&rest, '\n', &line))
			sl_go_list_push(call->a, lines, sl_goval_str(line));
	}
	*ret = (struct sl_goval){ .type = &sl_go_strings, .list = lines };
	return 0;
}

#define WITH_TEXT(name_, fn_) \
	{ \
		.name = (name_), .fn = (fn_), .params = { &sl_go_string }, .count = 1 \
	}

static const struct sl_go_type files_type = {
	.kind = SL_GO_MAP,
	.name = "engine.files",
	.elem = &sl_go_bytes,
	.methods =
		(const struct sl_go_func[]){
			{ .name = "AsConfig", .fn = files_as_config },
			{ .name = "AsSecrets", .fn = files_as_secrets },
			WITH_TEXT("Get", files_get),
			WITH_TEXT("GetBytes", files_get_bytes),
			WITH_TEXT("Glob", files_glob),
			WITH_TEXT("Lines", files_lines),
			{ .name = NULL },
		},
};

struct sl_goval sl_helm_files_object(struct sl_arena *a, const struct sl_helm_chart *c)
{
	struct sl_go_map *m = sl_go_map_new_for(a, c->file_count);

	for (size_t i = 0; i < c->file_count; i++)
		sl_go_map_set_borrow(a, m, c->files[i].name, sl_goval_bytes(c->files[i].data));
	return (struct sl_goval){ .type = &files_type, .map = m };
}
