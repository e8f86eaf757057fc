/*
 * Every case of test/golden/helm: what `sluice helm` prints must be the bytes that helm printed. The
 * format of the cases is told in test/golden/helm/README.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/local/programs.h"
#include "libcommon/base/file.h"
#include "libcommon/codec/base64.h"
#include "test/unit/support/expect.h"

#define ROOT "test/golden/helm"
#define OUTPUT_MAX ((size_t)16 << 20)
#define WORDS_MAX 64
/* Fewer would mean that the cases were not found. */
#define CASES_MIN 250

static const sl_cli_handler handlers[SL_CLI_VERBS] = {
	[SL_CLI_HELM_TEMPLATE] = sl_cli_local_helm_template,
	[SL_CLI_HELM_LINT] = sl_cli_local_helm_lint,
	[SL_CLI_HELM_SHOW] = sl_cli_local_helm_show,
	[SL_CLI_HELM_PACKAGE] = sl_cli_local_helm_package,
	[SL_CLI_HELM_DEPENDENCY_LIST] = sl_cli_local_helm_dependency_list,
};

/* The reports of the sanitizers go where the test's own go, though standard error is a file meanwhile. */
void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

/* ---- files of a case ---- */

static void write_file(int dir, struct sl_str header, struct sl_str text)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strbuf) bytes = SL_STRBUF_INIT(OUTPUT_MAX);
	ptrdiff_t mark = sl_str_find(header, SL_STR(" ("));
	struct sl_str how = mark < 0 ? SL_STR("") : sl_str_sub(header, (size_t)mark, header.n);
	struct sl_str name = mark < 0 ? header : sl_str_sub(header, 0, (size_t)mark);
	char *path = sl_xmemdup0(name.p, name.n), *slash = strrchr(path, '/');

	if (sl_str_eqz(how, " (no newline)"))
		sl_str_cut_suffix(&text, SL_STR("\n"));
	if (sl_str_eqz(how, " (base64)")) {
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] != '\n')
				sl_strbuf_addc(&bytes, text.p[i]);
		SL_AUTO(sl_strbuf) decoded = SL_STRBUF_INIT(OUTPUT_MAX);

		expect_ok(sl_base64_decode(sl_strbuf_str(&bytes), &decoded, &err), &err);
		sl_strbuf_reset(&bytes);
		sl_strbuf_adds(&bytes, sl_strbuf_str(&decoded));
	} else {
		sl_strbuf_adds(&bytes, text);
	}
	if (slash) {
		*slash = 0;
		expect_ok(sl_mkdirs(dir, path, 0755, &err), &err);
		*slash = '/';
	}
	SL_AUTO_FD int fd = -1;

	expect_ok(sl_open_beneath(dir, path, O_WRONLY | O_CREAT | O_TRUNC, 0644, &fd, &err), &err);
	expect_ok(sl_fd_write_all(fd, sl_strbuf_str(&bytes), path, &err), &err);
	free(path);
}

/* The first line of `*text`, without its newline; false at the end. */
static bool next_line(struct sl_str *text, struct sl_str *ret_line)
{
	if (text->n == 0)
		return false;
	return sl_str_split(text, '\n', ret_line);
}

/* "$ " lines, then files. */
static void write_files(int dir, struct sl_str text, struct sl_strvec *ret_commands)
{
	struct sl_str line, header = SL_STR("templates/t.yaml"), from;
	bool first = true, commands = true;

	write_file(dir, SL_STR("Chart.yaml"),
		   SL_STR("apiVersion: v2\nname: chart\nversion: 0.1.0\n"));
	from = text;
	while (next_line(&text, &line)) {
		if (commands && sl_str_cut_prefix(&line, SL_STR("$ "))) {
			sl_strvec_push_str(ret_commands, line);
			from = text;
			continue;
		}
		commands = false;
		if (!sl_str_cut_prefix(&line, SL_STR(">>> ")))
			continue;
		struct sl_str body = sl_str_sub(from, 0, (size_t)(line.p - 4 - from.p));

		if (!first || body.n > 0)
			write_file(dir, header, body);
		first = false;
		header = line;
		from = text;
	}
	if (from.p)
		write_file(dir, header, from);
	if (ret_commands->n == 0)
		sl_strvec_push(ret_commands, "template rel .");
}

