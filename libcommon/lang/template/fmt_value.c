#include "libcommon/lang/template/fmt_priv.h"

#include "libcommon/codec/unicode.h"

static void print_value(struct sl_go_printer *p, struct sl_goval v, uint32_t verb, unsigned depth);

static bool is_nothing(struct sl_goval v)
{
	return !v.type || v.type == &sl_go_any;
}

/* "%!d(string=hello)". */
static void bad_verb(struct sl_go_printer *p, struct sl_goval v, uint32_t verb)
{
	bool plain = p->plain;
	char bytes[4];

	sl_strbuf_addz(p->out, "%!");
	sl_strbuf_add(p->out, bytes, sl_rune_encode(verb, bytes));
	sl_strbuf_addc(p->out, '(');
	sl_strbuf_addz(p->out, sl_goval_type_name(v));
	if (!is_nothing(v)) {
		p->plain = true;
		sl_strbuf_addc(p->out, '=');
		sl_go_print_arg(p, v, 'v');
		p->plain = plain;
	}
	sl_strbuf_addc(p->out, ')');
}

static uint64_t address(struct sl_goval v)
{
	if (sl_goval_is_nil(v))
		return 0;
	return (uint64_t)(uintptr_t)(v.type == &sl_go_bytes ? (const void *)v.s.p : v.ptr);
}

static void print_pointer(struct sl_go_printer *p, struct sl_goval v, uint32_t verb)
{
	uint64_t u = address(v);

	if (verb == 'p') {
		sl_go_print_hex(p, u, !p->sharp);
	} else if (verb != 'v') {
		if (verb == 'b' || verb == 'o' || verb == 'd' || verb == 'x' || verb == 'X')
			sl_go_print_integer(p, u, false, verb);
		else
			bad_verb(p, v, verb);
	} else if (p->sharp_v) {
		sl_strbuf_addf(p->out, "(%s)(", v.type->name);
		if (u)
			sl_go_print_hex(p, u, true);
		else
			sl_strbuf_addz(p->out, "nil");
		sl_strbuf_addc(p->out, ')');
	} else if (u) {
		sl_go_print_hex(p, u, !p->sharp);
	} else {
		sl_go_pad(p, SL_STR("<nil>"));
	}
}

static bool takes_pointer(enum sl_go_kind kind)
{
	return kind == SL_GO_FUNC || kind == SL_GO_MAP || kind == SL_GO_POINTER ||
	       kind == SL_GO_SLICE;
}

static void print_text_of(struct sl_go_printer *p, struct sl_goval v,
			  void (*method)(const struct sl_goval *v, struct sl_strbuf *out),
			  uint32_t verb)
{
	SL_AUTO(sl_strbuf) text = SL_STRBUF_INIT(p->out->max);

	method(&v, &text);
	if (text.failed)
		p->out->failed = true;
	sl_go_print_string(p, sl_strbuf_str(&text), verb);
}

/* By its GoString method for %#v, else by String or Error, if it has one and the verb is for texts. */
static bool print_by_method(struct sl_go_printer *p, struct sl_goval v, uint32_t verb)
{
	if (p->plain)
		return false;
	if (verb == 'w') {
		bad_verb(p, v, verb);
		return true;
	}
	if (p->sharp_v && v.type->go_string) {
		print_text_of(p, v, v.type->go_string, 's');
		return true;
	}
	if (p->sharp_v || !v.type->string)
		return false;
	if (verb != 'v' && verb != 's' && verb != 'x' && verb != 'X' && verb != 'q')
		return false;
	if (v.type->kind == SL_GO_POINTER && !v.ptr) {
		sl_strbuf_addz(p->out, "<nil>");
		return true;
	}
	print_text_of(p, v, v.type->string, verb);
	return true;
}

static void separate(struct sl_go_printer *p, size_t i)
{
	if (i)
		sl_strbuf_addz(p->out, p->sharp_v ? ", " : " ");
}

/* What stands before the items: false when that was all. */
static bool open_items(struct sl_go_printer *p, struct sl_goval v, const char *plain,
		       const char *name)
{
	if (!p->sharp_v) {
		sl_strbuf_addz(p->out, plain);
		return true;
	}
	sl_strbuf_addz(p->out, name);
	sl_strbuf_addz(p->out, sl_goval_is_nil(v) ? "(nil)" : "{");
	return !sl_goval_is_nil(v);
}

static void print_map(struct sl_go_printer *p, struct sl_goval v, uint32_t verb, unsigned depth)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;
	size_t n = sl_go_map_len(v.map);
	struct sl_str *keys;

	if (!open_items(p, v, "map[", v.type->name))
		return;
	keys = n ? sl_go_map_keys(&a, v.map) : NULL;
	for (size_t i = 0; i < n && !p->out->failed; i++) {
		separate(p, i);
		if (!sl_go_print_string(p, keys[i], verb))
			bad_verb(p, sl_goval_str(keys[i]), verb);
		sl_strbuf_addc(p->out, ':');
		print_value(p, *sl_go_map_get(v.map, keys[i]), verb, depth + 1);
	}
	sl_strbuf_addc(p->out, p->sharp_v ? '}' : ']');
}

