/* Listing refs, and the hint that spares the question for capabilities before it. */
#include <string.h>

#include "libcommon/net/git_priv.h"

#define HINT_V2 "2"
#define HINT_SHALLOW " shallow"
#define HINT_FORMAT " object-format"

void sl_git_remote_take_hint(struct sl_git_remote *r)
{
	struct sl_str hint = sl_str(r->options.hint), word;

	if (!sl_str_cut_prefix(&hint, SL_STR(HINT_V2)))
		return;
	r->version = 2;
	r->presumed = true;
	while (sl_str_split(&hint, ' ', &word)) {
		r->caps.shallow |= sl_str_eq(word, SL_STR("shallow"));
		r->caps.object_format |= sl_str_eq(word, SL_STR("object-format"));
	}
}

char *sl_git_remote_hint(const struct sl_git_remote *r)
{
	if (r->version != 2 || r->moved || r->caps.sha256)
		return NULL;
	return sl_xasprintf(HINT_V2 "%s%s", r->caps.shallow ? HINT_SHALLOW : "",
			    r->caps.object_format ? HINT_FORMAT : "");
}

static bool has_prefix(const char *name, const char *const *prefixes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sl_str_starts(sl_str(name), sl_str(prefixes[i])))
			return true;
	return n == 0;
}

/* A server may ignore prefixes, and version 0 knows none. */
static void keep_wanted(struct sl_git_refs *refs, const char *const *prefixes, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < refs->n; i++)
		if (has_prefix(refs->items[i].name, prefixes, n))
			refs->items[kept++] = refs->items[i];
	refs->n = kept;
}

static int copy_v0_refs(const struct sl_git_remote *r, const char *const *prefixes, size_t n,
			struct sl_git_refs *out, struct sl_err *err)
{
	for (size_t i = 0; i < r->v0_refs.n; i++) {
		const struct sl_git_ref *from = &r->v0_refs.items[i];
		struct sl_git_ref *ref;
		int rc;

		if (!has_prefix(from->name, prefixes, n))
			continue;
		rc = sl_git_refs_add(out, sl_str(from->name), &from->oid, &ref, err);
		if (rc < 0)
			return rc;
		ref->peeled = from->peeled;
		if (from->symref_target)
			ref->symref_target = sl_arena_strdup(&out->arena, from->symref_target);
	}
	return 0;
}

static int ls_refs_v2(struct sl_git_remote *r, const char *const *prefixes, size_t n,
		      struct sl_git_refs *out, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) body = SL_STRBUF_INIT(SL_PKTLINE_MAX);
	struct sl_git_ref_lines lines = sl_git_ref_lines(out);
	int rc;

	sl_pktline_add(&body, "command=ls-refs\n");
	if (r->caps.object_format)
		sl_pktline_add(&body, "object-format=%s", r->caps.sha256 ? "sha256" : "sha1");
	sl_pktline_add_delim(&body);
	sl_pktline_add(&body, "peel\n");
	sl_pktline_add(&body, "symrefs\n");
	for (size_t i = 0; i < n; i++)
		sl_pktline_add(&body, "ref-prefix %s\n", prefixes[i]);
	sl_pktline_add_flush(&body);
	rc = sl_git_remote_post(r, sl_strbuf_str(&body), &lines.sink, err);
	if (rc < 0)
		return rc;
	keep_wanted(out, prefixes, n);
	return 0;
}

static int list(struct sl_git_remote *r, const char *const *prefixes, size_t n,
		struct sl_git_refs *out, struct sl_err *err)
{
	return r->version == 2 ? ls_refs_v2(r, prefixes, n, out, err)
			       : copy_v0_refs(r, prefixes, n, out, err);
}

/* Errors with which a server may answer a request of a version that it does not speak, or has moved. */
static bool hint_to_blame(int code)
{
	return code == SL_ERR_INVALID || code == SL_ERR_NOT_FOUND || code == SL_ERR_UNSUPPORTED;
}

static void forget_hint(struct sl_git_remote *r)
{
	r->presumed = false;
	r->version = -1;
	r->caps = (struct sl_git_caps){ 0 };
}

int sl_git_ls_refs(struct sl_git_remote *r, const char *const *prefixes, size_t prefix_count,
		   struct sl_git_refs *ret_refs, struct sl_err *err)
{
	SL_AUTO(sl_git_refs) refs = SL_GIT_REFS_INIT;
	int rc;

	if (prefix_count > SL_GIT_PREFIXES_MAX)
		return sl_err_set(err, SL_ERR_INVALID, "too many ref prefixes");
	for (size_t i = 0; i < prefix_count; i++)
		if (strlen(prefixes[i]) > SL_GIT_REF_NAME_MAX)
			return sl_err_set(err, SL_ERR_TOO_LARGE, "ref prefix is too long");
	rc = sl_git_remote_discover(r, err);
	if (rc == 0)
		rc = list(r, prefixes, prefix_count, &refs, err);
	if (r->presumed && hint_to_blame(rc)) {
		forget_hint(r);
		sl_git_refs_release(&refs);
		rc = sl_git_remote_discover(r, err);
		if (rc == 0)
			rc = list(r, prefixes, prefix_count, &refs, err);
	}
	if (rc < 0)
		return rc;
	sl_git_refs_release(ret_refs);
	*ret_refs = refs;
	refs = (struct sl_git_refs)SL_GIT_REFS_INIT;
	return 0;
}
