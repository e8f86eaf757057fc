#include <string.h>

#include "libcommon/codec/unicode.h"
#include "libcommon/lang/sprig/call.h"

/* Random bytes, drawn from the host some at a time. */
struct chance {
	struct sl_go_call *call;
	unsigned char bytes[256];
	size_t at;
};
#define CHANCE_INIT(call) \
	{ \
		(call), { 0 }, sizeof(((struct chance *)NULL)->bytes) \
	}

static int next_byte(struct chance *c, unsigned char *ret, struct sl_err *err)
{
	const struct sl_go_host *host = c->call->host;

	if (c->at == sizeof(c->bytes)) {
		int r;

		if (!host->random)
			return sl_err_set(err, SL_ERR_UNSUPPORTED, "there is no random source");
		r = host->random(host->data, c->bytes, sizeof(c->bytes), err);
		if (r)
			return r;
		c->at = 0;
	}
	*ret = c->bytes[c->at++];
	return 0;
}

/* A number below `bound`, each as likely: what would make some likelier is drawn again. */
static int next_below(struct chance *c, uint64_t bound, uint64_t *ret, struct sl_err *err)
{
	uint64_t most = UINT64_MAX - UINT64_MAX % bound, value;

	do {
		value = 0;
		for (int i = 0; i < 8; i++) {
			unsigned char byte = 0;
			int r = next_byte(c, &byte, err);

			if (r)
				return r;
			value = value << 8 | byte;
		}
	} while (value >= most);
	*ret = value % bound;
	return 0;
}

/* `count` characters out of `set`; none for a negative count, which the original forgets to tell. */
static int random_text(struct sl_go_call *call, int64_t count, const char *set,
		       struct sl_goval *ret, struct sl_err *err)
{
	struct chance c = CHANCE_INIT(call);
	SL_SPRIG_BUF(out);
	size_t n = strlen(set);

	for (int64_t i = 0; i < count && !out.failed; i++) {
		unsigned char byte = 0;
		int r;

		do {
			r = next_byte(&c, &byte, err);
			if (r)
				return r;
		} while (byte >= 256 - 256 % n);
		sl_strbuf_addc(&out, set[byte % n]);
	}
	return sl_sprig_text(call, &out, ret, err);
}

#define DIGITS "0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

SL_SPRIG_FN(rand_alpha)
{
	return random_text(call, args[0].i, LETTERS, ret, err);
}

SL_SPRIG_FN(rand_alpha_num)
{
	return random_text(call, args[0].i, DIGITS LETTERS, ret, err);
}

SL_SPRIG_FN(rand_numeric)
{
	return random_text(call, args[0].i, DIGITS, ret, err);
}

SL_SPRIG_FN(rand_ascii)
{
	return random_text(call, args[0].i, " !\"#$%&'()*+,-./" DIGITS ":;<=>?@[\\]^_`{|}~" LETTERS,
			   ret, err);
}

SL_SPRIG_FN(rand_int)
{
	struct chance c = CHANCE_INIT(call);
	int64_t range = (int64_t)((uint64_t)args[1].i - (uint64_t)args[0].i);
	uint64_t value;
	int r;

	if (range <= 0)
		return sl_err_set(err, SL_ERR_INVALID, "invalid argument to Intn");
	r = next_below(&c, (uint64_t)range, &value, err);
	if (!r)
		*ret = sl_goval_int(args[0].i + (int64_t)value);
	return r;
}

/* Fisher and Yates. */
static int shuffle_runes(struct sl_go_call *call, uint32_t *runes, size_t n, struct sl_err *err)
{
	struct chance c = CHANCE_INIT(call);

	for (size_t i = n; i > 1; i--) {
		uint64_t other;
		uint32_t rune = runes[i - 1];
		int r = next_below(&c, i, &other, err);

		if (r)
			return r;
		runes[i - 1] = runes[other];
		runes[other] = rune;
	}
	return 0;
}

SL_SPRIG_FN(shuffle)
{
	struct sl_str s = args[0].s;
	SL_SPRIG_BUF(out);
	uint32_t *runes = sl_arena_array(call->a, s.n + 1, sizeof(*runes));
	size_t count = 0;
	char bytes[4];
	int r;

	while (s.n)
		s = sl_str_sub(s, sl_rune_decode(s, &runes[count++]), s.n);
	r = shuffle_runes(call, runes, count, err);
	if (r)
		return r;
	for (size_t i = 0; i < count; i++)
		sl_strbuf_add(&out, bytes, sl_rune_encode(runes[i], bytes));
	return sl_sprig_text(call, &out, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "randAlpha", rand_alpha, { &sl_go_int }, 1, false },
	{ "randAlphaNum", rand_alpha_num, { &sl_go_int }, 1, false },
	{ "randAscii", rand_ascii, { &sl_go_int }, 1, false },
	{ "randInt", rand_int, { &sl_go_int, &sl_go_int }, 2, false },
	{ "randNumeric", rand_numeric, { &sl_go_int }, 1, false },
	{ "shuffle", shuffle, { &sl_go_string }, 1, false },
};
const struct sl_sprig_table sl_sprig_random = SL_SPRIG_TABLE(funcs);
