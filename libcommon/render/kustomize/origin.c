#include "libcommon/render/kustomize/origin.h"

#include <string.h>

#include "libcommon/codec/yaml.h"

/* Clean, but it may lead out with leading "..". */
static struct sl_str join(struct sl_arena *a, struct sl_str base, struct sl_str rel)
{
	struct sl_str joined = base.n == 0
				       ? rel
				       : sl_str(sl_arena_printf(a, "%.*s/%.*s", SL_STR_FMT(base),
								SL_STR_FMT(rel)));
	char *out = sl_arena_alloc(a, joined.n + 2);
	struct sl_str part;
	size_t n = 0;

	while (sl_str_split(&joined, '/', &part)) {
		struct sl_str so_far = { out, n };
		ptrdiff_t slash = sl_str_rchr(so_far, '/');
		struct sl_str last = sl_str_sub(so_far, (size_t)(slash + 1), n);

		if (part.n == 0 || sl_str_eqz(part, "."))
			continue;
		if (sl_str_eqz(part, "..") && last.n > 0 && !sl_str_eqz(last, "..")) {
			n = slash < 0 ? 0 : (size_t)slash;
			continue;
		}
		if (n > 0)
			out[n++] = '/';
		memcpy(out + n, part.p, part.n);
		n += part.n;
	}
	return n > 0 ? (struct sl_str){ out, n } : SL_STR(".");
}

const struct sl_kz_origin *sl_kz_origin_append(struct sl_arena *a, const struct sl_kz_origin *base,
					       struct sl_str rel)
{
	struct sl_kz_origin *o = sl_arena_new(a, struct sl_kz_origin);
	struct sl_kustomize_repo repo;

	*o = *base;
	if (sl_kustomize_repo_parse(a, rel, &repo, NULL) < 0) {
		o->path = join(a, base->path, rel);
		return o;
	}
	o->repo = repo.clone;
	o->ref = repo.ref;
	/* kustomize's own word for the root of a repository. */
	o->path = repo.path.n > 0 ? join(a, SL_STR_NULL, repo.path) : SL_STR("notCloned");
	return o;
}

/* Plain scalars but for what YAML would read as something else: the writer decides. */
static void write_field(struct sl_strbuf *out, const char *indent, const char *key,
			struct sl_str value)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	if (value.n == 0)
		return;
	sl_strbuf_addz(out, indent);
	sl_strbuf_addz(out, key);
	sl_strbuf_addz(out, ": ");
	sl_yaml_write(sl_value_str_borrow(&a, value), SL_YAML_PLAIN, out);
}

/* `item` stands before the first field, for an item of a list: the others are as far in. */
static void write_origin(const struct sl_kz_origin *o, const char *item, const char *indent,
			 struct sl_strbuf *out)
{
	const struct {
		const char *name;
		struct sl_str value;
	} fields[] = {
		{ "path", o->path },
		{ "repo", o->repo },
		{ "ref", o->ref },
		{ "configuredIn", o->configured_in },
	};
	const char *first = item;

	for (size_t i = 0; i < SL_ARRAY_LEN(fields); i++) {
		write_field(out, first, fields[i].name, fields[i].value);
		if (fields[i].value.n > 0)
			first = indent;
	}
	if (!o->configured_by)
		return;
	sl_strbuf_addf(out, "%sconfiguredBy:\n%s  apiVersion: builtin\n%s  kind: %s\n", indent,
		       indent, indent, o->configured_by);
	write_field(out, *indent ? "    " : "  ", "name", o->name);
	write_field(out, *indent ? "    " : "  ", "namespace", o->ns);
}

void sl_kz_write_origin(const struct sl_kz_origin *o, struct sl_strbuf *out)
{
	write_origin(o, "", "", out);
}

void sl_kz_write_transformations(const struct sl_kz_resource *r, struct sl_strbuf *out)
{
	for (size_t i = 0; i < r->transformation_n; i++)
		write_origin(r->transformations[i], "- ", "  ", out);
}
