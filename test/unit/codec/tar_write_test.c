#include "libcommon/codec/tar_write.h"

#include <stdio.h>

#include "libcommon/codec/gzip.h"
#include "test/unit/support/test.h"

#define ARCHIVE_MAX ((size_t)4 << 20)

struct made {
	struct sl_strbuf packed;
};

static void add_file(struct sl_tar_writer *w, const char *path, bool executable,
		     const char *content)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	assert_ok(sl_tar_add_file(w, sl_str(path), executable, strlen(content), &err), &err);
	/* Byte by byte, and nothing in between. */
	for (size_t i = 0; i < strlen(content); i++) {
		assert_ok(sl_tar_write(w, content + i, 1, &err), &err);
		assert_ok(sl_tar_write(w, NULL, 0, &err), &err);
	}
}

static void make(struct made *m)
{
	SL_AUTO_PTR(sl_tar_writer) *w = NULL;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	sl_strbuf_init(&m->packed, ARCHIVE_MAX);
	assert_ok(sl_tar_writer_new(sl_sink_strbuf(&m->packed), &w, &err), &err);
	assert_ok(sl_tar_add_dir(w, SL_STR("."), &err), &err);
	assert_ok(sl_tar_add_dir(w, SL_STR("deploy"), &err), &err);
	add_file(w, "deploy/app.yaml", false, "kind: ConfigMap\n");
	add_file(w, "run.sh", true, "");
	assert_ok(sl_tar_finish(w, &err), &err);
}

static void writes_the_headers_of_the_format(void **state)
{
	static const struct {
		const char *name, *mode, *size;
		char type;
		size_t at;
	} want[] = {
		{ ".", "0000750", "00000000000", '5', 0 },
		{ "deploy", "0000750", "00000000000", '5', 512 },
		{ "deploy/app.yaml", "0000600", "00000000020", '0', 1024 },
		{ "run.sh", "0000700", "00000000000", '0', 2048 },
	};
	SL_AUTO(sl_strbuf) tar = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct made m;

	(void)state;
	make(&m);
	assert_ok(sl_gzip_unpack(sl_strbuf_str(&m.packed), &tar, &err), &err);
	assert_int_equal(tar.n, 2560 + 1024);
	for (size_t i = 0; i < SL_ARRAY_LEN(want); i++) {
		const char *h = tar.p + want[i].at;
		char name[100] = "";
		char checksum[8];
		unsigned sum = 0;

		memcpy(name, want[i].name, strlen(want[i].name));
		assert_memory_equal(h, name, sizeof(name));
		assert_string_equal(h + 100, want[i].mode);
		assert_string_equal(h + 108, "0000000"); /* uid */
		assert_string_equal(h + 116, "0000000"); /* gid */
		assert_string_equal(h + 124, want[i].size);
		assert_string_equal(h + 136, "00000000000"); /* mtime */
		assert_int_equal(h[156], want[i].type);
		assert_memory_equal(h + 257,
				    "ustar\0"
				    "00",
				    8);
		assert_string_equal(h + 265, ""); /* user and group names */
		assert_string_equal(h + 297, "");
		for (size_t k = 0; k < 512; k++)
			sum += k >= 148 && k < 156 ? ' ' : (unsigned char)h[k];
		snprintf(checksum, sizeof(checksum), "%06o", sum & 0777777);
		assert_memory_equal(h + 148, checksum, 7);
	}
	assert_memory_equal(tar.p + 1536, "kind: ConfigMap\n\0", 17);
	for (size_t i = 2560; i < tar.n; i++)
		assert_int_equal(tar.p[i], 0);
	sl_strbuf_release(&m.packed);
}

static void gives_the_same_bytes(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct made a, b;

	(void)state;
	make(&a);
	make(&b);
	assert_true(sl_str_eq(sl_strbuf_str(&a.packed), sl_strbuf_str(&b.packed)));
	assert_memory_equal(a.packed.p, "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
	sl_strbuf_release(&a.packed);
	sl_strbuf_release(&b.packed);
}

/* A writer whose errors are looked at. */
static struct sl_tar_writer *writer(struct sl_strbuf *to)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_tar_writer *w = NULL;

	assert_ok(sl_tar_writer_new(sl_sink_strbuf(to), &w, &err), &err);
	return w;
}

static void refuses_what_does_not_add_up(void **state)
{
	SL_AUTO(sl_strbuf) to = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO_PTR(sl_tar_writer) *w = writer(&to);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_code(sl_tar_add_dir(w, SL_STR(""), &err), SL_ERR_INVALID, &err);
	assert_code(sl_tar_add_dir(w, SL_STR("a\0b"), &err), SL_ERR_INVALID, &err);
	assert_ok(sl_tar_add_file(w, SL_STR("f"), false, 2, &err), &err);
	assert_ok(sl_tar_write(w, "x", 1, &err), &err);
	assert_error(sl_tar_add_dir(w, SL_STR("d"), &err), SL_ERR_INVALID, &err,
		     "1 bytes are missing before d");
	assert_error(sl_tar_finish(w, &err), SL_ERR_INVALID, &err,
		     "1 bytes are missing at the end");
	assert_code(sl_tar_write(w, "xy", 2, &err), SL_ERR_INVALID, &err);
	assert_ok(sl_tar_write(w, "y", 1, &err), &err);
	assert_code(sl_tar_write(w, "z", 1, &err), SL_ERR_INVALID, &err);
}

static void caps_paths_and_files(void **state)
{
	SL_AUTO(sl_strbuf) to = SL_STRBUF_INIT(ARCHIVE_MAX);
	SL_AUTO_PTR(sl_tar_writer) *w = writer(&to);
	char path[SL_TAR_PATH_MAX + 1];
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	memset(path, 'x', sizeof(path));
	assert_ok(sl_tar_add_dir(w, (struct sl_str){ path, SL_TAR_PATH_MAX - 1 }, &err), &err);
	assert_ok(sl_tar_add_dir(w, (struct sl_str){ path, SL_TAR_PATH_MAX }, &err), &err);
	assert_code(sl_tar_add_dir(w, (struct sl_str){ path, sizeof(path) }, &err),
		    SL_ERR_TOO_LARGE, &err);
	assert_code(sl_tar_add_file(w, SL_STR("f"), false, SL_TAR_FILE_MAX + 1, &err),
		    SL_ERR_TOO_LARGE, &err);
	assert_ok(sl_tar_add_file(w, SL_STR("f"), false, SL_TAR_FILE_MAX, &err), &err);
}

static void passes_a_full_disk_on(void **state)
{
	SL_AUTO(sl_strbuf) to = SL_STRBUF_INIT(20);
	SL_AUTO_PTR(sl_tar_writer) *w = writer(&to);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	assert_ok(sl_tar_add_dir(w, SL_STR("."), &err), &err);
	assert_code(sl_tar_finish(w, &err), SL_ERR_TOO_LARGE, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_headers_of_the_format),
		cmocka_unit_test(gives_the_same_bytes),
		cmocka_unit_test(refuses_what_does_not_add_up),
		cmocka_unit_test(caps_paths_and_files),
		cmocka_unit_test(passes_a_full_disk_on),
	};

	return run_group("tar_write", tests);
}
