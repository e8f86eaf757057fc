#include "libcommon/codec/gzip.h"

#include <stdlib.h>

#include "test/unit/support/test.h"

#define PLAIN_MAX ((size_t)1 << 20)

/* Text that compresses somewhat, `n` bytes of it. */
static void fill(struct sl_strbuf *b, size_t n)
{
	uint32_t seed = 7;

	while (b->n < n) {
		seed = seed * 1664525 + 1013904223;
		sl_strbuf_addc(b, (char)('a' + (seed >> 28)));
	}
}

static void gives_back_what_it_took(void **state)
{
	static const size_t sizes[] = { 0, 1, 32767, 32768, 32769, 300000 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(sizes); i++) {
		SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(PLAIN_MAX);
		SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(PLAIN_MAX);
		SL_AUTO(sl_strbuf) again = SL_STRBUF_INIT(PLAIN_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		fill(&plain, sizes[i]);
		assert_ok(sl_gzip_pack(sl_strbuf_str(&plain), SL_GZIP_DEFAULT, &packed, &err),
			  &err);
		assert_ok(sl_gzip_unpack(sl_strbuf_str(&packed), &again, &err), &err);
		assert_true(sl_str_eq(sl_strbuf_str(&plain), sl_strbuf_str(&again)));
	}
}

static void writes_a_header_without_time_and_system(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(PLAIN_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_gzip_pack(SL_STR("hello"), SL_GZIP_DEFAULT, &b, &err), &err);
	assert_memory_equal(b.p, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
	sl_strbuf_reset(&b);
	assert_ok(sl_gzip_pack(SL_STR("hello"), SL_GZIP_BEST, &b, &err), &err);
	assert_memory_equal(b.p, "\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
}

static void reads_members_as_one_and_ignores_what_follows(void **state)
{
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(PLAIN_MAX);
	SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(PLAIN_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_gzip_pack(SL_STR("one "), SL_GZIP_FAST, &packed, &err), &err);
	assert_ok(sl_gzip_pack(SL_STR(""), SL_GZIP_FAST, &packed, &err), &err);
	assert_ok(sl_gzip_pack(SL_STR("two"), SL_GZIP_FAST, &packed, &err), &err);
	sl_strbuf_addn(&packed, '\0', 100);
	assert_ok(sl_gzip_unpack(sl_strbuf_str(&packed), &plain, &err), &err);
	assert_string_equal(plain.p, "one two");
}

static void refuses_every_cut_and_every_flip_of_the_trailer(void **state)
{
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(PLAIN_MAX);
	SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(PLAIN_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	fill(&plain, 500);
	assert_ok(sl_gzip_pack(sl_strbuf_str(&plain), SL_GZIP_DEFAULT, &packed, &err), &err);
	for (size_t n = 0; n < packed.n; n++) {
		sl_strbuf_reset(&plain);
		assert_code(sl_gzip_unpack(sl_str_sub(sl_strbuf_str(&packed), 0, n), &plain, &err),
			    SL_ERR_INVALID, &err);
	}
	for (size_t i = packed.n - 8; i < packed.n; i++) {
		packed.p[i] ^= 1;
		sl_strbuf_reset(&plain);
		assert_code(sl_gzip_unpack(sl_strbuf_str(&packed), &plain, &err), SL_ERR_INVALID,
			    &err);
		packed.p[i] ^= 1;
	}
	assert_code(sl_gzip_unpack(SL_STR("plain text"), &plain, &err), SL_ERR_INVALID, &err);
}

static void caps_its_output(void **state)
{
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(PLAIN_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_gzip_pack(SL_STR("0123456789"), SL_GZIP_DEFAULT, &packed, &err), &err);
	for (size_t max = 9; max <= 11; max++) {
		SL_AUTO(sl_strbuf) plain = SL_STRBUF_INIT(max);
		SL_AUTO(sl_strbuf) small = SL_STRBUF_INIT(packed.n + max - 10);
		int r = sl_gzip_unpack(sl_strbuf_str(&packed), &plain, &err);

		if (max < 10)
			assert_code(r, SL_ERR_TOO_LARGE, &err);
		else
			assert_ok(r, &err);
		r = sl_gzip_pack(SL_STR("0123456789"), SL_GZIP_DEFAULT, &small, &err);
		if (max < 10)
			assert_code(r, SL_ERR_TOO_LARGE, &err);
		else
			assert_ok(r, &err);
	}
}

static int failing_read(void *ctx, void *to, size_t size, size_t *ret_n, struct sl_err *err)
{
	(void)ctx;
	(void)to;
	(void)size;
	(void)ret_n;
	return sl_err_set(err, SL_ERR_NET, "connection lost");
}

static int failing_write(void *ctx, const void *p, size_t size, struct sl_err *err)
{
	(void)ctx;
	(void)p;
	(void)size;
	return sl_err_set(err, SL_ERR_NO_SPACE, "disk full");
}

static void passes_errors_of_both_ends(void **state)
{
	SL_AUTO_PTR(sl_gzip_reader) *r =
		sl_gzip_reader_new((struct sl_source){ failing_read, NULL });
	SL_AUTO_PTR(sl_gzip_writer) *w = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char to[4];
	size_t n;

	(void)state;
	assert_error(sl_gzip_read(r, to, sizeof(to), &n, &err), SL_ERR_NET, &err,
		     "connection lost");
	assert_ok(sl_gzip_writer_new((struct sl_sink){ failing_write, NULL }, SL_GZIP_DEFAULT, &w,
				     &err),
		  &err);
	assert_error(sl_gzip_finish(w, &err), SL_ERR_NO_SPACE, &err, "disk full");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_it_took),
		cmocka_unit_test(writes_a_header_without_time_and_system),
		cmocka_unit_test(reads_members_as_one_and_ignores_what_follows),
		cmocka_unit_test(refuses_every_cut_and_every_flip_of_the_trailer),
		cmocka_unit_test(caps_its_output),
		cmocka_unit_test(passes_errors_of_both_ends),
	};

	return run_group("gzip", tests);
}
