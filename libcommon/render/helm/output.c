#include <string.h>

#include "libcommon/codec/glob.h"
#include "libcommon/render/helm/manifests.h"
#include "libcommon/render/helm/text.h"

/* What stands behind the manifest. */
static void add_hooks(const struct sl_helm_result *r, const struct sl_helm_show *show,
		      struct sl_strbuf *out)
{
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

static bool add_matching(struct sl_str all, struct sl_str pattern, struct sl_strbuf *out)
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

static int put(struct sl_sink sink, struct sl_str s, struct sl_err *err)
{
	return s.n ? sink.write(sink.ctx, s.p, s.n, err) : 0;
}

/* The manifest may be large: it goes out as it is. */
static int write_all(const struct sl_helm_result *r, const struct sl_helm_show *show,
		     struct sl_sink sink, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) hooks = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	int code;

	add_hooks(r, show, &hooks);
	code = sl_strbuf_check(&hooks, "the output", err);
	if (code == 0)
		code = put(sink, sl_helm_trim(r->manifest), err);
	return code < 0 ? code : put(sink, sl_strbuf_str(&hooks), err);
}

int sl_helm_write_template(const struct sl_helm_result *r, const struct sl_helm_show *show,
			   struct sl_sink sink, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) all = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(SL_HELM_OUTPUT_MAX);
	int code;

	if (!show->only_count)
		return write_all(r, show, sink, err);
	code = write_all(r, show, sl_sink_strbuf(&all), err);
	for (size_t i = 0; i < show->only_count && code == 0; i++)
		if (!add_matching(sl_strbuf_str(&all), show->only[i], &out))
			code = sl_err_set(err, SL_ERR_NOT_FOUND,
					  "could not find template %.*s in chart",
					  SL_STR_FMT(show->only[i]));
	if (code == 0)
		code = sl_strbuf_check(&out, "the output", err);
	return code < 0 ? code : put(sink, sl_strbuf_str(&out), err);
}
