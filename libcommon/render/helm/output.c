#include <string.h>

#include "libcommon/codec/glob.h"
#include "libcommon/render/helm/manifests.h"
#include "libcommon/render/helm/text.h"

static void write_all(const struct sl_helm_result *r, const struct sl_helm_show *show,
		      struct sl_strbuf *out)
{
	sl_strbuf_adds(out, sl_helm_trim(r->manifest));
	sl_strbuf_addc(out, '\n');
	for (size_t i = 0; i < r->hook_count && !show->no_hooks; i++) {
		const struct sl_helm_hook *h = &r->hooks[i];

		if (show->skip_tests && sl_helm_hook_has(h, SL_HELM_TEST))
			continue;
		sl_strbuf_addz(out, "---\n# Source: ");
		sl_strbuf_adds(out, h->path);
		sl_strbuf_addc(out, '\n');
		sl_strbuf_adds(out, h->manifest);
		sl_strbuf_addc(out, '\n');
	}
}

/* What `# Source: [^/]+/(.+)` finds in a document; false when it finds nothing. */
static bool source_of(struct sl_str doc, struct sl_str *ret)
{
	static const char mark[] = "# Source: ";
	ptrdiff_t at;

	while ((at = sl_str_find(doc, SL_STR("# Source: "))) >= 0) {
		ptrdiff_t slash, end;

		doc = sl_str_sub(doc, (size_t)at + strlen(mark), doc.n);
		slash = sl_str_chr(doc, '/');
		if (slash <= 0)
			continue;
		*ret = sl_str_sub(doc, (size_t)slash + 1, doc.n);
		end = sl_str_chr(*ret, '\n');
		if (end >= 0)
			ret->n = (size_t)end;
		if (ret->n)
			return true;
	}
	return false;
}

static bool write_matching(struct sl_str all, struct sl_str pattern, struct sl_strbuf *out)
{
	struct sl_helm_split split = sl_helm_split_begin(all);
	bool found = false;
	struct sl_str doc, source;

	while (sl_helm_split_next(&split, &doc)) {
		if (!source_of(doc, &source) || sl_glob_match(pattern, source) != SL_GLOB_YES)
			continue;
		sl_strbuf_addz(out, "---\n");
		sl_strbuf_adds(out, doc);
		sl_strbuf_addc(out, '\n');
		found = true;
	}
	return found;
}

int sl_helm_write_template(struct sl_arena *a, const struct sl_helm_result *r,
			   const struct sl_helm_show *show, struct sl_strbuf *out,
			   struct sl_err *err)
{
	SL_AUTO(sl_strbuf) all = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	size_t before = out->n;

	(void)a;
	if (!show->only_count) {
		write_all(r, show, out);
		return sl_strbuf_check(out, "the output", err);
	}
	write_all(r, show, &all);
	for (size_t i = 0; i < show->only_count; i++)
		if (!write_matching(sl_strbuf_str(&all), show->only[i], out)) {
			sl_strbuf_truncate(out, before);
			return sl_err_set(err, SL_ERR_NOT_FOUND,
					  "could not find template %.*s in chart",
					  SL_STR_FMT(show->only[i]));
		}
	return sl_strbuf_check(out, "the output", err);
}
