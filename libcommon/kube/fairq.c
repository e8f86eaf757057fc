#include "libcommon/kube/fairq.h"

#include <stdlib.h>

#include "libcommon/base/mem.h"

struct sl_fairq_line {
	char *key;
	size_t key_len;
	struct sl_fairq_item *first, *last;
	struct sl_fairq_line *prev, *next; /* the ring */
};

static void drop_line(struct sl_fairq *q, struct sl_fairq_line *line)
{
	if (line->next == line) {
		q->turn = NULL;
	} else {
		line->prev->next = line->next;
		line->next->prev = line->prev;
		if (q->turn == line)
			q->turn = line->next;
	}
	sl_strmap_remove(&q->lines, (struct sl_str){ line->key, line->key_len });
	free(line->key);
	free(line);
}

void sl_fairq_release(struct sl_fairq *q)
{
	while (q->turn) {
		for (struct sl_fairq_item *i = q->turn->first; i; i = i->next)
			i->line = NULL;
		drop_line(q, q->turn);
	}
	sl_strmap_release(&q->lines);
	*q = (struct sl_fairq)SL_FAIRQ_INIT;
}

/* A new line joins the ring before the one whose turn it is: it is served last. */
static struct sl_fairq_line *line_of(struct sl_fairq *q, struct sl_str key)
{
	struct sl_fairq_line *line = sl_strmap_get(&q->lines, key);

	if (line)
		return line;
	line = sl_xcalloc(1, sizeof(*line));
	line->key = sl_xmemdup0(key.p ? key.p : "", key.n);
	line->key_len = key.n;
	sl_strmap_set(&q->lines, key, line);
	if (q->turn) {
		line->next = q->turn;
		line->prev = q->turn->prev;
		line->prev->next = line;
		q->turn->prev = line;
	} else {
		line->next = line;
		line->prev = line;
		q->turn = line;
	}
	return line;
}

void sl_fairq_push(struct sl_fairq *q, struct sl_str key, struct sl_fairq_item *item)
{
	struct sl_fairq_line *line = line_of(q, key);

	item->line = line;
	item->next = NULL;
	item->prev = line->last;
	if (line->last)
		line->last->next = item;
	else
		line->first = item;
	line->last = item;
	q->n++;
}

void sl_fairq_push_front(struct sl_fairq *q, struct sl_str key, struct sl_fairq_item *item)
{
	struct sl_fairq_line *line = line_of(q, key);

	item->line = line;
	item->prev = NULL;
	item->next = line->first;
	if (line->first)
		line->first->prev = item;
	else
		line->last = item;
	line->first = item;
	q->n++;
}

void sl_fairq_remove(struct sl_fairq *q, struct sl_fairq_item *item)
{
	struct sl_fairq_line *line = item->line;

	if (!line)
		return;
	if (item->prev)
		item->prev->next = item->next;
	else
		line->first = item->next;
	if (item->next)
		item->next->prev = item->prev;
	else
		line->last = item->prev;
	item->line = NULL;
	item->prev = NULL;
	item->next = NULL;
	q->n--;
	if (!line->first)
		drop_line(q, line);
}

struct sl_fairq_item *sl_fairq_pop(struct sl_fairq *q)
{
	struct sl_fairq_item *item;

	if (!q->turn)
		return NULL;
	item = q->turn->first;
	q->turn = q->turn->next;
	sl_fairq_remove(q, item);
	return item;
}
