#include <string.h>

#include "libcommon/codec/number.h"
#include "libcommon/codec/yaml.h"
#include "libcommon/render/kustomize/build.h"

/* Objects still to be looked at, in kustomize's order: what a list holds comes after all the rest. */
struct queue {
	struct sl_value **v;
	size_t n, cap;
};

static void enqueue(struct sl_arena *a, struct queue *q, struct sl_value *obj)
{
	q->v = sl_arena_grow(a, q->v, q->n, &q->cap, sizeof(*q->v));
	q->v[q->n++] = obj;
}

int sl_kz_check_repeated(const struct sl_value *v, struct sl_err *err)
{
	int r = 0;

	if (v->kind == SL_V_MAP && v->repeated)
		return sl_value_err_set(err, v, NULL, SL_ERR_INVALID,
					"a key of this map is already defined");
	for (size_t i = 0; r == 0 && i < sl_list_len(v); i++)
		r = sl_kz_check_repeated(v->list.items[i], err);
	for (size_t i = 0; r == 0 && i < sl_map_len(v); i++)
		r = sl_kz_check_repeated(v->map.members[i].value, err);
	return r;
}

static int missing(const struct sl_value *obj, const char *field, struct sl_err *err)
{
	struct sl_str kind = sl_get_str(obj, "kind");
	struct sl_str name = sl_get_str(obj, "metadata", "name");

	if (kind.n > 0)
		return sl_value_err_set(err, obj, field, SL_ERR_INVALID,
					"missing %s in object of kind %.*s", field,
					SL_STR_FMT(kind));
	if (name.n > 0)
		return sl_value_err_set(err, obj, field, SL_ERR_INVALID,
					"missing %s in object %.*s", field, SL_STR_FMT(name));
	return sl_value_err_set(err, obj, field, SL_ERR_INVALID, "missing %s in object", field);
}

static bool is_list_kind(struct sl_kz *kz, const struct sl_value *obj)
{
	return sl_str_ends(sl_kz_text(kz->a, sl_get(obj, "kind")), SL_STR("List"));
}

int sl_kz_check_object(struct sl_kz *kz, const struct sl_value *obj, struct sl_err *err)
{
	if (!sl_is_map(obj)) {
		return sl_value_err_set(err, obj, NULL, SL_ERR_INVALID,
					"missing Resource metadata: expected an object, got a %s",
					sl_value_kind_name(obj));
	}
	if (sl_kz_text(kz->a, sl_get(obj, "kind")).n == 0)
		return missing(obj, "kind", err);
	if (!is_list_kind(kz, obj) && sl_kz_text(kz->a, sl_get(obj, "metadata", "name")).n == 0)
		return missing(obj, "metadata.name", err);
	return 0;
}

static int enqueue_items(struct sl_kz *kz, struct queue *q, const struct sl_value *items,
			 struct sl_err *err)
{
	for (size_t i = 0; i < sl_list_len(items); i++) {
		struct sl_value *item = sl_list_get(items, i);

		if (sl_kz_is_empty(item))
			continue;
		int r = sl_kz_check_object(kz, item, err);

		if (r < 0)
			return r;
		enqueue(kz->a, q, item);
	}
	return 0;
}

static void number_from_json(struct sl_kz *kz, struct sl_value *v)
{
	char buf[SL_NUMBER_TEXT_MAX];
	int64_t i;

	if (v->kind != SL_V_FLOAT)
		return;
	struct sl_str text = sl_float_text(v->f, SL_FLOAT_JSON, buf);

	v->written = sl_arena_str(kz->a, text);
	if (!sl_str_to_i64(text, INT64_MIN, INT64_MAX, &i))
		return;
	v->kind = SL_V_INT;
	v->i = i;
}

void sl_kz_numbers_from_json(struct sl_kz *kz, struct sl_value *v)
{
	number_from_json(kz, v);
	for (size_t i = 0; i < sl_list_len(v); i++)
		sl_kz_numbers_from_json(kz, v->list.items[i]);
	for (size_t i = 0; i < sl_map_len(v); i++)
		sl_kz_numbers_from_json(kz, v->map.members[i].value);
}

