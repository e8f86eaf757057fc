#include "cli/suggest.h"

#include <ctype.h>

#define MISTAKES_MAX 2

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Edits between two words, a swap of neighbours counted as one (optimal string alignment). */
static size_t distance(struct sl_str a, struct sl_str b)
{
	size_t rows[3][SL_CLI_SUGGEST_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		last[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = last[j - 1] + !same(a.p[i - 1], b.p[j - 1]);

			now[j] = least(change, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a.p[i - 1], b.p[j - 2]) &&
			    same(a.p[i - 2], b.p[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		size_t *spare = before;

		before = last;
		last = now;
		now = spare;
	}
	return last[b.n];
}

const char *sl_cli_suggest(struct sl_str word, const struct sl_strvec *known)
{
	const char *best = NULL;
	size_t best_mistakes = MISTAKES_MAX + 1;

	if (!word.n || word.n > SL_CLI_SUGGEST_MAX)
		return NULL;
	for (size_t i = 0; i < known->n; i++) {
		struct sl_str k = sl_str(known->v[i]);
		size_t mistakes;

		if (k.n > SL_CLI_SUGGEST_MAX)
			continue;
		if (k.n > word.n && sl_str_ieq(sl_str_sub(k, 0, word.n), word))
			return known->v[i];
		mistakes = distance(word, k);
		if (mistakes < best_mistakes && mistakes < k.n) {
			best = known->v[i];
			best_mistakes = mistakes;
		}
	}
	return best;
}
