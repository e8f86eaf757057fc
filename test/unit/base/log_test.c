#include "libcommon/base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test/unit/support/test.h"

static int log_fd;

static int redirect(void **state)
{
	(void)state;
	log_fd = memfd_create("log", MFD_CLOEXEC);
	/* Like a pipe: a memfd's offset is not locked between threads. */
	fcntl(log_fd, F_SETFL, O_APPEND);
	sl_log_set_fd(log_fd);
	sl_log_setup(SL_LOG_INFO, SL_LOG_JSON);
	return log_fd < 0;
}

static int restore(void **state)
{
	(void)state;
	sl_log_set_fd(STDERR_FILENO);
	return close(log_fd);
}

/* What was logged; the caller frees it. */
static char *logged(void)
{
	off_t n = lseek(log_fd, 0, SEEK_END);
	char *p = sl_xcalloc((size_t)n + 1, 1);

	assert_int_equal(pread(log_fd, p, (size_t)n, 0), n);
	return p;
}

/* The line after its time stamp, whose form is checked. */
static const char *after_ts(const char *line, const char *level)
{
	char head[64];
	const char *end = strstr(line, "\",\"msg\"");

	snprintf(head, sizeof(head), "{\"level\":\"%s\",\"ts\":\"", level);
	assert_memory_equal(line, head, strlen(head));
	assert_non_null(end);
	assert_int_equal(end - line - (ptrdiff_t)strlen(head), strlen("2026-01-02T03:04:05.678Z"));
	return end + 2;
}

static void writes_json_lines(void **state)
{
	const struct sl_log l = { .controller = "gitrepository", .namespace_ = "ns", .name = "x" };
	SL_AUTO_FREE char *text = NULL;

	(void)state;
	sl_log_info(&l, "stored artifact", SL_KS("revision", "a\"\\\n\x01\xc3\xa9"),
		    SL_KI("bytes", -3), SL_KB("new", true));
	text = logged();
	assert_string_equal(
		after_ts(text, "info"),
		"\"msg\":\"stored artifact\",\"controller\":\"gitrepository\","
		"\"namespace\":\"ns\",\"name\":\"x\","
		"\"revision\":\"a\\\"\\\\\\n\\u0001\xc3\xa9\",\"bytes\":-3,\"new\":true}\n");
}

static void writes_errors_with_their_place(void **state)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO_FREE char *text = NULL;

	(void)state;
	sl_err_set(&err, SL_ERR_INVALID, "bad\xff");
	sl_err_at(&err, "f.yaml", 3, NULL);
	sl_log_error(NULL, "failed", &err);
	text = logged();
	assert_string_equal(after_ts(text, "error"),
			    "\"msg\":\"failed\",\"error\":\"f.yaml:3: bad\\u00ff\"}\n");
}

static void leaves_out_what_the_level_hides(void **state)
{
	SL_AUTO_FREE char *text = NULL;

	(void)state;
	sl_log_debug(NULL, "hidden");
	assert_false(sl_log_enabled(SL_LOG_DEBUG));
	assert_true(sl_log_enabled(SL_LOG_ERROR));
	text = logged();
	assert_string_equal(text, "");
}

static void writes_console_lines(void **state)
{
	SL_AUTO_FREE char *text = NULL;

	(void)state;
	sl_log_setup(SL_LOG_DEBUG, SL_LOG_CONSOLE);
	sl_log_debug(NULL, "hello", SL_KS("k", "v"));
	text = logged();
	assert_non_null(strstr(text, "Z debug \"hello\" k=\"v\"\n"));
}

/* At any length of a pair the line ends properly and is within its limit. */
static void drops_pairs_that_do_not_fit(void **state)
{
	(void)state;
	for (size_t n = SL_LOG_LINE_MAX - 120; n < SL_LOG_LINE_MAX; n++) {
		SL_AUTO_FREE char *value = sl_xcalloc(n + 1, 1);
		SL_AUTO_FREE char *text = NULL;
		size_t len;

		memset(value, 'x', n);
		assert_int_equal(ftruncate(log_fd, 0), 0);
		lseek(log_fd, 0, SEEK_SET);
		sl_log_info(NULL, "m", SL_KS("long", value), SL_KI("after", 1));
		text = logged();
		len = strlen(text);
		assert_true(len <= SL_LOG_LINE_MAX);
		if (strstr(text, "\"long\""))
			assert_string_equal(text + len - 2 - (text[len - 3] == '1'),
					    text[len - 3] == '1' ? "1}\n" : "}\n");
		else
			assert_string_equal(strstr(text, "\"msg\""),
					    "\"msg\":\"m\",\"after\":1}\n");
	}
}

static void *log_many(void *arg)
{
	for (int i = 0; i < 200; i++)
		sl_log_info(arg, "line", SL_KI("i", i));
	return NULL;
}

static void writes_whole_lines_from_threads(void **state)
{
	const struct sl_log l = { .name = "n" };
	SL_AUTO_FREE char *text = NULL;
	pthread_t threads[4];
	struct sl_str rest, line;
	int lines = 0;

	(void)state;
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_many, (void *)(uintptr_t)&l),
				 0);
	for (size_t i = 0; i < SL_ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	text = logged();
	rest = sl_str(text);
	while (sl_str_split(&rest, '\n', &line) && line.n) {
		assert_true(sl_str_starts(line, SL_STR("{\"level\":\"info\"")));
		assert_true(sl_str_ends(line, SL_STR("}")));
		lines++;
	}
	assert_int_equal(lines, 800);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_json_lines, redirect, restore),
		cmocka_unit_test_setup_teardown(writes_errors_with_their_place, redirect, restore),
		cmocka_unit_test_setup_teardown(leaves_out_what_the_level_hides, redirect, restore),
		cmocka_unit_test_setup_teardown(writes_console_lines, redirect, restore),
		cmocka_unit_test_setup_teardown(drops_pairs_that_do_not_fit, redirect, restore),
		cmocka_unit_test_setup_teardown(writes_whole_lines_from_threads, redirect, restore),
	};

	return run_group("log", tests);
}