static void text_from_json(struct sl_kz *kz, struct sl_value *v)
{
	v->folded = false;
	sl_yaml_read_back(kz->a, v);
	v->quoted = true;
}

/* Make of a value what it is when it was written as JSON and that read as YAML. */
static void through_json(struct sl_kz *kz, struct sl_value *v)
{
	number_from_json(kz, v);
	if (v->kind == SL_V_NULL)
		v->written = SL_STR("null");
	else if (v->kind == SL_V_BOOL || v->kind == SL_V_INT)
		v->written = SL_STR_NULL;
	else if (v->kind == SL_V_STRING)
		text_from_json(kz, v);
	else
		v->flow = true;
	for (size_t i = 0; i < sl_list_len(v); i++)
		through_json(kz, v->list.items[i]);
	for (size_t i = 0; i < sl_map_len(v); i++)
		through_json(kz, v->map.members[i].value);
}

/* Replace the lists in the queue by what they hold. The reader takes the items of an only List out. */
static int expand(struct sl_kz *kz, struct queue *q, bool only, struct sl_kz_objects *ret,
		  struct sl_err *err)
{
	struct queue flat = { 0 };

	/* The queue grows while it is read; every object is in it once. */
	for (size_t i = 0; i < q->n; i++) {
		struct sl_value *obj = q->v[i];
		struct sl_value *items = sl_map_get(obj, SL_STR("items"));
		struct sl_str kind = sl_kz_text(kz->a, sl_get(obj, "kind"));
		bool as_is = only && i == 0 &&
			     (sl_str_eqz(kind, "List") || sl_str_eqz(kind, "ResourceList"));
		int r = 0;

		/* A list is decoded for its items, which refuses what a patch may have elsewhere. */
		if (!as_is && is_list_kind(kz, obj))
			r = sl_kz_check_repeated(obj, err);
		if (!as_is && sl_is_list(items) && is_list_kind(kz, obj))
			through_json(kz, items);
		if (r < 0)
			return r;
		if (!is_list_kind(kz, obj) || !items) {
			enqueue(kz->a, &flat, obj);
		} else if (sl_is_null(items) || sl_is_list(items)) {
			r = enqueue_items(kz, q, items, err);
		} else if (!as_is || sl_is_map(items)) {
			r = sl_value_err_set(err, items, "items", SL_ERR_INVALID,
					     "expected array in %.*s/items, but found %s",
					     SL_STR_FMT(sl_get_str(obj, "kind")),
					     sl_value_kind_name(items));
		}
		if (r < 0)
			return r;
	}
	*ret = (struct sl_kz_objects){ .v = flat.v, .n = flat.n };
	return 0;
}

/* Where the next line that separates documents begins and ends; false when there is none. */
static bool next_separator(struct sl_str text, size_t from, size_t *ret_begin, size_t *ret_end)
{
	const struct sl_str mark = SL_STR("\n---");
	ptrdiff_t found = sl_str_find(sl_str_sub(text, from, text.n), mark);

	if (found < 0)
		return false;
	*ret_begin = from + (size_t)found;
	size_t at = *ret_begin + mark.n;
	ptrdiff_t line_end = sl_str_chr(sl_str_sub(text, at, text.n), '\n');

	*ret_end = at + (size_t)line_end + 1;
	return line_end >= 0;
}

static int check_separator(struct sl_str line, const char *file, size_t line_number,
			   struct sl_err *err)
{
	struct sl_str rest = sl_str_trim(sl_str_sub(line, 4, line.n));

	if (rest.n == 0 || rest.p[0] == '#')
		return 0;
	line = sl_str_trim(line);
	sl_err_set(err, SL_ERR_INVALID, "invalid document separator: %.*s", SL_STR_FMT(line));
	sl_err_at(err, file, (uint32_t)line_number, NULL);
	return SL_ERR_INVALID;
}

