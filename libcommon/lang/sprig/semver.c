/* semver, semverCompare, and the *semver.Version with its methods. */
#include "libcommon/codec/semver.h"

#include <stdlib.h>

#include "libcommon/codec/semver_range.h"
#include "libcommon/lang/sprig/define.h"
#include "libcommon/lang/sprig/sprig.h"
#include "libcommon/lang/sprig/types.h"

static const struct sl_go_type version_struct;

static const struct sl_semver *version_of(const struct sl_goval *v)
{
	return v->ptr;
}

static struct sl_str text_of(struct sl_arena *a, const struct sl_semver *v)
{
	SL_AUTO_FREE char *text = sl_semver_string(v);

	return sl_arena_str(a, sl_str(text));
}

SL_SPRIG_FN(semver)
{
	struct sl_semver *v = sl_arena_new(call->a, struct sl_semver);
	int r = sl_semver_parse(sl_arena_str(call->a, args[0].s), v, err);

	if (r < 0)
		return r;
	*ret = (struct sl_goval){ .type = &sl_sprig_version, .ptr = v };
	return 0;
}

SL_SPRIG_FN(semver_compare)
{
	SL_AUTO_PTR(sl_semver_range) *range = NULL;
	struct sl_semver v;
	int r = sl_semver_range_parse(args[0].s, &range, err);

	if (r == 0)
		r = sl_semver_parse(args[1].s, &v, err);
	if (r == 0)
		*ret = sl_goval_bool(sl_semver_range_check(range, &v));
	return r;
}

static const struct sl_go_func funcs[] = {
	{ "semver", semver, { &sl_go_string }, 1, false },
	{ "semverCompare", semver_compare, { &sl_go_string, &sl_go_string }, 2, false },
};
const struct sl_sprig_table sl_sprig_semver = SL_SPRIG_TABLE(funcs);

/* ---- methods of semver.Version ---- */

static int return_number(uint64_t u, struct sl_goval *ret)
{
	*ret = (struct sl_goval){ .type = &sl_go_uint64, .u = u };
	return 0;
}

SL_SPRIG_FN(major)
{
	return return_number(version_of(args)->major, ret);
}

SL_SPRIG_FN(minor)
{
	return return_number(version_of(args)->minor, ret);
}

SL_SPRIG_FN(patch)
{
	return return_number(version_of(args)->patch, ret);
}

SL_SPRIG_FN(prerelease)
{
	*ret = sl_goval_str(version_of(args)->pre);
	return 0;
}

SL_SPRIG_FN(metadata)
{
	*ret = sl_goval_str(version_of(args)->metadata);
	return 0;
}

SL_SPRIG_FN(string)
{
	*ret = sl_goval_str(text_of(call->a, version_of(args)));
	return 0;
}

/* A changed copy: its original text is the new one, with the "v" of the old. */
static int return_changed(struct sl_go_call *call, const struct sl_semver *from,
			  struct sl_semver to, struct sl_goval *ret)
{
	struct sl_semver *copy = sl_arena_new(call->a, struct sl_semver);
	const char *v = sl_str_starts(from->original, SL_STR("v")) ? "v" : "";

	*copy = to;
	copy->original =
		sl_str(sl_arena_printf(call->a, "%s%.*s", v, SL_STR_FMT(text_of(call->a, &to))));
	*ret = (struct sl_goval){ .type = &version_struct, .ptr = copy };
	return 0;
}

static int overflow(const char *what, struct sl_err *err)
{
	return sl_err_set(err, SL_ERR_INVALID, "%s version increment would overflow uint64", what);
}

SL_SPRIG_FN(inc_major)
{
	const struct sl_semver *v = version_of(args);

	if (v->major == UINT64_MAX)
		return overflow("major", err);
	return return_changed(call, v, (struct sl_semver){ .major = v->major + 1 }, ret);
}

SL_SPRIG_FN(inc_minor)
{
	const struct sl_semver *v = version_of(args);

	if (v->minor == UINT64_MAX)
		return overflow("minor", err);
	return return_changed(call, v,
			      (struct sl_semver){ .major = v->major, .minor = v->minor + 1 }, ret);
}

/* The next patch after a pre-release is the version itself. */
SL_SPRIG_FN(inc_patch)
{
	const struct sl_semver *v = version_of(args);

	if (!v->pre.n && v->patch == UINT64_MAX)
		return overflow("patch", err);
	return return_changed(call, v,
			      (struct sl_semver){ .major = v->major,
						  .minor = v->minor,
						  .patch = v->patch + !v->pre.n },
			      ret);
}

