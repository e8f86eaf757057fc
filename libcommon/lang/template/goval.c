/* Types, makers, lists and the questions that have an answer for every value. */
#include "libcommon/lang/template/goval.h"

#include <string.h>

static void error_text(const struct sl_goval *v, struct sl_strbuf *out)
{
	const struct sl_str *text = v->ptr;

	if (text)
		sl_strbuf_adds(out, *text);
}

const struct sl_go_type sl_go_any = { .kind = SL_GO_INTERFACE, .name = "interface {}" };
const struct sl_go_type sl_go_bool = { .kind = SL_GO_BOOL, .name = "bool" };
const struct sl_go_type sl_go_int = { .kind = SL_GO_INT, .name = "int" };
const struct sl_go_type sl_go_int8 = { .kind = SL_GO_INT8, .name = "int8" };
const struct sl_go_type sl_go_int16 = { .kind = SL_GO_INT16, .name = "int16" };
const struct sl_go_type sl_go_int32 = { .kind = SL_GO_INT32, .name = "int32" };
const struct sl_go_type sl_go_int64 = { .kind = SL_GO_INT64, .name = "int64" };
const struct sl_go_type sl_go_uint = { .kind = SL_GO_UINT, .name = "uint" };
const struct sl_go_type sl_go_uint8 = { .kind = SL_GO_UINT8, .name = "uint8" };
const struct sl_go_type sl_go_uint16 = { .kind = SL_GO_UINT16, .name = "uint16" };
const struct sl_go_type sl_go_uint32 = { .kind = SL_GO_UINT32, .name = "uint32" };
const struct sl_go_type sl_go_uint64 = { .kind = SL_GO_UINT64, .name = "uint64" };
const struct sl_go_type sl_go_float32 = { .kind = SL_GO_FLOAT32, .name = "float32" };
const struct sl_go_type sl_go_float64 = { .kind = SL_GO_FLOAT64, .name = "float64" };
const struct sl_go_type sl_go_complex128 = { .kind = SL_GO_COMPLEX128, .name = "complex128" };
const struct sl_go_type sl_go_string = { .kind = SL_GO_STRING, .name = "string" };
const struct sl_go_type sl_go_bytes = { .kind = SL_GO_SLICE,
					.name = "[]uint8",
					.elem = &sl_go_uint8 };
const struct sl_go_type sl_go_slice = { .kind = SL_GO_SLICE,
					.name = "[]interface {}",
					.elem = &sl_go_any };
const struct sl_go_type sl_go_strings = { .kind = SL_GO_SLICE,
					  .name = "[]string",
					  .elem = &sl_go_string };
const struct sl_go_type sl_go_ints = { .kind = SL_GO_SLICE, .name = "[]int", .elem = &sl_go_int };
const struct sl_go_type sl_go_map = { .kind = SL_GO_MAP,
				      .name = "map[string]interface {}",
				      .elem = &sl_go_any };
const struct sl_go_type sl_go_string_map = { .kind = SL_GO_MAP,
					     .name = "map[string]string",
					     .elem = &sl_go_string };
static const struct sl_go_type error_string = { .kind = SL_GO_STRUCT,
						.name = "errors.errorString" };
const struct sl_go_type sl_go_error = { .kind = SL_GO_POINTER,
					.name = "*errors.errorString",
					.elem = &error_string,
					.string = error_text };

struct sl_goval sl_goval_bool(bool b)
{
	return (struct sl_goval){ .type = &sl_go_bool, .b = b };
}

struct sl_goval sl_goval_int(int64_t i)
{
	return (struct sl_goval){ .type = &sl_go_int, .i = i };
}

struct sl_goval sl_goval_int64(int64_t i)
{
	return (struct sl_goval){ .type = &sl_go_int64, .i = i };
}

struct sl_goval sl_goval_float(double f)
{
	return (struct sl_goval){ .type = &sl_go_float64, .f = f };
}

struct sl_goval sl_goval_strz(const char *s)
{
	return sl_goval_str(sl_str(s));
}

struct sl_goval sl_goval_bytes(struct sl_str s)
{
	return (struct sl_goval){ .type = &sl_go_bytes, .s = s };
}

struct sl_goval sl_goval_map(struct sl_go_map *m)
{
	return (struct sl_goval){ .type = &sl_go_map, .map = m };
}

struct sl_goval sl_goval_list(struct sl_go_list *l)
{
	return (struct sl_goval){ .type = &sl_go_slice, .list = l };
}

