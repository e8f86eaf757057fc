#include "libcommon/lang/sprig/call.h"

/* Integers from `start` to before `stop`; none when `step` leads away from there. */
struct steps {
	int64_t start, step;
	uint64_t count;
};

static uint64_t divide_up(uint64_t x, uint64_t by)
{
	return x / by + (x % by != 0);
}

static struct steps steps_between(int64_t start, int64_t stop, int64_t step)
{
	struct steps s = { .start = start, .step = step };

	if (stop < start && step < 0)
		s.count = divide_up((uint64_t)start - (uint64_t)stop, 0 - (uint64_t)step);
	else if (stop > start && step > 0)
		s.count = divide_up((uint64_t)stop - (uint64_t)start, (uint64_t)step);
	return s;
}

static int64_t step_at(const struct steps *s, uint64_t i)
{
	return (int64_t)((uint64_t)s->start + i * (uint64_t)s->step);
}

static int list_steps(struct sl_go_call *call, struct steps s, struct sl_goval *ret,
		      struct sl_err *err)
{
	int r = sl_sprig_check_items(s.count, err);
	struct sl_go_list *l;

	if (r)
		return r;
	l = sl_go_list_new(call->a, s.count);
	for (uint64_t i = 0; i < s.count; i++)
		sl_go_list_push(call->a, l, sl_goval_int(step_at(&s, i)));
	*ret = sl_sprig_list(&sl_go_ints, l);
	return sl_sprig_check(call, err);
}

SL_SPRIG_FN(until)
{
	return list_steps(call, steps_between(0, args[0].i, args[0].i < 0 ? -1 : 1), ret, err);
}

SL_SPRIG_FN(until_step)
{
	return list_steps(call, steps_between(args[0].i, args[1].i, args[2].i), ret, err);
}

/* `seq last`, `seq first last`, `seq first step last`: both ends included. */
static struct steps steps_of_seq(const struct sl_goval *args, size_t n)
{
	int64_t start = n > 1 ? args[0].i : 1, end = args[n - 1].i;
	int64_t towards = end < start ? -1 : 1, step = n == 3 ? args[1].i : towards;

	if (n == 3 && towards < 0 && step > 0)
		return (struct steps){ 0 };
	return steps_between(start, (int64_t)((uint64_t)end + (uint64_t)towards), step);
}

SL_SPRIG_FN(seq)
{
	SL_SPRIG_BUF(text);
	struct steps s = { 0 };
	int r;

	if (n >= 1 && n <= 3)
		s = steps_of_seq(args, n);
	r = sl_sprig_check_items(s.count, err);
	if (r)
		return r;
	for (uint64_t i = 0; i < s.count; i++)
		sl_strbuf_addf(&text, i ? " %lld" : "%lld", (long long)step_at(&s, i));
	return sl_sprig_text(call, &text, ret, err);
}

static const struct sl_go_func funcs[] = {
	{ "seq", seq, { &sl_go_int }, 1, true },
	{ "until", until, { &sl_go_int }, 1, false },
	{ "untilStep", until_step, { &sl_go_int, &sl_go_int, &sl_go_int }, 3, false },
};
const struct sl_sprig_table sl_sprig_sequence = SL_SPRIG_TABLE(funcs);