/* Is there a map with joined annotations other than `allowed`? */
static bool joined_elsewhere(const struct sl_value *v, const struct sl_value *allowed)
{
	if (v->kind == SL_V_MAP && v->joined && v != allowed)
		return true;
	for (size_t i = 0; i < sl_list_len(v); i++)
		if (joined_elsewhere(v->list.items[i], allowed))
			return true;
	for (size_t i = 0; i < sl_map_len(v); i++)
		if (joined_elsewhere(v->map.members[i].value, allowed))
			return true;
	return false;
}

/*
 * A document, of which kustomize rewrites the annotations: it makes one of several, and refuses to print
 * an object where anything else is repeated.
 */
static int parse_document(struct sl_kz *kz, struct sl_str text,
			  const struct sl_yaml_options *options, struct sl_value **ret,
			  struct sl_err *err)
{
	SL_AUTO(sl_err) strict = SL_ERR_INIT, ignored = SL_ERR_INIT;
	struct sl_yaml_options again = *options;
	int r = sl_yaml_parse_all(kz->a, text, options, ret, &strict);

	if (r == 0)
		return 0;
	again.allow_duplicates = true;
	again.keep_first = true;
	again.join_repeated = "annotations";
	if (options->keep_first || sl_yaml_parse_all(kz->a, text, &again, ret, &ignored) < 0)
		return sl_err_move(err, &strict);
	const struct sl_value *obj = sl_list_get(*ret, 0);

	if (!sl_is_map(obj) || sl_kz_check_repeated(obj, &ignored) < 0 ||
	    joined_elsewhere(obj, sl_map_get(obj, SL_STR("metadata"))))
		return sl_err_move(err, &strict);
	return 0;
}

static size_t count_lines(struct sl_str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

/*
 * kustomize cuts a file at its "---" lines and reads one document of each part: what follows it,
 * whatever that is, is not looked at.
 */
static int decode(struct sl_kz *kz, struct sl_str text, const char *file, bool keep_first,
		  struct sl_kz_objects *ret, struct sl_err *err)
{
	struct sl_yaml_options options = { .rules = SL_YAML_GO3,
					   .file = file,
					   .keep_marks = true,
					   .first_document = true,
					   .allow_duplicates = keep_first,
					   .keep_first = keep_first };
	struct queue q = { 0 };
	size_t from = 0, begin, end, parts = 0;
	bool more = true;
	int r = 0;

	while (r == 0 && more) {
		struct sl_value *docs;

		parts++;
		more = next_separator(text, from, &begin, &end);
		if (!more)
			begin = end = text.n;
		r = parse_document(kz, sl_str_sub(text, from, more ? begin + 1 : begin), &options,
				   &docs, err);
		if (r == 0)
			r = sl_kz_check_memory(kz, err);
		if (r == 0)
			r = enqueue_items(kz, &q, docs, err);
		options.lines_before += count_lines(sl_str_sub(text, from, end));
		if (r == 0 && more)
			r = check_separator(sl_str_sub(text, begin, end), file,
					    options.lines_before, err);
		from = end;
	}
	return r < 0 ? r : expand(kz, &q, parts == 1, ret, err);
}

int sl_kz_decode_objects(struct sl_kz *kz, struct sl_str text, const char *file,
			 struct sl_kz_objects *ret, struct sl_err *err)
{
	return decode(kz, text, file, false, ret, err);
}

int sl_kz_decode_patches(struct sl_kz *kz, struct sl_str text, const char *file,
			 struct sl_kz_objects *ret, struct sl_err *err)
{
	return decode(kz, text, file, true, ret, err);
}

int sl_kz_decode_resources(struct sl_kz *kz, struct sl_str text, const char *file,
			   struct sl_kz_map *ret, struct sl_err *err)
{
	struct sl_kz_objects objects;
	int r = sl_kz_decode_objects(kz, text, file, &objects, err);

	for (size_t i = 0; r == 0 && i < objects.n; i++)
		r = sl_kz_map_append(kz, ret, sl_kz_resource_new(kz, objects.v[i]), err);
	return r;
}
