/* Names, ids and lists of refs: what needs no server. */
#include <stdlib.h>
#include <string.h>

#include "libcommon/net/git_priv.h"

bool sl_git_oid_parse(struct sl_str text, struct sl_git_oid *ret_oid)
{
	if (text.n != 40 && text.n != 64)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c >= 'A' && c <= 'F')
			c = (char)(c + 'a' - 'A');
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
		ret_oid->hex[i] = c;
	}
	ret_oid->hex[text.n] = '\0';
	return true;
}

bool sl_git_oid_eq(const struct sl_git_oid *a, const struct sl_git_oid *b)
{
	return strcmp(a->hex, b->hex) == 0;
}

bool sl_git_cut_oid(struct sl_str *line, struct sl_git_oid *ret_oid)
{
	ptrdiff_t space = sl_str_chr(*line, ' ');
	size_t n = space < 0 ? line->n : (size_t)space;

	if (!sl_git_oid_parse(sl_str_sub(*line, 0, n), ret_oid))
		return false;
	*line = sl_str_sub(*line, n + 1, line->n);
	return true;
}

static bool component_ok(struct sl_str c)
{
	return c.n && c.p[0] != '.' && !sl_str_ends(c, SL_STR(".lock"));
}

bool sl_git_ref_name_ok(struct sl_str name)
{
	struct sl_str rest = name, component;

	if (!name.n || name.n > SL_GIT_REF_NAME_MAX || name.p[name.n - 1] == '/' ||
	    name.p[name.n - 1] == '.' || sl_str_eq(name, SL_STR("@")))
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c <= ' ' || c == 0x7f || strchr("~^:?*[\\", c))
			return false;
	}
	if (sl_str_find(name, SL_STR("..")) >= 0 || sl_str_find(name, SL_STR("@{")) >= 0)
		return false;
	while (sl_str_split(&rest, '/', &component))
		if (!component_ok(component))
			return false;
	return true;
}

void sl_git_refs_release(struct sl_git_refs *refs)
{
	sl_arena_release(&refs->arena);
	free(refs->items);
	*refs = (struct sl_git_refs)SL_GIT_REFS_INIT;
}

const struct sl_git_ref *sl_git_refs_find(const struct sl_git_refs *refs, const char *name)
{
	for (size_t i = 0; i < refs->n; i++)
		if (!strcmp(refs->items[i].name, name))
			return &refs->items[i];
	return NULL;
}

int sl_git_refs_add(struct sl_git_refs *refs, struct sl_str name, const struct sl_git_oid *oid,
		    struct sl_git_ref **ret_ref, struct sl_err *err)
{
	struct sl_git_ref *ref;

	*ret_ref = NULL;
	if (!sl_git_ref_name_ok(name))
		return 0;
	if (refs->n == SL_GIT_REFS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "remote has more than %d refs",
				  SL_GIT_REFS_MAX);
	refs->items = sl_grow(refs->items, refs->n, &refs->cap, sizeof(*refs->items));
	ref = &refs->items[refs->n++];
	memset(ref, 0, sizeof(*ref));
	ref->name = sl_arena_str(&refs->arena, name).p;
	ref->oid = *oid;
	*ret_ref = ref;
	return 0;
}
