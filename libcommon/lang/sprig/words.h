/*
 * The words of a text such as "HTTPServer2xx", for snakecase, kebabcase and camelcase.
 *
 * Thread rule: pure functions. Source: what github.com/huandu/xstrings 1.5 prints.
 */
#ifndef LIBCOMMON_LANG_SPRIG_WORDS_H
#define LIBCOMMON_LANG_SPRIG_WORDS_H

#include "libcommon/base/strbuf.h"

/* Append the words in lower case with `connector` between them: "http_server_2xx". */
void sl_words_join(struct sl_strbuf *out, struct sl_str s, char connector);
/* Append the words, which space, '_' and '-' separate, each with a capital: "HttpServer". */
void sl_words_camel(struct sl_strbuf *out, struct sl_str s);

#endif
