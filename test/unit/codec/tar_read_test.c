#include "libcommon/codec/tar_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "libcommon/base/strbuf.h"
#include "libcommon/codec/gzip.h"
#include "libcommon/codec/tar_format.h"
#include "test/unit/support/test.h"

#define ARCHIVE_MAX ((size_t)8 << 20)

static const struct sl_tar_limits wide = { 1 << 30, 1000 };

static void set_checksum(struct sl_tar_header *h)
{
	unsigned sum = 0;

	memset(h->checksum, ' ', sizeof(h->checksum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += ((const unsigned char *)h)[i];
	snprintf(h->checksum, sizeof(h->checksum), "%06o", sum & 0777777);
}

/* A header block and its content, as an archiver would write them. */
static void put(struct sl_strbuf *tar, char type, const char *name, struct sl_str content)
{
	struct sl_tar_header h = { .type = type, .magic = "ustar", .mode = "0000755" };

	snprintf(h.name, sizeof(h.name), "%s", name);
	snprintf(h.size, sizeof(h.size), "%011zo", content.n);
	memcpy(h.version, "00", 2);
	set_checksum(&h);
	sl_strbuf_add(tar, &h, sizeof(h));
	sl_strbuf_adds(tar, content);
	sl_strbuf_addn(tar, '\0', -content.n % 512);
}

static void end(struct sl_strbuf *tar)
{
	sl_strbuf_addn(tar, '\0', 1024);
}

/* Names and contents of all entries, as "d a;f a/b=content;x run=;", into `out`. */
static int list(struct sl_str packed, const struct sl_tar_limits *limits, struct sl_strbuf *out,
		struct sl_err *err)
{
	SL_AUTO_PTR(sl_tar_reader) *t = sl_tar_reader_new(sl_source_str(&packed), limits);
	struct sl_tar_entry e;
	bool more = true;
	int r;

	for (;;) {
		r = sl_tar_next(t, &e, &more, err);
		if (r < 0 || !more)
			return r;
		sl_strbuf_addf(out, "%c %s", e.is_dir ? 'd' : e.executable ? 'x' : 'f', e.path.p);
		if (!e.is_dir) {
			sl_strbuf_addc(out, '=');
			r = sl_tar_read_all(t, out, err);
			if (r < 0)
				return r;
		}
		sl_strbuf_addc(out, ';');
	}
}

static int list_tar(const struct sl_strbuf *tar, const struct sl_tar_limits *limits,
		    struct sl_strbuf *out, struct sl_err *err)
{
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
	int r = sl_gzip_pack(sl_strbuf_str(tar), SL_GZIP_FAST, &packed, err);

	return r ? r : list(sl_strbuf_str(&packed), limits, out, err);
}

#define assert_lists(tar, want) \
	do { \
		SL_AUTO(sl_err) lists_err_ = SL_ERR_INIT; \
		SL_AUTO(sl_strbuf) lists_out_ = SL_STRBUF_INIT(ARCHIVE_MAX); \
		assert_ok(list_tar((tar), &wide, &lists_out_, &lists_err_), &lists_err_); \
		assert_string_equal(lists_out_.p, (want)); \
	} while (0)

static void reads_plain_entries(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);

	(void)state;
	put(&tar, '5', "./", SL_STR(""));
	put(&tar, '5', "./a//./b/", SL_STR(""));
	put(&tar, '0', "a/b/c", SL_STR("content"));
	put(&tar, '\0', "old", SL_STR("1"));
	put(&tar, '\0', "olddir/", SL_STR(""));
	put(&tar, '7', "contiguous", SL_STR("2"));
	put(&tar, '0', "empty", SL_STR(""));
	end(&tar);
	assert_lists(&tar, "d ;d a/b;x a/b/c=content;x old=1;d olddir;x contiguous=2;x empty=;");
}

static void passes_over_links_and_global_headers(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);

	(void)state;
	put(&tar, 'g', "pax_global_header", SL_STR("19 comment=0123456\n"));
	put(&tar, '2', "link", SL_STR(""));
	put(&tar, 'x', "h", SL_STR("16 path=renamed\n"));
	put(&tar, '2', "link", SL_STR(""));
	put(&tar, '0', "f", SL_STR("1"));
	end(&tar);
	assert_lists(&tar, "x f=1;");
}