/* ---- one command ---- */

/* Blanks separate words, single quotes keep together what is within. */
static void split_words(const char *command, struct sl_strvec *ret_words)
{
	SL_AUTO(sl_strbuf) word = SL_STRBUF_INIT(OUTPUT_MAX);
	bool quoted = false, any = false;

	for (const char *c = command; *c; c++) {
		if (*c == '\'') {
			quoted = !quoted;
			any = true;
		} else if (*c == ' ' && !quoted) {
			if (any || word.n)
				sl_strvec_push(ret_words, word.p);
			sl_strbuf_reset(&word);
			any = false;
		} else {
			sl_strbuf_addc(&word, *c);
		}
	}
	if (any || word.n)
		sl_strvec_push(ret_words, word.p);
}

static int capture(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* What the file holds, with the chart's directory written as /chart. */
static void read_back(int fd, const char *dir, struct sl_strbuf *out)
{
	struct sl_str text, part = sl_str(dir);
	off_t n = lseek(fd, 0, SEEK_END);
	char *bytes = sl_xmalloc((size_t)n + 1);
	ptrdiff_t at;

	assert_int_equal(pread(fd, bytes, (size_t)n, 0), n);
	text = (struct sl_str){ bytes, (size_t)n };
	while ((at = sl_str_find(text, part)) >= 0) {
		sl_strbuf_adds(out, sl_str_sub(text, 0, (size_t)at));
		sl_strbuf_addz(out, "/chart");
		text = sl_str_sub(text, (size_t)at + part.n, text.n);
	}
	sl_strbuf_adds(out, text);
	free(bytes);
}

/* Run it with standard output and error in files. */
static int run_captured(const struct sl_strvec *words, int out, int err)
{
	int old_out = dup(STDOUT_FILENO), old_err = dup(STDERR_FILENO), code;

	fflush(stdout);
	fflush(stderr);
	if (__sanitizer_set_report_fd)
		__sanitizer_set_report_fd((void *)(intptr_t)old_err);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	code = sl_cli_run((int)words->n, words->v, handlers, NULL);
	dup2(old_out, STDOUT_FILENO);
	dup2(old_err, STDERR_FILENO);
	if (__sanitizer_set_report_fd)
		__sanitizer_set_report_fd((void *)(intptr_t)STDERR_FILENO);
	close(old_out);
	close(old_err);
	return code;
}

static void add_result(const char *command, const struct sl_strbuf *said,
		       const struct sl_strbuf *complained, int code, struct sl_strbuf *got)
{
	struct sl_str rest = sl_strbuf_str(complained), line;

	sl_strbuf_addf(got, "$ %s\n", command);
	sl_strbuf_adds(got, sl_strbuf_str(said));
	if (said->n && said->p[said->n - 1] != '\n')
		sl_strbuf_addz(got, "\n(no newline)\n");
	while (rest.n && rest.p[rest.n - 1] == '\n')
		rest.n--;
	while (!strstr(command, "--debug") && complained->n && sl_str_split(&rest, '\n', &line))
		sl_strbuf_addf(got, "2> %.*s\n", SL_STR_FMT(line));
	if (code)
		sl_strbuf_addf(got, "exit %d\n", code);
}

static void run_command(const char *command, const char *dir, struct sl_strbuf *got)
{
	SL_AUTO(sl_strvec) words = SL_STRVEC_INIT;
	SL_AUTO(sl_strbuf) said = SL_STRBUF_INIT(OUTPUT_MAX);
	SL_AUTO(sl_strbuf) complained = SL_STRBUF_INIT(OUTPUT_MAX);
	SL_AUTO_FD int out = capture("out");
	SL_AUTO_FD int err = capture("err");

	sl_strvec_push(&words, "sluice");
	sl_strvec_push(&words, "helm");
	split_words(command, &words);
	int code = run_captured(&words, out, err);

	read_back(out, dir, &said);
	read_back(err, dir, &complained);
	add_result(command, &said, &complained, code, got);
}

/* ---- cases ---- */

static size_t failures, cases;

/* `text` and `want` are what stands behind the title in both files. */
static void run_case(const char *file, struct sl_str title, struct sl_str text, struct sl_str want)
{
	SL_AUTO(sl_tmpdir) tmp = SL_TMPDIR_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	SL_AUTO(sl_strvec) commands = SL_STRVEC_INIT;
	SL_AUTO(sl_strbuf) got = SL_STRBUF_INIT(OUTPUT_MAX);
	SL_AUTO_FD int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	SL_AUTO_FD int dir = -1;
	char *path;

	expect_ok(sl_tmpdir_create("helm-golden", &tmp, &err), &err);
	expect_ok(sl_mkdirs(tmp.fd, "chart", 0755, &err), &err);
	expect_ok(sl_open_beneath(tmp.fd, "chart", O_RDONLY | O_DIRECTORY, 0, &dir, &err), &err);
	write_files(dir, text, &commands);
	path = sl_xasprintf("%s/chart", tmp.path);
	assert_int_equal(fchdir(dir), 0);
	for (size_t i = 0; i < commands.n; i++)
		run_command(commands.v[i], path, &got);
	assert_int_equal(fchdir(here), 0);
	free(path);
	cases++;
	if (sl_str_eq(sl_strbuf_str(&got), want))
		return;
	failures++;
	fprintf(stderr, "%s: %.*s\n--- got\n%s--- want\n%.*s", file, SL_STR_FMT(title), got.p,
		SL_STR_FMT(want));
}

/* Take "=== title" and what follows it off `*rest`. */
static bool next_case(struct sl_str *rest, struct sl_str *ret_title, struct sl_str *ret_body)
{
	ptrdiff_t end;

	if (!sl_str_cut_prefix(rest, SL_STR("=== ")))
		return false;
	assert_true(next_line(rest, ret_title));
	if (sl_str_starts(*rest, SL_STR("=== "))) {
		*ret_body = SL_STR_NULL;
		return true;
	}
	end = sl_str_find(*rest, SL_STR("\n=== "));
	*ret_body = end < 0 ? *rest : sl_str_sub(*rest, 0, (size_t)end + 1);
	*rest = sl_str_sub(*rest, ret_body->n, rest->n);
	return true;
}

static void run_file(const char *name)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	const char *stem = sl_arena_printf(&a, "%.*s", (int)(strlen(name) - 4), name);
	struct sl_str in = golden(&a, sl_arena_printf(&a, ROOT "/%s", name));
	struct sl_str want = golden(&a, sl_arena_printf(&a, ROOT "/%s.expected", stem));
	struct sl_str title, body, want_title, want_body;

	while (next_case(&in, &title, &body)) {
		assert_true(next_case(&want, &want_title, &want_body));
		expect_str_case(want_title, title, name);
		run_case(name, title, body, want_body);
	}
	assert_int_equal(in.n, 0);
	assert_int_equal(want.n, 0);
}

static void prints_what_helm_prints(void **state)
{
	SL_AUTO(sl_strvec) names = SL_STRVEC_INIT;
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	(void)state;
	setenv("TZ", "UTC", 1);
	setenv("KUBECONFIG", "/dev/null", 1);
	unsetenv("HELM_NAMESPACE");
	unsetenv("HELM_KUBECONTEXT");
	expect_ok(sl_dir_list(AT_FDCWD, ROOT, &names, &err), &err);
	for (size_t i = 0; i < names.n; i++)
		if (sl_str_ends(sl_str(names.v[i]), SL_STR(".txt")))
			run_file(names.v[i]);
	print_message("%zu cases, %zu failures\n", cases, failures);
	assert_true(cases >= CASES_MIN);
	assert_int_equal(failures, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_helm_prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
