#include "libcommon/kube/fieldpath.h"

#define REFUSAL SL_STR(": field not declared in schema")

/* The path that ends where the refusal begins: back to the last blank before it. */
static struct sl_str path_before(struct sl_str head)
{
	size_t from = head.n;
	bool quoted = false;

	while (from && (quoted || (head.p[from - 1] != ' ' && head.p[from - 1] != '\n'))) {
		if (head.p[from - 1] == '"')
			quoted = !quoted;
		from--;
	}
	return sl_str_sub(head, from, head.n);
}

void sl_undeclared_parse(struct sl_str message, struct sl_strvec *ret_paths)
{
	ptrdiff_t at;

	while ((at = sl_str_find(message, REFUSAL)) >= 0) {
		struct sl_str path = path_before(sl_str_sub(message, 0, (size_t)at));

		if (sl_str_starts(path, SL_STR(".")) && ret_paths->n < SL_UNDECLARED_MAX)
			sl_strvec_push_str(ret_paths, path);
		message = sl_str_sub(message, (size_t)at + REFUSAL.n, message.n);
	}
}

/* Does the list item carry every key="value" of the selector? Numbers stand without quotes. */
static bool item_matches(const struct sl_value *item, struct sl_str selector)
{
	struct sl_str pair;

	while (sl_str_split(&selector, ',', &pair)) {
		ptrdiff_t eq = sl_str_chr(pair, '=');
		const struct sl_value *have;
		struct sl_str want;
		int64_t number;

		if (eq < 0)
			return false;
		have = sl_map_get(item, sl_str_sub(pair, 0, (size_t)eq));
		want = sl_str_sub(pair, (size_t)eq + 1, pair.n);
		if (sl_str_cut_prefix(&want, SL_STR("\""))) {
			sl_str_cut_suffix(&want, SL_STR("\""));
			if (!sl_is_str(have) || !sl_str_eq(sl_as_str(have), want))
				return false;
		} else if (!sl_str_to_i64(want, INT64_MIN, INT64_MAX, &number) || !have ||
			   have->kind != SL_V_INT || have->i != number) {
			return false;
		}
	}
	return true;
}

static struct sl_value *select_item(const struct sl_value *list, struct sl_str selector)
{
	uint64_t index;

	if (sl_str_to_u64(selector, SIZE_MAX, &index))
		return sl_list_get(list, (size_t)index);
	for (size_t i = 0; i < sl_list_len(list); i++)
		if (item_matches(sl_list_get(list, i), selector))
			return sl_list_get(list, i);
	return NULL;
}

/* Take ".key" or "[selector]" off the front; `*ret_selector` says which it was. */
static bool take_step(struct sl_str *path, struct sl_str *ret_step, bool *ret_selector)
{
	size_t end = 1;
	ptrdiff_t close;

	*ret_selector = path->n && path->p[0] == '[';
	if (*ret_selector) {
		close = sl_str_chr(*path, ']');
		if (close < 0)
			return false;
		*ret_step = sl_str_sub(*path, 1, (size_t)close);
		*path = sl_str_sub(*path, (size_t)close + 1, path->n);
		return true;
	}
	if (!sl_str_starts(*path, SL_STR(".")))
		return false;
	while (end < path->n && path->p[end] != '.' && path->p[end] != '[')
		end++;
	*ret_step = sl_str_sub(*path, 1, end);
	*path = sl_str_sub(*path, end, path->n);
	return true;
}

bool sl_fieldpath_remove(struct sl_value *object, struct sl_str path)
{
	struct sl_value *at = object;
	struct sl_str step;
	bool selector;

	while (at && take_step(&path, &step, &selector)) {
		if (!path.n && !selector)
			return sl_is_map(at) && sl_map_remove(at, step);
		at = selector ? select_item(at, step) : sl_map_get(at, step);
	}
	return false;
}

const struct sl_value *sl_fieldpath_deepest(const struct sl_value *object, struct sl_str path,
					    size_t *ret_steps)
{
	const struct sl_value *at = object, *next;
	struct sl_str step;
	bool selector;

	*ret_steps = 0;
	while (take_step(&path, &step, &selector)) {
		next = selector ? select_item(at, step) : sl_map_get(at, step);
		if (!next)
			break;
		at = next;
		++*ret_steps;
	}
	return at;
}

/* A word that may be a path: without the punctuation around it, with the first dot. */
static const struct sl_value *try_word(const struct sl_value *object, struct sl_str word,
				       size_t *ret_steps)
{
	SL_AUTO_FREE char *dotted = NULL;

	while (word.n && (word.p[0] == '(' || word.p[0] == '"' || word.p[0] == '\''))
		word = sl_str_sub(word, 1, word.n);
	while (word.n && sl_str_chr(SL_STR(":,;)\"'"), word.p[word.n - 1]) >= 0)
		word.n--;
	if (word.n && word.p[0] == '.')
		return sl_fieldpath_deepest(object, word, ret_steps);
	dotted = sl_xasprintf(".%.*s", SL_STR_FMT(word));
	return sl_fieldpath_deepest(object, sl_str(dotted), ret_steps);
}

const struct sl_value *sl_fieldpath_locate(const struct sl_value *object, struct sl_str message)
{
	const struct sl_value *best = object;
	size_t most = 0, steps;
	struct sl_str word;

	while (sl_str_split(&message, ' ', &word)) {
		const struct sl_value *found = try_word(object, sl_str_trim(word), &steps);

		if (steps > most) {
			most = steps;
			best = found;
		}
	}
	return best;
}
