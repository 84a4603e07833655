/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions that the linker puts in front of others (--wrap; `wrapped` in a folder's meson.build).
 */
#ifndef SUPPORT_WRAPPED_H
#define SUPPORT_WRAPPED_H

/* Declares both with the type that the function's header gives it: a parameter too few is an error
 * of the compiler, instead of a register that happens to hold the right value. */
#define WRAPPED(name) __typeof__(name) __real_##name, __wrap_##name

#endif