bool sl_goval_is_nil(struct sl_goval v)
{
	switch (sl_goval_kind(v)) {
	case SL_GO_INVALID:
	case SL_GO_INTERFACE:
		return true;
	case SL_GO_MAP:
		return !v.map;
	case SL_GO_SLICE:
		return v.type == &sl_go_bytes ? !v.s.p : !v.list;
	case SL_GO_POINTER:
	case SL_GO_FUNC:
		return !v.ptr;
	default:
		return false;
	}
}

bool sl_goval_truth(struct sl_goval v)
{
	enum sl_go_kind kind = sl_goval_kind(v);

	if (kind == SL_GO_BOOL)
		return v.b;
	if (kind == SL_GO_MAP || kind == SL_GO_SLICE || kind == SL_GO_STRING)
		return sl_goval_len(v) > 0;
	if (sl_go_kind_is_int(kind) || sl_go_kind_is_uint(kind))
		return v.u != 0;
	if (sl_go_kind_is_float(kind))
		return v.f != 0;
	if (kind == SL_GO_COMPLEX128)
		return v.c[0] != 0 || v.c[1] != 0;
	return !sl_goval_is_nil(v);
}

const char *sl_go_kind_name(enum sl_go_kind kind)
{
	static const char *const names[] = {
		[SL_GO_INVALID] = "invalid",
		[SL_GO_BOOL] = "bool",
		[SL_GO_INT] = "int",
		[SL_GO_INT8] = "int8",
		[SL_GO_INT16] = "int16",
		[SL_GO_INT32] = "int32",
		[SL_GO_INT64] = "int64",
		[SL_GO_UINT] = "uint",
		[SL_GO_UINT8] = "uint8",
		[SL_GO_UINT16] = "uint16",
		[SL_GO_UINT32] = "uint32",
		[SL_GO_UINT64] = "uint64",
		[SL_GO_FLOAT32] = "float32",
		[SL_GO_FLOAT64] = "float64",
		[SL_GO_COMPLEX128] = "complex128",
		[SL_GO_FUNC] = "func",
		[SL_GO_INTERFACE] = "interface",
		[SL_GO_MAP] = "map",
		[SL_GO_POINTER] = "ptr",
		[SL_GO_SLICE] = "slice",
		[SL_GO_STRING] = "string",
		[SL_GO_STRUCT] = "struct",
	};

	return names[kind];
}

const char *sl_goval_type_name(struct sl_goval v)
{
	return v.type && v.type != &sl_go_any ? v.type->name : "<nil>";
}

bool sl_go_kind_is_int(enum sl_go_kind kind)
{
	return kind >= SL_GO_INT && kind <= SL_GO_INT64;
}

bool sl_go_kind_is_uint(enum sl_go_kind kind)
{
	return kind >= SL_GO_UINT && kind <= SL_GO_UINT64;
}

bool sl_go_kind_is_float(enum sl_go_kind kind)
{
	return kind == SL_GO_FLOAT32 || kind == SL_GO_FLOAT64;
}

/* Types of composite literals have no name of their own: "[]string", "map[string]int", "*url.URL". */
static bool is_unnamed(const struct sl_go_type *t)
{
	return t->name[0] == '[' || t->name[0] == '*' || strncmp(t->name, "map[", 4) == 0;
}

bool sl_go_type_assignable(const struct sl_go_type *from, const struct sl_go_type *to)
{
	if (from == to || to == &sl_go_any)
		return true;
	return from->kind == to->kind && from->elem && from->elem == to->elem &&
	       (is_unnamed(from) || is_unnamed(to));
}

struct sl_go_list *sl_go_list_new(struct sl_arena *a, size_t cap)
{
	struct sl_go_list *l = sl_arena_new(a, struct sl_go_list);

	if (cap)
		l->items = sl_arena_array(a, cap, sizeof(l->items[0]));
	l->cap = cap;
	return l;
}

void sl_go_list_push(struct sl_arena *a, struct sl_go_list *l, struct sl_goval item)
{
	l->items = sl_arena_grow(a, l->items, l->n, &l->cap, sizeof(*l->items));
	l->items[l->n++] = item;
}

size_t sl_go_list_len(const struct sl_go_list *l)
{
	return l ? l->n : 0;
}

struct sl_goval sl_goval_item(struct sl_goval slice, size_t index)
{
	if (slice.type == &sl_go_bytes)
		return (struct sl_goval){ .type = &sl_go_uint8,
					  .u = (unsigned char)slice.s.p[index] };
	return slice.list->items[index];
}

size_t sl_goval_len(struct sl_goval v)
{
	switch (sl_goval_kind(v)) {
	case SL_GO_STRING:
		return v.s.n;
	case SL_GO_SLICE:
		return v.type == &sl_go_bytes ? v.s.n : sl_go_list_len(v.list);
	case SL_GO_MAP:
		return sl_go_map_len(v.map);
	default:
		return 0;
	}
}
