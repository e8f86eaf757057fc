#include "libcommon/codec/jsonpointer.h"

#include <stdint.h>

void sl_jsonpointer_append(struct sl_strbuf *out, struct sl_str token)
{
	sl_strbuf_addc(out, '/');
	for (size_t i = 0; i < token.n; i++) {
		if (token.p[i] == '~')
			sl_strbuf_addz(out, "~0");
		else if (token.p[i] == '/')
			sl_strbuf_addz(out, "~1");
		else
			sl_strbuf_addc(out, token.p[i]);
	}
}

static struct sl_str unescape(struct sl_arena *a, struct sl_str raw)
{
	size_t n = 0;
	char *p;

	if (sl_str_chr(raw, '~') < 0)
		return sl_arena_str(a, raw);
	p = sl_arena_alloc(a, raw.n + 1);
	for (size_t i = 0; i < raw.n; i++) {
		char next = i + 1 < raw.n ? raw.p[i + 1] : '\0';

		if (raw.p[i] == '~' && (next == '0' || next == '1')) {
			p[n++] = next == '0' ? '~' : '/';
			i++;
		} else {
			p[n++] = raw.p[i];
		}
	}
	return (struct sl_str){ p, n };
}

int sl_jsonpointer_parse(struct sl_arena *a, struct sl_str pointer,
			 struct sl_jsonpointer *ret_pointer, struct sl_err *err)
{
	struct sl_jsonpointer parsed = { 0 };
	struct sl_str rest = pointer, token;
	size_t n = 0;

	if (pointer.n && pointer.p[0] != '/')
		return sl_err_set(err, SL_ERR_INVALID, "JSON pointer \"%.*s\" must begin with '/'",
				  SL_STR_FMT(pointer));
	for (size_t i = 0; i < pointer.n; i++)
		n += pointer.p[i] == '/';
	if (n > SL_JSONPOINTER_TOKENS_MAX)
		return sl_err_set(err, SL_ERR_TOO_LARGE, "JSON pointer has more than %d tokens",
				  SL_JSONPOINTER_TOKENS_MAX);
	if (n) {
		parsed.tokens = sl_arena_array(a, n, sizeof(*parsed.tokens));
		rest = sl_str_sub(pointer, 1, pointer.n);
		while (parsed.n < n && sl_str_split(&rest, '/', &token))
			parsed.tokens[parsed.n++] = unescape(a, token);
	}
	*ret_pointer = parsed;
	return 0;
}

bool sl_jsonpointer_index(struct sl_str token, size_t *ret_index)
{
	uint64_t i;

	if ((token.n > 1 && token.p[0] == '0') || !sl_str_to_u64(token, SIZE_MAX, &i))
		return false;
	*ret_index = (size_t)i;
	return true;
}

struct sl_value *sl_jsonpointer_step(const struct sl_value *v, struct sl_str token)
{
	size_t index;

	if (sl_is_list(v))
		return sl_jsonpointer_index(token, &index) ? sl_list_get(v, index) : NULL;
	return sl_map_get(v, token);
}

struct sl_value *sl_jsonpointer_get(struct sl_value *v, const struct sl_jsonpointer *pointer,
				    size_t n)
{
	for (size_t i = 0; v && i < n && i < pointer->n; i++)
		v = sl_jsonpointer_step(v, pointer->tokens[i]);
	return v;
}