static void reads_long_names_and_sizes(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
	struct sl_tar_header *h;

	(void)state;
	put(&tar, 'L', "././@LongLink", SL_STR("a/gnu-long-name\0"));
	put(&tar, 'K', "././@LongLink", SL_STR("some-link-target\0"));
	put(&tar, '0', "a/gnu-lo", SL_STR("1"));
	put(&tar, 'x', "PaxHeaders/p", SL_STR("12 path=p/q\n9 a=b=\nc\n10 size=3\n"));
	put(&tar, '0', "p", SL_STR("abc"));
	/* The extended header holds for one entry. */
	put(&tar, '0', "plain", SL_STR("2"));
	put(&tar, '0', "base256", SL_STR("four"));
	h = (struct sl_tar_header *)(void *)(tar.p + tar.n - 1024);
	memset(h->size, 0, sizeof(h->size));
	h->size[0] = (char)0x80;
	h->size[11] = 4;
	set_checksum(h);
	put(&tar, '0', "name", SL_STR("p"));
	h = (struct sl_tar_header *)(void *)(tar.p + tar.n - 1024);
	memcpy(h->prefix, "in/a/prefix", 11);
	set_checksum(h);
	/* GNU keeps other things where POSIX has the prefix. */
	put(&tar, '0', "gnu", SL_STR("g"));
	h = (struct sl_tar_header *)(void *)(tar.p + tar.n - 1024);
	memcpy(h->prefix, "times", 5);
	memcpy(h->magic, "ustar ", sizeof(h->magic));
	memcpy(h->version, " ", 2);
	set_checksum(h);
	end(&tar);
	assert_lists(&tar, "x a/gnu-long-name=1;x p/q=abc;x plain=2;x base256=four;"
			   "x in/a/prefix/name=p;x gnu=g;");
}

static void takes_the_ends_that_go_takes(void **state)
{
	static const size_t zeros[] = { 0, 512, 1024, 10240 };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(zeros); i++) {
		SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);

		put(&tar, '0', "f", SL_STR("1"));
		sl_strbuf_addn(&tar, '\0', zeros[i]);
		assert_lists(&tar, "x f=1;");
	}
}

static void refuses_unsafe_paths(void **state)
{
	static const char *const bad[] = { "/etc/passwd", "..",	      "../x", "a/../../x",
					   "a/..",	  "a/b/../c", "//x" };

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		put(&tar, i % 2 ? '5' : '0', bad[i], SL_STR(""));
		end(&tar);
		assert_code(list_tar(&tar, &wide, &out, &err), SL_ERR_INVALID, &err);
	}
}

static void refuses_unsafe_paths_of_extended_headers(void **state)
{
	static const struct {
		char type;
		struct sl_str content;
	} bad[] = {
		{ 'x', { "16 path=../../x\n", 16 } },
		{ 'x', { "13 path=/etc\n", 13 } },
		{ 'x', { "13 path=a\0bc\n", 13 } },
		{ 'L', { "../x", 4 } },
		{ '0', { "", 0 } }, /* a file without a name */
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		put(&tar, bad[i].type, bad[i].content.n ? "h" : ".", bad[i].content);
		put(&tar, '0', "f", SL_STR(""));
		end(&tar);
		assert_int_equal(list_tar(&tar, &wide, &out, &err), SL_ERR_INVALID);
		assert_non_null(strstr(err.message, "unsafe path"));
		assert_string_equal(out.p, "");
	}
}

static void refuses_kinds_that_are_no_files(void **state)
{
	static const struct {
		char type;
		const char *text;
	} kinds[] = {
		{ '1', "tar archive entry 'a/b' is a hard link" },
		{ '3', "tar archive entry 'a/b' is a device" },
		{ '4', "tar archive entry 'a/b' is a device" },
		{ '6', "tar archive entry 'a/b' is a FIFO" },
		{ 'S', "tar archive entry 'a/b' is a sparse file" },
		{ 'Z', "tar archive entry 'a/b' is of an unknown kind" },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(kinds); i++) {
		SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		put(&tar, kinds[i].type, "a/b", SL_STR(""));
		end(&tar);
		assert_error(list_tar(&tar, &wide, &out, &err), SL_ERR_UNSUPPORTED, &err,
			     kinds[i].text);
	}
}

