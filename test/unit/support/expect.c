#include "test/unit/support/expect.h"

#include <string.h>

#include "libcommon/base/file.h"
#include "libcommon/codec/json.h"

static const char *message_of(const struct sl_err *err)
{
	return err && err->message ? err->message : "no message";
}

void expect_code_(int got, int want, const struct sl_err *err, const char *what, const char *file,
		  int line)
{
	if (got == want)
		return;
	print_error("%s\n  got  %s: %s\n  want %s\n", what, sl_err_code_name(got), message_of(err),
		    sl_err_code_name(want));
	_fail(file, line);
}

void expect_err_(int got, int want, const char *part, const struct sl_err *err, const char *what,
		 const char *file, int line)
{
	expect_code_(got, want, err, what, file, line);
	expect_code_((int)err->code, want, err, what, file, line);
	if (!err->message || (part && !strstr(err->message, part))) {
		print_error("%s\n  got  \"%s\"\n  want \"%s\" in it\n", what, message_of(err),
			    part ? part : "");
		_fail(file, line);
	}
}

void expect_str_(struct sl_str got, struct sl_str want, const char *name, const char *file,
		 int line)
{
	if (sl_str_eq(got, want))
		return;
	print_error("%s\n  got  \"%.*s\" (%zu bytes)\n  want \"%.*s\" (%zu bytes)\n",
		    name ? name : "strings differ", SL_STR_FMT(got), got.n, SL_STR_FMT(want),
		    want.n);
	_fail(file, line);
}

void expect_json_(const struct sl_value *v, const char *want, const char *file, int line)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(64 << 20);

	sl_json_write(v, SL_JSON_COMPACT, &b);
	expect_str_(sl_strbuf_str(&b), sl_str(want), "trees differ", file, line);
}

struct sl_value *tree(struct sl_arena *a, const char *json)
{
	SL_AUTO(sl_err) err = SL_ERR_INIT;
	char *text = sl_arena_strdup(a, json);
	struct sl_value *v = NULL;

	for (char *p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	expect_ok(sl_json_parse(a, sl_str(text), NULL, &v, &err), &err);
	return v;
}

struct sl_str golden(struct sl_arena *a, const char *path)
{
	SL_AUTO(sl_strbuf) b = SL_STRBUF_INIT(64 << 20);
	SL_AUTO(sl_err) err = SL_ERR_INIT;

	expect_ok(sl_file_read_path(path, &b, &err), &err);
	return sl_arena_str(a, sl_strbuf_str(&b));
}
