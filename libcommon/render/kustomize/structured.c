#include "libcommon/render/kustomize/structured.h"

#include "libcommon/codec/json.h"
#include "libcommon/codec/yaml.h"

struct sl_kz_structured {
	struct sl_value *root;
	bool json, pretty;
};

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
	s->json = trimmed.n > 0 && (trimmed.p[0] == '{' || trimmed.p[0] == '[');
	s->pretty = sl_str_chr(text, '\n') >= 0 && sl_str_find(text, SL_STR("  ")) >= 0;
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
	sl_yaml_write(s->root, SL_YAML_PLAIN, out);
	while (out->n > 0 && out->p[out->n - 1] == '\n')
		sl_strbuf_truncate(out, out->n - 1);
}
