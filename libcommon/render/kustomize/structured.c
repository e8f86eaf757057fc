#include "libcommon/render/kustomize/structured.h"

#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/codec/yaml_edit.h"

struct sl_kz_structured {
	struct sl_str text;
	struct sl_value *root, *before;
	bool json, pretty;
	bool one; /* document */
};

static struct sl_str unindented(struct sl_str line)
{
	while (line.n > 0 && line.p[0] == ' ')
		line = sl_str_sub(line, 1, line.n);
	return line;
}

/* Written anew, the text would lose more than its indentation: comments, quotes, blocks of lines. */
static bool has_spelling(struct sl_str text, const struct sl_value *root)
{
	SL_AUTO(sl_strbuf) anew = SL_STRBUF_INIT(SL_KUSTOMIZE_BYTES_MAX);
	struct sl_str rest, x, y;

	sl_yaml_write(root, SL_YAML_PLAIN, &anew);
	rest = sl_str_trim(sl_strbuf_str(&anew));
	while (sl_str_split(&text, '\n', &x)) {
		if (!sl_str_split(&rest, '\n', &y) || !sl_str_eq(unindented(x), unindented(y)))
			return true;
	}
	return sl_str_split(&rest, '\n', &y);
}

int sl_kz_structured_parse(struct sl_kz *kz, struct sl_str text, struct sl_kz_structured **ret,
			   struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_GO3 };
	struct sl_kz_structured *s = sl_arena_new(kz->a, struct sl_kz_structured);
	struct sl_str trimmed = sl_str_trim(text);
	struct sl_value *docs;
	int r = sl_yaml_parse_all(kz->a, text, &options, &docs, err);

	if (r < 0)
		return r;
	s->root = sl_list_get(docs, 0);
	s->one = sl_list_len(docs) == 1;
	s->text = trimmed;
	s->json = trimmed.n > 0 && (trimmed.p[0] == '{' || trimmed.p[0] == '[');
	s->pretty = sl_str_chr(text, '\n') >= 0 && sl_str_find(text, SL_STR("  ")) >= 0;
	if (!s->json && s->root && has_spelling(trimmed, s->root))
		s->before = sl_value_copy(kz->a, s->root);
	*ret = s;
	return 0;
}

struct sl_value *sl_kz_structured_root(struct sl_kz_structured *s)
{
	return s->root;
}

void sl_kz_structured_write(const struct sl_kz_structured *s, struct sl_strbuf *out)
{
	unsigned pretty = s->pretty ? SL_JSON_PRETTY : 0;

	if (s->json) {
		sl_json_write(s->root, SL_JSON_SORT | SL_JSON_HTML_SAFE | pretty, out);
		return;
	}
	if (s->before && s->one && sl_yaml_edit(s->text, s->before, s->root, out) == 0)
		return;
	sl_yaml_write(s->root, SL_YAML_PLAIN, out);
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		sl_strbuf_truncate(out, out->n - 1);
}