static void refuses_malformed_extended_headers(void **state)
{
	static const struct {
		struct sl_str content;
		enum sl_err_code code;
	} bad[] = {
		{ { "x", 1 }, SL_ERR_INVALID },
		{ { "99 path=a\n", 10 }, SL_ERR_INVALID },
		{ { "9 path=ab\n", 10 }, SL_ERR_INVALID },
		{ { "10 path=ab", 10 }, SL_ERR_INVALID },
		{ { "2 \n", 3 }, SL_ERR_INVALID },
		{ { "3 \n", 3 }, SL_ERR_INVALID },
		{ { "5 =b\n", 5 }, SL_ERR_INVALID },
		{ { "-5 a=b\n", 7 }, SL_ERR_INVALID },
		{ { "11 size=-1\n", 11 }, SL_ERR_INVALID },
		{ { "18446744073709551616 a=b\n", 25 }, SL_ERR_INVALID },
		{ { "23 GNU.sparse.major=1\n", 22 }, SL_ERR_INVALID },
		{ { "22 GNU.sparse.major=1\n", 22 }, SL_ERR_UNSUPPORTED },
	};

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(bad); i++) {
		SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_err) err = SL_ERR_INIT;

		put(&tar, 'x', "h", bad[i].content);
		put(&tar, '0', "f", SL_STR(""));
		end(&tar);
		assert_code(list_tar(&tar, &wide, &out, &err), bad[i].code, &err);
	}
}

static void refuses_broken_headers(void **state)
{
	SL_AUTO(sl_strbuf) good = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) lone = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tar_header *h;

	(void)state;
	put(&good, '0', "f", SL_STR("1"));
	end(&good);
	for (size_t i = 0; i < 512; i++) {
		/* Bytes around the checksum's digits may change without harm. */
		if (i >= 154 && i < 156)
			continue;
		good.p[i] ^= 1;
		assert_code(list_tar(&good, &wide, &out, &err), SL_ERR_INVALID, &err);
		good.p[i] ^= 1;
	}
	sl_strbuf_addn(&lone, '\0', 512);
	put(&lone, '0', "f", SL_STR("1"));
	assert_error(list_tar(&lone, &wide, &out, &err), SL_ERR_INVALID, &err,
		     "tar archive is malformed: a lone block of zeros");
	/* 2^63 bytes. */
	h = (struct sl_tar_header *)(void *)good.p;
	memcpy(h->size, "\x80\0\0\0\x80\0\0\0\0\0\0\0", 12);
	set_checksum(h);
	assert_code(list_tar(&good, &wide, &out, &err), SL_ERR_INVALID, &err);
}

static void refuses_every_cut(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	put(&tar, '5', "d", SL_STR(""));
	put(&tar, 'x', "h", SL_STR("12 path=d/f\n"));
	put(&tar, '0', "f", SL_STR("some content"));
	end(&tar);
	assert_ok(sl_gzip_pack(sl_strbuf_str(&tar), SL_GZIP_FAST, &packed, &err), &err);
	for (size_t n = 0; n < packed.n; n++)
		assert_code(list(sl_str_sub(sl_strbuf_str(&packed), 0, n), &wide, &out, &err),
			    SL_ERR_INVALID, &err);
	assert_ok(list(sl_strbuf_str(&packed), &wide, &out, &err), &err);
	/* The same inside a whole gzip stream; an archive that ends between entries is fine. */
	for (size_t n = 1; n < 2048 + 512; n++) {
		struct sl_strbuf part = tar;

		part.n = n;
		if (n == 512 || n == 1536)
			continue;
		assert_code(list_tar(&part, &wide, &out, &err), SL_ERR_INVALID, &err);
	}
}

static void skips_what_was_not_read(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) big = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_PTR(sl_tar_reader) *t = NULL;
	struct sl_tar_entry e;
	struct sl_str view;
	char to[4];
	size_t n;
	bool more;

	(void)state;
	sl_strbuf_addn(&big, 'b', 100001);
	put(&tar, '0', "big", sl_strbuf_str(&big));
	put(&tar, '0', "partly", SL_STR("abcdefgh"));
	put(&tar, '0', "last", SL_STR("z"));
	end(&tar);
	assert_ok(sl_gzip_pack(sl_strbuf_str(&tar), SL_GZIP_FAST, &packed, &err), &err);
	view = sl_strbuf_str(&packed);
	t = sl_tar_reader_new(sl_source_str(&view), &wide);
	assert_ok(sl_tar_next(t, &e, &more, &err), &err);
	assert_int_equal(e.size, 100001);
	assert_ok(sl_tar_next(t, &e, &more, &err), &err);
	assert_ok(sl_tar_read(t, to, sizeof(to), &n, &err), &err);
	assert_true(n >= 1 && to[0] == 'a');
	assert_ok(sl_tar_next(t, &e, &more, &err), &err);
	assert_str(e.path, "last");
	assert_ok(sl_tar_read(t, to, sizeof(to), &n, &err), &err);
	assert_int_equal(n, 1);
	assert_ok(sl_tar_read(t, to, sizeof(to), &n, &err), &err);
	assert_int_equal(n, 0);
	assert_ok(sl_tar_next(t, &e, &more, &err), &err);
	assert_false(more);
}

