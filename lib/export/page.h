/* SPDX-License-Identifier: BSD-3-Clause */
/* The status page, page.html, as the build has put it into the program (scripts/embed-page).
 *
 * Threads: constants. */
#ifndef EXPORT_PAGE_H
#define EXPORT_PAGE_H

#include <stddef.h>

extern const char page_html[];
extern const size_t page_html_bytes;

/* Its Content-Security-Policy: its own script and style, by their hashes, and this server. */
extern const char page_csp[];

#endif
