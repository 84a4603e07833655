/* SPDX-License-Identifier: BSD-3-Clause */
/* Defines whether AddressSanitizer is on, for both compilers. */
#ifndef IO_ASAN_H
#define IO_ASAN_H

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ASAN 1
#endif
#endif

#endif
