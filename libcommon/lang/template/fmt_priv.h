/*
 * What the files of fmt share: the directive being worked on, and the printing of single values by it.
 *
 * Thread rule: a printer belongs to one call. Source: the documentation of Go's package fmt, and what its
 * functions print where that is silent.
 */
#ifndef LIBCOMMON_LANG_TEMPLATE_FMT_PRIV_H
#define LIBCOMMON_LANG_TEMPLATE_FMT_PRIV_H

#include "libcommon/lang/template/fmt.h"

/* Widths and precisions past it are refused, as by Go. */
#define SL_GO_FMT_NUMBER_MAX 1000000

struct sl_go_printer {
	struct sl_strbuf *out;
	int width, precision;
	bool has_width, has_precision;
	bool minus, plus, sharp, space, zero;
	bool plus_v, sharp_v; /* of %+v and %#v, which have neither `plus` nor `sharp` */
	bool plain;	      /* within "%!d(…)": methods are not asked */
};

/* `text` padded to the width, counted in characters. `zero` pads with zeros. */
void sl_go_pad(struct sl_go_printer *p, struct sl_str text);
void sl_go_pad_begin(struct sl_go_printer *p, size_t chars);
void sl_go_pad_end(struct sl_go_printer *p, size_t chars);
size_t sl_go_rune_count(struct sl_str s);

/* Each is false, and prints nothing, when `verb` does not fit the kind. */
bool sl_go_print_bool(struct sl_go_printer *p, bool b, uint32_t verb);
bool sl_go_print_integer(struct sl_go_printer *p, uint64_t u, bool is_signed, uint32_t verb);
bool sl_go_print_float(struct sl_go_printer *p, double f, int bits, uint32_t verb);
bool sl_go_print_string(struct sl_go_printer *p, struct sl_str s, uint32_t verb);

/* `u` in hexadecimal, with 0x in front when asked for. */
void sl_go_print_hex(struct sl_go_printer *p, uint64_t u, bool prefix);
/* One argument of a directive. */
void sl_go_print_arg(struct sl_go_printer *p, struct sl_goval v, uint32_t verb);

#endif
