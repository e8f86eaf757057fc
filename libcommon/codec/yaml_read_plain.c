/* Plain texts need no parser: the skimmer's findings as the events that libyaml would give. */
#include <stdlib.h>

#include "libcommon/codec/yaml_reader.h"

static bool record(void *ctx, const struct sl_yaml_skimmed *e)
{
	struct sl_yaml_plain *p = ctx;

	p->items = sl_grow(p->items, p->n, &p->cap, sizeof(*p->items));
	p->items[p->n++] = *e;
	return true;
}

bool sl_yaml_plain_read(struct sl_yaml_plain *p, struct sl_str text)
{
	return sl_yaml_skim(text, record, p);
}

void sl_yaml_plain_release(struct sl_yaml_plain *p)
{
	free(p->items);
	free(p->ends);
	sl_strbuf_release(&p->text);
}

static yaml_event_type_t scalar(struct sl_yaml_reader *y, const struct sl_yaml_skimmed *e)
{
	static const yaml_scalar_style_t styles[] = {
		[SL_YAML_SKIM_PLAIN] = YAML_PLAIN_SCALAR_STYLE,
		[SL_YAML_SKIM_SINGLE_QUOTED] = YAML_SINGLE_QUOTED_SCALAR_STYLE,
		[SL_YAML_SKIM_DOUBLE_QUOTED] = YAML_DOUBLE_QUOTED_SCALAR_STYLE,
		[SL_YAML_SKIM_LITERAL] = YAML_LITERAL_SCALAR_STYLE,
		[SL_YAML_SKIM_FOLDED] = YAML_FOLDED_SCALAR_STYLE,
	};
	struct sl_str text = sl_str_sub(y->text, e->from, (size_t)e->from + e->n);

	if (!e->as_is) {
		sl_strbuf_reset(&y->plain.text);
		sl_yaml_skim_text(y->text, e, &y->plain.text);
		text = sl_strbuf_str(&y->plain.text);
	}
	/* Read only: nothing deletes these events. */
	y->event.data.scalar.value = (yaml_char_t *)(uintptr_t)text.p;
	y->event.data.scalar.length = text.n;
	y->event.data.scalar.style = styles[e->style];
	y->event.data.scalar.plain_implicit = e->style == SL_YAML_SKIM_PLAIN;
	y->event.data.scalar.quoted_implicit = e->style != SL_YAML_SKIM_PLAIN;
	return YAML_SCALAR_EVENT;
}

/* What ends is what began last. */
static yaml_event_type_t begin(struct sl_yaml_plain *p, yaml_event_type_t begins,
			       yaml_event_type_t ends)
{
	p->ends = sl_grow(p->ends, p->depth, &p->ends_cap, sizeof(*p->ends));
	p->ends[p->depth++] = ends;
	return begins;
}

static yaml_event_type_t convert(struct sl_yaml_reader *y, const struct sl_yaml_skimmed *e)
{
	switch ((enum sl_yaml_skim_kind)e->kind) {
	case SL_YAML_SKIM_MAP:
		y->event.data.mapping_start.style =
			e->flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE;
		return begin(&y->plain, YAML_MAPPING_START_EVENT, YAML_MAPPING_END_EVENT);
	case SL_YAML_SKIM_LIST:
		y->event.data.sequence_start.style =
			e->flow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE;
		return begin(&y->plain, YAML_SEQUENCE_START_EVENT, YAML_SEQUENCE_END_EVENT);
	case SL_YAML_SKIM_END:
		return y->plain.ends[--y->plain.depth];
	case SL_YAML_SKIM_KEY:
	case SL_YAML_SKIM_SCALAR:
		break;
	}
	return scalar(y, e);
}

void sl_yaml_plain_next(struct sl_yaml_reader *y)
{
	static const yaml_event_type_t before[] = { YAML_STREAM_START_EVENT,
						    YAML_DOCUMENT_START_EVENT },
				       after[] = { YAML_DOCUMENT_END_EVENT, YAML_STREAM_END_EVENT };
	struct sl_yaml_plain *p = &y->plain;
	size_t at = p->at++;

	y->event = (yaml_event_t){ .type = YAML_NO_EVENT };
	if (at < 2) {
		y->event.type = before[at];
	} else if (at - 2 < p->n) {
		y->event.start_mark.line = p->items[at - 2].line;
		y->event.type = convert(y, &p->items[at - 2]);
	} else if (at - 2 - p->n < 2) {
		y->event.type = after[at - 2 - p->n];
	}
}
