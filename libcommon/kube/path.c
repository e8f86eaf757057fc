#include "libcommon/kube/path.h"

#include "libcommon/base/ascii.h"
#include "libcommon/kube/object.h"
#include "libcommon/kube/transport.h"

static bool is_unreserved(char c)
{
	return sl_is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct sl_strbuf *out, struct sl_str s, bool all)
{
	for (size_t i = 0; i < s.n; i++) {
		if (is_unreserved(s.p[i]) && !all)
			sl_strbuf_addc(out, s.p[i]);
		else
			sl_strbuf_addf(out, "%%%02X", (unsigned char)s.p[i]);
	}
}

void sl_path_segment(struct sl_strbuf *out, struct sl_str segment)
{
	sl_strbuf_addc(out, '/');
	add_encoded(out, segment, sl_str_eqz(segment, ".") || sl_str_eqz(segment, ".."));
}

static void add_separator(struct sl_strbuf *out)
{
	sl_strbuf_addc(out, sl_str_chr(sl_strbuf_str(out), '?') < 0 ? '?' : '&');
}

void sl_path_query(struct sl_strbuf *out, const char *name, struct sl_str value)
{
	add_separator(out);
	sl_strbuf_addz(out, name);
	sl_strbuf_addc(out, '=');
	add_encoded(out, value, false);
}

void sl_path_query_pairs(struct sl_strbuf *out, struct sl_str pairs)
{
	struct sl_str pair;

	while (sl_str_split(&pairs, '&', &pair)) {
		ptrdiff_t eq = sl_str_chr(pair, '=');
		size_t name_len = eq < 0 ? pair.n : (size_t)eq;

		if (!pair.n)
			continue;
		add_separator(out);
		add_encoded(out, sl_str_sub(pair, 0, name_len), false);
		sl_strbuf_addc(out, '=');
		add_encoded(out, sl_str_sub(pair, name_len + 1, pair.n), false);
	}
}

const char *sl_kube_path(struct sl_arena *a, const struct sl_kube_kind *kind,
			 const char *namespace_, const char *name, const char *subresource,
			 const char *query)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(4 * SL_TRANSPORT_PATH_MAX);

	sl_strbuf_addz(&out, kind->group[0] ? "/apis" : "/api");
	if (kind->group[0])
		sl_path_segment(&out, sl_str(kind->group));
	sl_path_segment(&out, sl_str(kind->version));
	if (kind->namespaced && namespace_ && namespace_[0]) {
		sl_strbuf_addz(&out, "/namespaces");
		sl_path_segment(&out, sl_str(namespace_));
	}
	sl_path_segment(&out, sl_str(kind->plural));
	if (name && name[0])
		sl_path_segment(&out, sl_str(name));
	if (subresource && subresource[0])
		sl_path_segment(&out, sl_str(subresource));
	sl_path_query_pairs(&out, sl_str(query));
	/* A path cut short would address something else: an over-long one becomes unacceptable. */
	if (out.failed)
		return "";
	return sl_arena_strdup(a, out.p);
}