static void print_slice(struct sl_go_printer *p, struct sl_goval v, uint32_t verb, unsigned depth)
{
	/* As the argument of %#v, and only there, []uint8 is spelt otherwise. */
	bool spelt = v.type == &sl_go_bytes && verb == 'v' && !depth;
	size_t n = sl_goval_len(v);

	if (v.type == &sl_go_bytes && verb != 'v' && sl_go_print_string(p, v.s, verb))
		return;
	if (!open_items(p, v, "[", spelt ? "[]byte" : v.type->name))
		return;
	for (size_t i = 0; i < n && !p->out->failed; i++) {
		separate(p, i);
		print_value(p, sl_goval_item(v, i), verb, depth + 1);
	}
	sl_strbuf_addc(p->out, p->sharp_v ? '}' : ']');
}

static void print_struct(struct sl_go_printer *p, const struct sl_go_type *type, const void *ptr,
			 uint32_t verb, unsigned depth)
{
	SL_AUTO(sl_arena) a = SL_ARENA_INIT;

	if (p->sharp_v)
		sl_strbuf_addz(p->out, type->name);
	sl_strbuf_addc(p->out, '{');
	for (size_t i = 0, shown = 0; type->fields && type->fields[i].name; i++) {
		if (type->fields[i].promoted)
			continue;
		separate(p, shown++);
		if (p->plus_v || p->sharp_v)
			sl_strbuf_addf(p->out, "%s:", type->fields[i].name);
		print_value(p, type->fields[i].get(&a, ptr), verb, depth + 1);
	}
	sl_strbuf_addc(p->out, '}');
}

/* A pointer to a struct shows the struct, but only as the argument itself. */
static void print_reference(struct sl_go_printer *p, struct sl_goval v, uint32_t verb,
			    unsigned depth)
{
	const struct sl_go_type *elem = v.type->elem;

	if (!depth && v.ptr && elem && elem->kind == SL_GO_STRUCT) {
		sl_strbuf_addc(p->out, '&');
		print_struct(p, elem, v.ptr, verb, depth + 1);
	} else {
		print_pointer(p, v, verb);
	}
}

static bool print_complex(struct sl_go_printer *p, const double c[2], uint32_t verb)
{
	bool plus = p->plus, fits;
	size_t at = p->out->n;

	sl_strbuf_addc(p->out, '(');
	fits = sl_go_print_float(p, c[0], 64, verb);
	p->plus = true;
	(void)sl_go_print_float(p, c[1], 64, verb);
	p->plus = plus;
	if (fits)
		sl_strbuf_addz(p->out, "i)");
	else
		sl_strbuf_truncate(p->out, at);
	return fits;
}

static bool print_simple(struct sl_go_printer *p, struct sl_goval v, uint32_t verb)
{
	enum sl_go_kind kind = v.type->kind;

	if (kind == SL_GO_BOOL)
		return sl_go_print_bool(p, v.b, verb);
	if (kind == SL_GO_STRING)
		return sl_go_print_string(p, v.s, verb);
	if (kind == SL_GO_COMPLEX128)
		return print_complex(p, v.c, verb);
	if (sl_go_kind_is_float(kind))
		return sl_go_print_float(p, v.f, kind == SL_GO_FLOAT32 ? 32 : 64, verb);
	return sl_go_print_integer(p, v.u, sl_go_kind_is_int(kind), verb);
}

static void print_nothing(struct sl_go_printer *p)
{
	sl_strbuf_addz(p->out, p->sharp_v ? "interface {}(nil)" : "<nil>");
}

static void print_value(struct sl_go_printer *p, struct sl_goval v, uint32_t verb, unsigned depth)
{
	/* A map may hold itself: Go ends by running out of stack. */
	if (depth > SL_GO_DEPTH_MAX)
		p->out->failed = true;
	if (p->out->failed)
		return;
	if (is_nothing(v)) {
		print_nothing(p);
		return;
	}
	if (depth && print_by_method(p, v, verb))
		return;
	switch (v.type->kind) {
	case SL_GO_MAP:
		print_map(p, v, verb, depth);
		break;
	case SL_GO_SLICE:
		print_slice(p, v, verb, depth);
		break;
	case SL_GO_STRUCT:
		print_struct(p, v.type, v.ptr, verb, depth);
		break;
	case SL_GO_POINTER:
		print_reference(p, v, verb, depth);
		break;
	case SL_GO_FUNC:
		print_pointer(p, v, verb);
		break;
	default:
		if (!print_simple(p, v, verb))
			bad_verb(p, v, verb);
	}
}

static bool has_methods(const struct sl_go_type *type)
{
	return type->string || type->methods;
}

static bool is_basic(const struct sl_go_type *type)
{
	return !takes_pointer(type->kind) && type->kind != SL_GO_STRUCT && !has_methods(type);
}

void sl_go_print_arg(struct sl_go_printer *p, struct sl_goval v, uint32_t verb)
{
	if (is_nothing(v) && (verb == 'T' || verb == 'v')) {
		sl_go_pad(p, SL_STR("<nil>"));
	} else if (is_nothing(v)) {
		bad_verb(p, v, verb);
	} else if (verb == 'T') {
		sl_go_print_string(p, sl_str(v.type->name), 's');
	} else if (verb == 'p') {
		if (takes_pointer(v.type->kind))
			print_pointer(p, v, verb);
		else
			bad_verb(p, v, verb);
	} else if (is_basic(v.type) || v.type == &sl_go_bytes || !print_by_method(p, v, verb)) {
		print_value(p, v, verb, 0);
	}
}

void sl_go_fmt_value(struct sl_strbuf *out, struct sl_goval v)
{
	struct sl_go_printer p = { .out = out };

	if (sl_goval_kind(v) == SL_GO_STRING && !v.type->string)
		sl_strbuf_adds(out, v.s);
	else
		sl_go_print_arg(&p, v, 'v');
}
