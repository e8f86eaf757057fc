/*
 * Sorting rows that are often in order already, or in reverse: lists of names, templates, objects.
 *
 * Thread rule: as the rows that are sorted.
 */
#ifndef LIBCOMMON_BASE_SORT_H
#define LIBCOMMON_BASE_SORT_H

#include <stddef.h>

/*
 * As qsort(3), and `items` may be NULL without any; but a row that is in order, or strictly in reverse, costs
 * one comparison for each item. Equal items come out in any order.
 */
void sl_sort(void *items, size_t count, size_t size, int (*compare)(const void *a, const void *b));

#endif
