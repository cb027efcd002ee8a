# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, infer_types=True
# distutils: language=c++
"""The compiled form of pipeline/parsing/blocks.py: the same sums in the same order.

The variance is numpy's own here as well; the rest goes once over each row.
"""
import numpy as np

cdef extern from * nogil:
    """
    #if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
    /* Wider registers where the processor has them; nothing is fused (-ffp-contract=off). */
    #define NT_CLONES __attribute__((target_clones("avx2", "default")))
    #else
    #define NT_CLONES
    #endif
    NT_CLONES static void nt_add_three(float* __restrict to, const float* __restrict one,
                                       const float* __restrict two, const float* __restrict three, int n) {
        for (int i = 0; i < n; i++) to[i] = one[i] + two[i] + three[i];
    }
    NT_CLONES static void nt_pair_rows(float* __restrict sums, const float* __restrict rows, int apart, int n) {
        const float *before = rows, *first = rows + n, *second = rows + 2 * n, *after = rows + 3 * n;
        for (int i = 0; i < n; i++) {
            sums[i] = before[i] - second[i];
            sums[apart + i] = first[i] + second[i];
            sums[2 * apart + i] = second[i] - first[i];
            sums[3 * apart + i] = first[i] - after[i];
        }
    }
    NT_CLONES static void nt_add_pair(float* __restrict first, float* __restrict second,
                                      const float* __restrict products, int apart, int n) {
        for (int i = 0; i < n; i++) {
            const float sum = products[apart + i], difference = products[2 * apart + i];
            first[i] = products[i] + sum + difference;
            second[i] = sum - difference - products[3 * apart + i];
        }
    }
    /* The best of the pieces of each unit. */
    NT_CLONES static void nt_best(float* __restrict best, const float* __restrict pieces,
                                  const float* __restrict bias, int width, int n_pieces) {
        const int last = (n_pieces - 1) * width;
        for (int i = 0; i < width; i++) {
            const float one = pieces[i] + bias[i], other = pieces[last + i] + bias[last + i];
            best[i] = one > other ? one : other;
        }
        for (int piece = 1; piece < n_pieces - 1; piece++) {
            const float* __restrict from = pieces + piece * width;
            const float* __restrict more = bias + piece * width;
            for (int i = 0; i < width; i++) {
                const float one = from[i] + more[i];
                best[i] = best[i] > one ? best[i] : one;
            }
        }
    }
    /* Less their mean, whose sums are paired as numpy pairs up to 128 numbers: eight at a time. */
    NT_CLONES static void nt_centre(float* __restrict best, int width) {
        float sums[8];
        for (int k = 0; k < 8; k++) sums[k] = best[k];
        for (int i = 8; i < width; i += 8)
            for (int k = 0; k < 8; k++) sums[k] += best[i + k];
        const float mean = (((sums[0] + sums[1]) + (sums[2] + sums[3]))
                            + ((sums[4] + sums[5]) + (sums[6] + sums[7]))) / (float)width;
        for (int i = 0; i < width; i++) best[i] -= mean;
    }
    NT_CLONES static void nt_add_normed(float* __restrict x, const float* __restrict best, float inverse,
                                        const float* __restrict scale, const float* __restrict shift, int width) {
        for (int i = 0; i < width; i++) x[i] += best[i] * inverse * scale[i] + shift[i];
    }
    """
    void nt_add_three(float* to, const float* one, const float* two, const float* three, int n)
    void nt_pair_rows(float* sums, const float* rows, int apart, int n)
    void nt_add_pair(float* first, float* second, const float* products, int apart, int n)
    void nt_best(float* best, const float* pieces, const float* bias, int width, int n_pieces)
    void nt_centre(float* best, int width)
    void nt_add_normed(float* x, const float* best, float inverse, const float* scale, const float* shift,
                       int width)


def add_products(products, const long long[::1] places, float[:, :] pieces):
    """Write for each window the sum of the products of its three tokens; see the numpy form."""
    cdef const float[:, ::1] first = products[0]
    cdef const float[:, ::1] second = products[1]
    cdef const float[:, ::1] third = products[2]
    cdef Py_ssize_t n = pieces.shape[0], i
    cdef long long tokens = first.shape[0]
    cdef int width = pieces.shape[1]
    if places.shape[0] != n + 2 or first.shape[1] != width or second.shape[1] != width \
            or third.shape[1] != width or second.shape[0] != tokens or third.shape[0] != tokens:
        raise ValueError("the products do not fit the rows")
    for i in range(n + 2):
        if places[i] < 0 or places[i] >= tokens:
            raise IndexError(f"there is no token {places[i]} among {tokens}")
    for i in range(n):
        nt_add_three(&pieces[i, 0], &first[places[i], 0], &second[places[i + 1], 0], &third[places[i + 2], 0],
                     width)


def pair_rows(const float[:, ::1] x, float[:, :, :] sums):
    """Write the sums and differences of rows that two neighbouring windows are computed of; see the numpy form."""
    cdef Py_ssize_t n = sums.shape[1], i
    cdef int width = sums.shape[2], apart
    if sums.shape[0] != 4 or x.shape[0] != 2 * n + 2 or x.shape[1] != width or sums.strides[2] != sizeof(float) \
            or sums.strides[1] != width * sizeof(float):
        raise ValueError("the sums do not fit the rows")
    apart = sums.strides[0] // sizeof(float)
    for i in range(n):
        nt_pair_rows(&sums[0, i, 0], &x[2 * i, 0], apart, width)


def add_pairs(const float[:, :, :] products, float[:, :] pieces):
    """Write the products of all windows, of those of their sums and differences; see the numpy form."""
    cdef Py_ssize_t n = products.shape[1], i
    cdef int width = products.shape[2], apart
    if products.shape[0] != 4 or pieces.shape[0] != 2 * n or pieces.shape[1] != width \
            or products.strides[2] != sizeof(float) or products.strides[1] != width * sizeof(float) \
            or pieces.strides[1] != sizeof(float):
        raise ValueError("the products do not fit the rows")
    apart = products.strides[0] // sizeof(float)
    for i in range(n):
        nt_add_pair(&pieces[2 * i, 0], &pieces[2 * i + 1, 0], &products[0, i, 0], apart, width)


def add_block(x, pieces, const float[::1] bias, const float[::1] scale, const float[::1] shift, best):
    """Add a block's output to all rows of `x` but the first and the last, in place; see the numpy form."""
    cdef float[:, ::1] to = x
    cdef const float[:, :] parts = pieces
    cdef float[:, ::1] found = best
    cdef const float[::1] by
    cdef Py_ssize_t n = found.shape[0], i
    cdef int width = found.shape[1], n_pieces = parts.shape[1] // width
    if to.shape[0] != n + 2 or to.shape[1] != width or parts.shape[0] != n or bias.shape[0] != parts.shape[1] \
            or n_pieces < 1 or scale.shape[0] != width or shift.shape[0] != width:
        raise ValueError("the block does not fit its rows")
    for i in range(n):
        nt_best(&found[i, 0], &parts[i, 0], &bias[0], width, n_pieces)
    if width % 8 or width > 128:
        best -= best.mean(axis=1, keepdims=True)
    else:
        for i in range(n):
            nt_centre(&found[i, 0], width)
    by = (np.einsum("ij,ij->i", best, best) / width + 1e-8) ** -0.5
    for i in range(n):
        nt_add_normed(&to[i + 1, 0], &found[i, 0], by[i], &scale[0], &shift[0], width)
