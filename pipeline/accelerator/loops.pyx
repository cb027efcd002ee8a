# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, infer_types=True
# distutils: language=c++
"""The compiled form of pipeline/components/quotes/network/loops.py: the same sums in the same order.

Products of matrices and tanh are numpy's own here as well, so that not a bit differs. What lies between them goes
once over a step that is in the first cache.
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
    NT_CLONES static void nt_add(float* __restrict to, const float* __restrict from, int n) {
        for (int i = 0; i < n; i++) to[i] += from[i];
    }
    NT_CLONES static void nt_add_two(float* __restrict to, const float* __restrict one,
                                     const float* __restrict other, int n) {
        for (int i = 0; i < n; i++) to[i] += one[i] + other[i];
    }
    /* The sigmoid of x is (tanh(x / 2) + 1) / 2; the halves of the inputs are in the weights. */
    NT_CLONES static void nt_cell(float* __restrict cell, const float* __restrict gates, int n) {
        for (int i = 0; i < n; i++) {
            const float kept = cell[i] * (gates[n + i] * 0.5f + 0.5f);
            const float fresh = (gates[i] * 0.5f + 0.5f) * gates[3 * n + i];
            cell[i] = kept + fresh;
        }
    }
    NT_CLONES static void nt_let_out(float* __restrict state, const float* __restrict gate, int n) {
        for (int i = 0; i < n; i++) state[i] *= gate[i] * 0.5f + 0.5f;
    }
    """
    void nt_add(float* to, const float* source, int n)
    void nt_add_two(float* to, const float* one, const float* other, int n)
    void nt_cell(float* cell, const float* gates, int n)
    void nt_let_out(float* state, const float* gate, int n)


def add_rows(float[:, ::1] sums, const float[:, ::1] table, columns):
    """Add to each row of `sums` the rows of a table that its columns name, column after column."""
    cdef const int[:, ::1] named = np.ascontiguousarray(columns, dtype=np.int32)
    cdef Py_ssize_t n = sums.shape[0], n_columns = named.shape[1], i, k
    cdef int width = sums.shape[1], row, rows = table.shape[0]
    if table.shape[1] != width or named.shape[0] != n:
        raise ValueError("the table and the columns do not fit the sums")
    for i in range(n):
        for k in range(n_columns):
            row = named[i, k]
            if row < 0 or row >= rows:
                raise IndexError(f"there is no row {row} among {rows}")
            nt_add(&sums[i, 0], &table[row, 0], width)


def run_steps(given, bias, recurrent, steps, state, cell, out):
    """Run some steps of a bidirectional LSTM; see the numpy form."""
    cdef int hidden = recurrent.shape[1], width = 4 * hidden
    cdef Py_ssize_t first = steps[0][0], most = steps[0][1], start, count, side, i
    cdef const float[:, :, ::1] inputs = given
    cdef const float[:, :, ::1] biases = bias
    cdef float[:, :, ::1] cells = cell
    cdef float[:, :, ::1] states = out
    sums = np.empty(2 * most * width, dtype=np.float32)
    cdef float[::1] raw = sums
    cdef float* at
    if inputs.shape[2] != width or biases.shape[2] != width or cells.shape[2] != hidden \
            or states.shape[2] != hidden or cells.shape[1] < most:
        raise ValueError("the gates do not fit each other")
    matmul, tanh = np.matmul, np.tanh
    for start, count in steps:
        if start < first or start - first + count > inputs.shape[1] or start + count > states.shape[1] \
                or count > most:
            raise ValueError("the steps do not fit the rows")
        gates = sums[: 2 * count * width].reshape(2, count, width)
        matmul(state[:, :count], recurrent, out=gates)
        for side in range(2):
            for i in range(count):
                nt_add_two(&raw[(side * count + i) * width], &inputs[side, start - first + i, 0],
                           &biases[side, 0, 0], width)
        tanh(gates, out=gates)
        for side in range(2):
            for i in range(count):
                nt_cell(&cells[side, i, 0], &raw[(side * count + i) * width], hidden)
        state = out[:, start : start + count]
        tanh(cell[:, :count], out=state)
        for side in range(2):
            for i in range(count):
                nt_let_out(&states[side, start + i, 0], &raw[(side * count + i) * width + 2 * hidden], hidden)
    return state


def viterbi(const float[:, ::1] emissions, steps, weights):
    """Return the best label of each row; see the numpy form."""
    cdef const float[:, ::1] transitions = weights["crf_transitions"]
    cdef const float[::1] opening = weights["crf_start"]
    cdef const float[::1] closing = weights["crf_end"]
    cdef int n_labels = emissions.shape[1], label, source, chosen
    cdef Py_ssize_t n_steps = len(steps), step, start, count, before, behind, i
    cdef const long long[:, ::1] at = np.array(steps, dtype=np.int64).reshape(n_steps, 2)
    cdef float score, highest
    found = np.array(emissions)
    cdef float[:, ::1] best = found
    labels = np.empty(len(emissions), dtype=np.int32)
    cdef int[::1] out = labels
    for step in range(n_steps):
        start, count = at[step, 0], at[step, 1]
        if start + count > best.shape[0]:
            raise ValueError("the steps do not fit the rows")
        for i in range(count):
            if step == 0:
                for label in range(n_labels):
                    best[start + i, label] += opening[label]
                continue
            before = at[step - 1, 0]
            for label in range(n_labels):
                highest = best[before + i, 0] + transitions[0, label]
                for source in range(1, n_labels):
                    score = best[before + i, source] + transitions[source, label]
                    if score > highest:
                        highest = score
                best[start + i, label] += highest
    for step in range(n_steps - 1, -1, -1):
        start, count = at[step, 0], at[step, 1]
        behind = at[step + 1, 1] if step + 1 < n_steps else 0
        for i in range(count):
            chosen = 0
            highest = 0
            for label in range(n_labels):
                if i < behind:
                    score = best[start + i, label] + transitions[label, out[at[step + 1, 0] + i]]
                else:  # sequences that end here
                    score = best[start + i, label] + closing[label]
                if label == 0 or score > highest:
                    highest = score
                    chosen = label
            out[start + i] = chosen
    return labels
