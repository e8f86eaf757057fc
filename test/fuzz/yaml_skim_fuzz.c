/* What the skimmer of YAML tells of a text, libyaml's events must tell, too. */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "libcommon/codec/yaml_skim.h"

#define OPEN_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct check {
	yaml_parser_t yaml;
	yaml_event_t event;
	struct sl_str text;
	struct sl_strbuf scalar;
	yaml_event_type_t open[OPEN_MAX];
	size_t depth;
};

static void next(struct check *c)
{
	yaml_event_delete(&c->event);
	if (!yaml_parser_parse(&c->yaml, &c->event)) {
		fprintf(stderr, "libyaml refuses it: %s\n", c->yaml.problem);
		abort();
	}
}

static void expect(struct check *c, yaml_event_type_t type)
{
	next(c);
	if (c->event.type != type) {
		fprintf(stderr, "event %d instead of %d\n", (int)c->event.type, (int)type);
		abort();
	}
}

static void expect_scalar(struct check *c, const struct sl_yaml_skimmed *e)
{
	static const yaml_scalar_style_t styles[] = {
		YAML_PLAIN_SCALAR_STYLE,	 YAML_SINGLE_QUOTED_SCALAR_STYLE,
		YAML_DOUBLE_QUOTED_SCALAR_STYLE, YAML_LITERAL_SCALAR_STYLE,
		YAML_FOLDED_SCALAR_STYLE,
	};
	struct sl_str want;

	expect(c, YAML_SCALAR_EVENT);
	want = (struct sl_str){ (const char *)c->event.data.scalar.value,
				c->event.data.scalar.length };
	sl_strbuf_reset(&c->scalar);
	sl_yaml_skim_text(c->text, e, &c->scalar);
	if (!sl_str_eq(sl_strbuf_str(&c->scalar), want)) {
		fprintf(stderr, "\"%s\" instead of \"%.*s\"\n", c->scalar.p, SL_STR_FMT(want));
		abort();
	}
	assert(c->event.data.scalar.style == styles[e->style]);
	assert(!c->event.data.scalar.tag && !c->event.data.scalar.anchor);
}

static void expect_open(struct check *c, yaml_event_type_t begins, yaml_event_type_t ends)
{
	assert(c->depth < OPEN_MAX);
	c->open[c->depth++] = ends;
	expect(c, begins);
}

static bool hold(void *ctx, const struct sl_yaml_skimmed *e)
{
	struct check *c = ctx;

	switch ((enum sl_yaml_skim_kind)e->kind) {
	case SL_YAML_SKIM_MAP:
		expect_open(c, YAML_MAPPING_START_EVENT, YAML_MAPPING_END_EVENT);
		assert(e->flow == (c->event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE));
		break;
	case SL_YAML_SKIM_LIST:
		expect_open(c, YAML_SEQUENCE_START_EVENT, YAML_SEQUENCE_END_EVENT);
		assert(e->flow == (c->event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE));
		break;
	case SL_YAML_SKIM_END:
		expect(c, c->open[--c->depth]);
		return true;
	case SL_YAML_SKIM_KEY:
	case SL_YAML_SKIM_SCALAR:
		expect_scalar(c, e);
		break;
	}
	assert(e->line == c->event.start_mark.line);
	return true;
}

static bool ignore(void *ctx, const struct sl_yaml_skimmed *e)
{
	(void)ctx;
	(void)e;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct check c = { .text = { (const char *)data, size },
			   .scalar = SL_STRBUF_INIT(size * 2 + 1) };

	if (!sl_yaml_skim(c.text, ignore, NULL))
		return 0;
	if (!yaml_parser_initialize(&c.yaml))
		abort();
	yaml_parser_set_input_string(&c.yaml, data, size);
	expect(&c, YAML_STREAM_START_EVENT);
	expect(&c, YAML_DOCUMENT_START_EVENT);
	assert(sl_yaml_skim(c.text, hold, &c));
	expect(&c, YAML_DOCUMENT_END_EVENT);
	expect(&c, YAML_STREAM_END_EVENT);
	yaml_event_delete(&c.event);
	yaml_parser_delete(&c.yaml);
	sl_strbuf_release(&c.scalar);
	return 0;
}