static void caps_entries_and_bytes(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (int i = 0; i < 3; i++)
		put(&tar, '0', "f", SL_STR("1"));
	end(&tar);
	for (uint64_t n = 2; n <= 4; n++) {
		int r = list_tar(&tar, &(struct sl_tar_limits){ 1 << 20, n }, &out, &err);

		if (n < 3)
			assert_error(r, SL_ERR_TOO_LARGE, &err,
				     "tar archive holds more than 2 entries");
		else
			assert_ok(r, &err);
		r = list_tar(&tar, &(struct sl_tar_limits){ tar.n + n - 3, 10 }, &out, &err);
		if (n < 3)
			assert_code(r, SL_ERR_TOO_LARGE, &err);
		else
			assert_ok(r, &err);
	}
}

static void caps_paths_depth_and_extended_headers(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		size_t length = SL_TAR_PATH_MAX - 1 + n, depth = SL_TAR_DEPTH_MAX - 1 + n,
		       bytes = SL_TAR_PAX_MAX - 1 + n;
		SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) deep = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) wordy = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(ARCHIVE_MAX);
		struct sl_strbuf *all[] = { &tar, &deep, &wordy };

		sl_strbuf_addn(&text, 'p', length);
		put(&tar, 'L', "h", sl_strbuf_str(&text));
		sl_strbuf_reset(&text);
		for (size_t i = 0; i < depth; i++)
			sl_strbuf_addz(&text, "d/");
		put(&deep, 'L', "h", sl_strbuf_str(&text));
		sl_strbuf_reset(&text);
		sl_strbuf_addf(&text, "%zu comment=", bytes);
		sl_strbuf_addn(&text, 'c', bytes - text.n - 1);
		sl_strbuf_addc(&text, '\n');
		put(&wordy, 'x', "h", sl_strbuf_str(&text));
		for (size_t i = 0; i < SL_ARRAY_LEN(all); i++) {
			int r;

			put(all[i], '5', "f", SL_STR(""));
			end(all[i]);
			r = list_tar(all[i], &wide, &out, &err);
			if (n < 2)
				assert_ok(r, &err);
			else
				assert_code(r, SL_ERR_TOO_LARGE, &err);
		}
	}
}

static void caps_what_is_read_into_memory(void **state)
{
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);

	(void)state;
	put(&tar, '0', "f", SL_STR("12345"));
	for (size_t max = 4; max <= 6; max++) {
		SL_AUTO(sl_strbuf) packed = SL_STRBUF_INIT(ARCHIVE_MAX);
		SL_AUTO(sl_strbuf) out = SL_STRBUF_INIT(max);
		SL_AUTO(sl_err) err = SL_ERR_INIT;
		SL_AUTO_PTR(sl_tar_reader) *t = NULL;
		struct sl_tar_entry e;
		struct sl_str view;
		bool more;

		assert_ok(sl_gzip_pack(sl_strbuf_str(&tar), SL_GZIP_FAST, &packed, &err), &err);
		view = sl_strbuf_str(&packed);
		t = sl_tar_reader_new(sl_source_str(&view), &wide);
		assert_ok(sl_tar_next(t, &e, &more, &err), &err);
		if (max < 5)
			assert_error(sl_tar_read_all(t, &out, &err), SL_ERR_TOO_LARGE, &err,
				     "f is larger than 4 bytes");
		else
			assert_ok(sl_tar_read_all(t, &out, &err), &err);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_plain_entries),
		cmocka_unit_test(passes_over_links_and_global_headers),
		cmocka_unit_test(reads_long_names_and_sizes),
		cmocka_unit_test(takes_the_ends_that_go_takes),
		cmocka_unit_test(refuses_unsafe_paths),
		cmocka_unit_test(refuses_unsafe_paths_of_extended_headers),
		cmocka_unit_test(refuses_kinds_that_are_no_files),
		cmocka_unit_test(refuses_malformed_extended_headers),
		cmocka_unit_test(refuses_broken_headers),
		cmocka_unit_test(refuses_every_cut),
		cmocka_unit_test(skips_what_was_not_read),
		cmocka_unit_test(caps_entries_and_bytes),
		cmocka_unit_test(caps_paths_depth_and_extended_headers),
		cmocka_unit_test(caps_what_is_read_into_memory),
	};

	return run_group("tar_read", tests);
}
