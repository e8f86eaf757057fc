#include "libcommon/base/stream.h"

#include <fcntl.h>
#include <unistd.h>

#include "test/unit/support/test.h"

static void reads_a_view(void **state)
{
	struct sl_str s = SL_STR("abc");
	struct sl_source source = sl_source_str(&s);
	char to[8];
	size_t n = 7;

	(void)state;
	assert_int_equal(source.read(source.ctx, to, 2, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_memory_equal(to, "ab", 2);
	assert_int_equal(source.read(source.ctx, to, 8, &n, NULL), 0);
	assert_int_equal(n, 1);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(source.read(source.ctx, to, 8, &n, NULL), 0);
		assert_int_equal(n, 0);
	}
}

static void flows_through_a_pipe(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	int fds[2], bad = -1;
	struct sl_source source = sl_source_fd(&fds[0]), none = sl_source_fd(&bad);
	struct sl_sink sink = sl_sink_fd(&fds[1]), nowhere = sl_sink_fd(&bad);
	char to[8];
	size_t n = 7;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_ok(sink.write(sink.ctx, "xyz", 3, &err), &err);
	close(fds[1]);
	assert_ok(source.read(source.ctx, to, sizeof(to), &n, &err), &err);
	assert_int_equal(n, 3);
	assert_memory_equal(to, "xyz", 3);
	assert_ok(source.read(source.ctx, to, sizeof(to), &n, &err), &err);
	assert_int_equal(n, 0);
	close(fds[0]);
	assert_code(none.read(none.ctx, to, sizeof(to), &n, &err), SL_ERR_IO, &err);
	assert_code(nowhere.write(nowhere.ctx, "x", 1, &err), SL_ERR_IO, &err);
}

static void caps_a_buffer(void **state)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(3);
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	struct sl_sink sink = sl_sink_strbuf(&b);

	(void)state;
	assert_ok(sink.write(sink.ctx, "ab", 2, &err), &err);
	assert_ok(sink.write(sink.ctx, "c", 1, &err), &err);
	assert_code(sink.write(sink.ctx, "d", 1, &err), SL_ERR_TOO_LARGE, &err);
	assert_string_equal(b.p, "abc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_view),
		cmocka_unit_test(flows_through_a_pipe),
		cmocka_unit_test(caps_a_buffer),
	};

	return run_group("stream", tests);
}