/* Whether "0.0.0" with `mark` and `part` behind it is a version. */
static int check_part(struct sl_go_call *call, char mark, struct sl_str part, struct sl_err *err)
{
	const char *text = sl_arena_printf(call->a, "0.0.0%c%.*s", mark, SL_STR_FMT(part));
	struct sl_semver probe;

	if (mark == '-' && sl_str_chr(part, '+') >= 0)
		return sl_err_set(err, SL_ERR_INVALID, "invalid prerelease string");
	return part.n ? sl_semver_parse_strict(sl_str(text), &probe, err) : 0;
}

SL_SPRIG_FN(set_prerelease)
{
	struct sl_semver to = *version_of(args);
	int r = check_part(call, '-', args[1].s, err);

	to.pre = args[1].s;
	return r < 0 ? r : return_changed(call, version_of(args), to, ret);
}

SL_SPRIG_FN(set_metadata)
{
	struct sl_semver to = *version_of(args);
	int r = check_part(call, '+', args[1].s, err);

	to.metadata = args[1].s;
	return r < 0 ? r : return_changed(call, version_of(args), to, ret);
}

static const struct sl_go_func value_methods[] = {
	{ "IncMajor", inc_major, { NULL }, 0, false },
	{ "IncMinor", inc_minor, { NULL }, 0, false },
	{ "IncPatch", inc_patch, { NULL }, 0, false },
	{ "Major", major, { NULL }, 0, false },
	{ "Metadata", metadata, { NULL }, 0, false },
	{ "Minor", minor, { NULL }, 0, false },
	{ "Patch", patch, { NULL }, 0, false },
	{ "Prerelease", prerelease, { NULL }, 0, false },
	{ "SetMetadata", set_metadata, { &sl_go_string }, 1, false },
	{ "SetPrerelease", set_prerelease, { &sl_go_string }, 1, false },
	{ "String", string, { NULL }, 0, false },
	{ 0 },
};

/* ---- those of *semver.Version alone ---- */

static int cmp(const struct sl_goval *args)
{
	return sl_semver_cmp(version_of(args), version_of(args + 1));
}

static int return_bool(bool b, struct sl_goval *ret)
{
	*ret = sl_goval_bool(b);
	return 0;
}

SL_SPRIG_FN(compare)
{
	int r = cmp(args);

	*ret = sl_goval_int((r > 0) - (r < 0));
	return 0;
}

SL_SPRIG_FN(equal)
{
	return return_bool(cmp(args) == 0, ret);
}

SL_SPRIG_FN(greater_than)
{
	return return_bool(cmp(args) > 0, ret);
}

SL_SPRIG_FN(greater_than_equal)
{
	return return_bool(cmp(args) >= 0, ret);
}

SL_SPRIG_FN(less_than)
{
	return return_bool(cmp(args) < 0, ret);
}

SL_SPRIG_FN(less_than_equal)
{
	return return_bool(cmp(args) <= 0, ret);
}

SL_SPRIG_FN(original)
{
	*ret = sl_goval_str(version_of(args)->original);
	return 0;
}

static const struct sl_go_func pointer_methods[] = {
	{ "Compare", compare, { &sl_sprig_version }, 1, false },
	{ "Equal", equal, { &sl_sprig_version }, 1, false },
	{ "GreaterThan", greater_than, { &sl_sprig_version }, 1, false },
	{ "GreaterThanEqual", greater_than_equal, { &sl_sprig_version }, 1, false },
	{ "LessThan", less_than, { &sl_sprig_version }, 1, false },
	{ "LessThanEqual", less_than_equal, { &sl_sprig_version }, 1, false },
	{ "Original", original, { NULL }, 0, false },
	{ 0 },
};

static void version_string(const struct sl_goval *v, struct sl_strbuf *out)
{
	SL_AUTO_FREE char *text = sl_semver_string(version_of(v));

	sl_strbuf_addz(out, text);
}

static int version_json(struct sl_arena *a, const struct sl_goval *v, struct sl_value **ret,
			struct sl_err *err)
{
	(void)err;
	*ret = sl_value_str_borrow(a, text_of(a, version_of(v)));
	return 0;
}

static const struct sl_go_type version_struct = {
	.kind = SL_GO_STRUCT,
	.name = "semver.Version",
	.methods = value_methods,
	.string = version_string,
	.json = version_json,
};
const struct sl_go_type sl_sprig_version = {
	.kind = SL_GO_POINTER,
	.name = "*semver.Version",
	.elem = &version_struct,
	.methods = pointer_methods,
	.string = version_string,
	.json = version_json,
};
