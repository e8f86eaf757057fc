#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "libcommon/net/pktline.h"

/* Writes what it gets as text: data in brackets, special packets as letters. */
struct recorder {
	struct sl_pktline_sink sink;
	struct sl_strbuf text;
	size_t fail_at, count;
};

static int record(struct sl_pktline_sink *self, enum sl_pktline_kind kind, struct sl_str data,
		  struct sl_err *err)
{
	static const char letters[] = { 'D', 'F', '|', 'E' };
	struct recorder *r = (struct recorder *)self;

	if (++r->count == r->fail_at)
		return sl_err_set(err, SL_ERR_CONFLICT, "stop");
	if (kind == SL_PKTLINE_DATA)
		sl_strbuf_addf(&r->text, "[%.*s]", SL_STR_FMT(data));
	else
		sl_strbuf_addc(&r->text, letters[kind]);
	return 0;
}

#define RECORDER \
	{ \
		.sink = { record }, .text = SL_STRBUF_INIT(1 << 20) \
	}

static const char sample[] = "0009abcd\n0004000100050"
			     "0006xy00020000000ahello\n";
static const char sample_text[] = "[abcd\n][]|[0][xy]EF[hello\n]";

static void parses_whole_and_in_pieces_of_every_size(void **state)
{
	(void)state;
	for (size_t size = 1; size <= sizeof(sample) - 1; size++) {
		SL_AUTO(sl_pktline) p = SL_PKTLINE_INIT;
		struct recorder r = RECORDER;
		struct sl_str rest = sl_str(sample);

		while (rest.n) {
			assert_int_equal(
				sl_pktline_feed(&p, sl_str_sub(rest, 0, size), &r.sink, NULL), 0);
			rest = sl_str_sub(rest, size, rest.n);
		}
		assert_string_equal(r.text.p, sample_text);
		assert_int_equal(sl_pktline_finish(&p, NULL), 0);
		assert_int_equal(p.packets, 8);
		sl_strbuf_release(&r.text);
	}
}

static void notices_truncation_at_every_byte(void **state)
{
	static const char one[] = "000cabcdefgh";

	(void)state;
	for (size_t n = 1; n < sizeof(one) - 1; n++) {
		SL_AUTO(sl_pktline) p = SL_PKTLINE_INIT;
		struct recorder r = RECORDER;

		assert_int_equal(sl_pktline_feed(&p, (struct sl_str){ one, n }, &r.sink, NULL), 0);
		assert_int_equal(r.count, 0);
		assert_int_equal(sl_pktline_finish(&p, NULL), SL_ERR_INVALID);
		sl_strbuf_release(&r.text);
	}
}

static void refuses_what_is_no_length(void **state)
{
	static const char *const cases[] = {
		"0003", "<htm", "00g5", "-001", "fff1", "ffff", " 005"
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(cases); i++) {
		SL_AUTO(sl_pktline) whole = SL_PKTLINE_INIT;
		SL_AUTO(sl_pktline) split = SL_PKTLINE_INIT;
		struct recorder r = RECORDER;
		struct sl_str s = sl_str(cases[i]);

		assert_int_equal(sl_pktline_feed(&whole, s, &r.sink, NULL), SL_ERR_INVALID);
		assert_int_equal(sl_pktline_feed(&split, sl_str_sub(s, 0, 1), &r.sink, NULL), 0);
		assert_int_equal(sl_pktline_feed(&split, sl_str_sub(s, 1, 4), &r.sink, NULL),
				 SL_ERR_INVALID);
		sl_strbuf_release(&r.text);
	}
}

static void takes_the_largest_packet(void **state)
{
	SL_AUTO(sl_strbuf) in = SL_STRBUF_INIT(1 << 20);
	SL_AUTO(sl_pktline) p = SL_PKTLINE_INIT;
	struct recorder r = RECORDER;

	(void)state;
	sl_strbuf_addz(&in, "fff0");
	sl_strbuf_addn(&in, 'x', SL_PKTLINE_DATA_MAX);
	assert_int_equal(sl_pktline_feed(&p, sl_str_sub(sl_strbuf_str(&in), 0, 7), &r.sink, NULL),
			 0);
	assert_int_equal(
		sl_pktline_feed(&p, sl_str_sub(sl_strbuf_str(&in), 7, in.n), &r.sink, NULL), 0);
	assert_int_equal(r.text.n, SL_PKTLINE_DATA_MAX + 2);
	sl_strbuf_release(&r.text);
}

static void hands_on_the_sinks_error(void **state)
{
	SL_AUTO(sl_pktline) p = SL_PKTLINE_INIT;
	struct recorder r = RECORDER;

	(void)state;
	r.fail_at = 3;
	assert_int_equal(sl_pktline_feed(&p, sl_str(sample), &r.sink, NULL), SL_ERR_CONFLICT);
	assert_string_equal(r.text.p, "[abcd\n][]");
	sl_strbuf_release(&r.text);
}

static void writes_packets(void **state)
{
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(1000);

	(void)state;
	sl_pktline_add(&out, "want %s\n", "x");
	sl_pktline_add_delim(&out);
	sl_pktline_add_flush(&out);
	assert_string_equal(out.p, "000bwant x\n00010000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_whole_and_in_pieces_of_every_size),
		cmocka_unit_test(notices_truncation_at_every_byte),
		cmocka_unit_test(refuses_what_is_no_length),
		cmocka_unit_test(takes_the_largest_packet),
		cmocka_unit_test(hands_on_the_sinks_error),
		cmocka_unit_test(writes_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
