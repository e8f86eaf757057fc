#include "libcommon/codec/goquote.h"
#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml_reader.h"

static void add_map(const struct sl_value *v, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "map[interface {}]interface {}{");
	for (size_t i = 0; i < v->map.n; i++) {
		if (i)
			sl_strbuf_addz(out, ", ");
		sl_strbuf_add_goquoted(out, v->map.members[i].key);
		sl_strbuf_addc(out, ':');
		sl_yaml_add_go_syntax(v->map.members[i].value, out);
	}
	sl_strbuf_addc(out, '}');
}

static void add_list(const struct sl_value *v, struct sl_strbuf *out)
{
	sl_strbuf_addz(out, "[]interface {}{");
	for (size_t i = 0; i < v->list.n; i++) {
		if (i)
			sl_strbuf_addz(out, ", ");
		sl_yaml_add_go_syntax(v->list.items[i], out);
	}
	sl_strbuf_addc(out, '}');
}

void sl_yaml_add_go_syntax(const struct sl_value *v, struct sl_strbuf *out)
{
	char buf[SL_NUMBER_TEXT_MAX];
	uint64_t u = 0;

	switch (v->kind) {
	case SL_V_NULL:
		sl_strbuf_addz(out, "interface {}(nil)");
		break;
	case SL_V_BOOL:
		sl_strbuf_addz(out, v->b ? "true" : "false");
		break;
	case SL_V_INT:
		sl_strbuf_addf(out, "%lld", (long long)v->i);
		break;
	case SL_V_FLOAT:
		sl_strbuf_adds(out, sl_float_text(v->f, SL_FLOAT_G, buf));
		break;
	case SL_V_NUMBER:
		(void)sl_str_to_u64(v->s, UINT64_MAX, &u);
		sl_strbuf_addf(out, "0x%llx", (unsigned long long)u);
		break;
	case SL_V_STRING:
		sl_strbuf_add_goquoted(out, v->s);
		break;
	case SL_V_LIST:
		add_list(v, out);
		break;
	case SL_V_MAP:
		add_map(v, out);
		break;
	}
}
